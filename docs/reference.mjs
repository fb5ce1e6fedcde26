// Builds the reference pages from the sources that are the manual: the public headers, and the
// types of the JavaScript package. `node docs/reference.mjs OUT` writes OUT/c.md and OUT/js.md.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const headers = ['core', 'io', 'column', 'dataset', 'format', 'host', 'limits', 'options']

/** The lines of a comment without their slashes. */
const uncommented = (line) => line.replace(/^\/\/ ?/, '')

/**
 * Cuts a header into the prose at its top and its entries: a comment with the declaration below it.
 * @param {string} text
 */
function parseHeader(text) {
    const lines = text.split('\n')
    let at = 0
    const prose = []
    while (lines[at]?.startsWith('//')) prose.push(uncommented(lines[at++]))
    const entries = []
    for (let comment = []; at < lines.length; at += 1) {
        const line = lines[at]
        if (line.startsWith('//')) {
            comment.push(uncommented(line))
            continue
        }
        const declares = /^(typedef|struct|enum|ALI_API|#define ALI_)/.test(line)
        if (declares && comment.length > 0) {
            const declaration = [line]
            const isBlock = line.endsWith('{')
            const isEnd = (/** @type {string} */ l) =>
                isBlock ? /^}.*;$/.test(l) : l.endsWith(';')
            while (!line.startsWith('#') && !isEnd(lines[at])) declaration.push(lines[++at])
            entries.push({ comment, declaration })
        }
        comment = []
    }
    return { prose, entries }
}

/** The name that an entry declares. @param {string[]} declaration */
function nameOf(declaration) {
    const text = declaration.join(' ')
    return (
        /#define (\w+)/.exec(text)?.[1] ??
        /\}\s*(\w+);$/.exec(text)?.[1] ??
        /\(\*(\w+)\)/.exec(text)?.[1] ??
        /(ali_\w+)\(/.exec(text)?.[1] ??
        /(\w+);$/.exec(text)?.[1] ??
        `${/(ALI_\w+)/.exec(text)?.[1] ?? text}, ...`
    )
}

function referenceOfC() {
    const pages = ['# Reference: the C interface', '',
        'Made from the public headers; they are the manual.', '']
    for (const header of headers) {
        const text = readFileSync(join(root, 'include/alimentar', `${header}.h`), 'utf8')
        const { prose, entries } = parseHeader(text)
        pages.push(`## alimentar/${header}.h`, '', ...prose, '')
        for (const { comment, declaration } of entries) {
            pages.push(`### ${nameOf(declaration)}`, '', ...comment, '')
            pages.push('```c', ...declaration.map((l) => l.replace(/^ALI_API /, '')), '```', '')
        }
    }
    return pages.join('\n')
}

function referenceOfJs() {
    const folder = join(root, 'web/src')
    const types = readdirSync(folder).filter((name) => name.endsWith('.d.ts')).sort()
    const pages = ['# Reference: the JavaScript package', '',
        'Made from its types; they are the manual.', '']
    for (const name of types) {
        const text = readFileSync(join(folder, name), 'utf8').trimEnd()
        pages.push(`## ${name}`, '', '```ts', text, '```', '')
    }
    return pages.join('\n')
}

const out = process.argv[2]
if (out === undefined) {
    console.error('usage: node docs/reference.mjs OUT')
    process.exit(2)
}
mkdirSync(out, { recursive: true })
writeFileSync(join(out, 'c.md'), referenceOfC())
writeFileSync(join(out, 'js.md'), referenceOfJs())
