// bundle.mjs: makes alimentar/inline: one module of the package's sources, with the wasm and the
// worker's source packed inside.
//
//   node web/inline/bundle.mjs WASM OUTPUT
//
// It knows the forms of import and export that the sources use, and fails on any other: each module
// becomes a function whose result is what it exports; an import is a constant taken of that. No
// two modules may import each other, of which Rollup would warn too.
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import zlib from 'node:zlib'

const here = path.dirname(fileURLToPath(import.meta.url))
const IMPORT = /^import (?:\* as (\w+)|\{([^}]*)\}) from '(\.[^']*)'$/gm
const FORWARD = /^export \{([^}]*)\} from '(\.[^']*)'$/gm
const EXPORT = /^export (?=(?:async )?(?:function\*? |class |const )(\w+))/gm
const ASSET = /new URL\('(\.\/[\w.]+)', import\.meta\.url\)/g
const COMMENT = /^\s*(?:\/\/.*|\/\*\*(?:[^*]|\*(?!\/))*\*\/)\n/gm

/** Names of a list: [['open', 'open'], ['a', 'b']] for "open, a as b". */
function namesOf(list) {
    const names = list.split(',').map((name) => name.trim().split(/ as /))
    return names.filter(([name]) => name !== '').map(([name, as]) => [name, as ?? name])
}

const idOf = (file) => `$${path.basename(file).replace(/\W/g, '_')}`

/** The modules that an entry needs, each after those that it imports. */
class Modules {
    constructor(texts) {
        this.texts = texts
        this.order = []
        this.states = new Map()
    }

    read(file) {
        return this.texts.get(path.basename(file)) ?? fs.readFileSync(file, 'utf8')
    }

    add(file) {
        this.states.set(file, 'open')
        const text = this.read(file)
        for (const [, , , from] of text.matchAll(IMPORT)) this.need(file, from)
        for (const [, , from] of text.matchAll(FORWARD)) this.need(file, from)
        this.states.set(file, 'done')
        this.order.push(this.moduleOf(file, text))
    }

    need(file, from) {
        const target = path.resolve(path.dirname(file), from)
        const state = this.states.get(target)
        if (state === undefined) this.add(target)
        else if (state === 'open') throw new Error(`${file} and ${target} import each other`)
    }

    moduleOf(file, text) {
        const exported = []
        const body = text
            .replace(IMPORT, (_, all, names, from) => {
                const target = path.resolve(path.dirname(file), from)
                const id = idOf(target)
                if (all !== undefined) return `const ${all} = ${id}`
                const taken = namesOf(names).map(([name, as]) => `${name}: ${as}`)
                return `const { ${taken.join(', ')} } = ${id}`
            })
            .replace(FORWARD, (_, names, from) => {
                const id = idOf(path.resolve(path.dirname(file), from))
                for (const [name, as] of namesOf(names)) exported.push(`${as}: ${id}.${name}`)
                return ''
            })
            .replace(EXPORT, (_, name) => {
                exported.push(name)
                return ''
            })
            .replace(ASSET, "new URL('$1', assetBase)")
        const other = /^(?:import|export) .*/m.exec(body)
        if (other !== null) throw new Error(`${file}: a form that is not known: ${other[0]}`)
        return { id: idOf(file), body: shortened(body), exported }
    }
}

/** Without comments of whole lines, and without indentation where no text has several lines. */
function shortened(text) {
    const bare = text.replace(COMMENT, '').replace(/\n{2,}/g, '\n')
    const isPlain = bare.split('\n').every((line) => (line.split('`').length & 1) === 1)
    return isPlain ? bare.replace(/^ +/gm, '') : bare
}

const wrapped = ({ id, body, exported }) =>
    `const ${id} = (() => {\n${body}return { ${exported.join(', ')} }\n})()\n`

function modulesOf(entry, texts) {
    const modules = new Modules(texts)
    modules.add(entry)
    return modules.order
}

const packed = (bytes) => zlib.gzipSync(bytes, { level: 9 }).toString('base64')

/** The worker as one script; `assetBase` is put before it. */
function workerScript() {
    const modules = modulesOf(path.resolve(here, '../src/worker.js'), new Map())
    return `(() => {\n${modules.map(wrapped).join('')}})()\n`
}

// Some bundlers make a file: URL of where the module lay when it was built.
const BASE = `const assetBase =
    typeof location === 'undefined' || /^https?:/.test(import.meta.url)
        ? import.meta.url
        : location.href
`

function inlineModule(wasm) {
    const texts = [
        `export const wasm = '${packed(wasm)}'\n`,
        `export const worker = '${packed(workerScript())}'\n`,
        'export const base = assetBase\n',
    ]
    const entry = path.resolve(here, 'entry.js')
    const modules = modulesOf(entry, new Map([['packed.js', texts.join('')]]))
    return [
        '// alimentar/inline, made of the sources of the package alimentar. Licence: MIT.\n',
        BASE,
        ...modules.map(wrapped),
        `export const { open, init, AlimentarError } = ${idOf(entry)}\n`,
    ].join('')
}

const [input, output] = process.argv.slice(2)
fs.writeFileSync(output, inlineModule(fs.readFileSync(input)))
