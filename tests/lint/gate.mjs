// What the gates share: running one, finding files, and a plain reading of C.
//
// A gate is a program of its own, run from the top of a tree: `node tests/lint/layers.mjs`. It
// prints a line `lint: NAME: what is wrong` for each finding and fails if there was one; `lint:
// NAME: ok` if not.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export async function gate(name, check) {
    let count = 0
    const fail = (sentence) => {
        count += 1
        console.log(`lint: ${name}: ${sentence}`)
    }
    try {
        await check({ fail })
    } catch (error) {
        fail(error.message.trim())
    }
    if (count === 0) console.log(`lint: ${name}: ok`)
    process.exitCode = count === 0 ? 0 : 1
}

const SKIPPED = ['build', 'node_modules', 'dist', '.git']

// The files below the named folders whose names match, as paths from the top, sorted.
export function filesIn(folders, pattern) {
    const found = []
    for (const folder of folders) {
        if (!existsSync(folder)) continue
        for (const entry of readdirSync(folder, { withFileTypes: true })) {
            const path = folder === '.' ? entry.name : join(folder, entry.name)
            if (SKIPPED.includes(entry.name)) continue
            if (entry.isDirectory()) found.push(...filesIn([path], pattern))
            else if (entry.isFile() && pattern.test(path)) found.push(path)
        }
    }
    return found.sort()
}

export const read = (path) => readFileSync(path, 'utf8')

// Runs a tool of LLVM by the newest name that is installed: nm, objdump, ...
export function tool(name, argv) {
    for (const candidate of [`llvm-${name}-19`, `llvm-${name}`, name]) {
        try {
            return execFileSync(candidate, argv, { encoding: 'utf8', maxBuffer: 1 << 28 })
        } catch (error) {
            if (error.code !== 'ENOENT') throw error
        }
    }
    throw new Error(`${name} is not installed`)
}

// Blanks out comments, and the contents of strings and characters, keeping every position.
export function masked(text) {
    const blank = (piece) => piece.replace(/[^\n]/g, ' ')
    return text.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g,
        (piece) => piece[0] === '/' ? blank(piece)
            : piece[0] + blank(piece.slice(1, -1)) + piece[0])
}

export const lineOf = (text, position) => text.slice(0, position).split('\n').length

// The function definitions of a C file in this project's format: they begin and end in column 1.
// `body` is the masked text between the braces, `at` its position.
export function functionsOf(text) {
    const plain = masked(text).replace(/^[ \t]*#.*(?:\\\n.*)*/gm,
        (line) => line.replace(/[^\n]/g, ' '))
    const head =
        /^(?!typedef|extern|enum|union)([A-Za-z_][^;{}=]*?)\b([a-z_]\w*)\(([^;{}]*)\)\s*\{/gm
    const functions = []
    for (let match = head.exec(plain); match; match = head.exec(plain)) {
        const at = head.lastIndex
        let depth = 1
        let end = at
        for (; end < plain.length && depth > 0; end += 1) {
            if (plain[end] === '{') depth += 1
            else if (plain[end] === '}') depth -= 1
        }
        functions.push({ name: match[2], returns: match[1].trim(), parameters: match[3],
            isStatic: /\bstatic\b/.test(match[1]), line: lineOf(plain, match.index), at,
            body: plain.slice(at, end - 1) })
        head.lastIndex = end
    }
    return functions
}

// The functions that the public headers declare: name, what stands before it, its comment.
export function publicFunctions() {
    const declared = []
    for (const file of filesIn(['include'], /\.h$/)) {
        const text = read(file)
        const pattern = /((?:^\/\/.*\n)*)^ALI_API\s+([^;(]*?)\b(ali_\w+)\(([^;]*)\);/gm
        for (const match of text.matchAll(pattern)) {
            declared.push({ file, comment: match[1], returns: match[2].trim(), name: match[3],
                parameters: match[4], line: lineOf(text, match.index + match[1].length) })
        }
    }
    return declared
}
