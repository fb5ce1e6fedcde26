// Who may include whom: tests/lint/layers.txt against every #include of src/, native/, wasm/ and
// include/. Rooms are folders. The list must name every room and have no cycles.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { filesIn, gate, read } from './gate.mjs'

function readList() {
    const list = new Map()
    for (const line of read('tests/lint/layers.txt').split('\n')) {
        const match = /^([\w/]+):(.*)$/.exec(line.replace(/#.*/, ''))
        if (match) list.set(match[1], match[2].trim().split(/\s+/).filter(Boolean))
    }
    return list
}

const roomOf = (path) => dirname(path).replace(/^src\//, '').replace(/^include\/.*$/, 'include')

function checkCycles(list, fail) {
    const done = new Set()
    const visit = (room, path) => {
        const cycle = [...path, room].join(' → ')
        if (path.includes(room)) return fail(`layers.txt has a cycle: ${cycle}`)
        if (done.has(room)) return
        for (const below of list.get(room) ?? []) visit(below, [...path, room])
        done.add(room)
    }
    for (const room of list.keys()) visit(room, [])
}

// The room that an #include "name" means; null if it is the including room itself.
function targetOf(path, name) {
    if (name.startsWith('alimentar/') || name === 'alimentar.h') return 'include'
    if (existsSync(join(dirname(path), name))) return roomOf(join(dirname(path), name))
    return roomOf(join(path.startsWith('src/') ? 'src' : '.', name))
}

// Tells if a file of the core may include a header of the system.
function isAllowed(path, name, list) {
    const has = (line, word) => (list.get(line) ?? []).includes(word)
    const file = path.replace(/^src\//, '').replace(/\.c$/, '')
    const isWrapper = has('upstream', file) && has('upstream', name)
    return has('headers', name) || has('intrinsics', file) || isWrapper
}

function checkFile(path, list, fail) {
    const room = roomOf(path)
    const isCore = /^(src|wasm|include)/.test(path)
    const allowed = new Set([room, 'include', 'base', ...(list.get(room) ?? [])])
    if (!path.startsWith('src/')) allowed.delete('base')
    if (room !== 'include' && !list.has(room)) fail(`${path}: room ${room} is not in layers.txt`)
    for (const match of read(path).matchAll(/^\s*#\s*include\s*(["<])([^">]+)[">]/gm)) {
        const [, quote, name] = match
        if (quote === '"') {
            const target = targetOf(path, name)
            if (allowed.has(target)) continue
            fail(`${path} includes "${name}": ${room} may not include ${target}`)
        } else if (isCore && !isAllowed(path, name.replace(/\.h$/, ''), list)) {
            fail(`${path} includes <${name}>: not one of the headers that the core may use`)
        }
    }
}

gate('layers', ({ fail }) => {
    const list = readList()
    checkCycles(list, fail)
    for (const path of filesIn(['include', 'src', 'native', 'wasm'], /\.[ch]$/)) {
        checkFile(path, list, fail)
    }
})
