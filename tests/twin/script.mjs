// script.mjs: what both twins are asked, and how the wasm twin answers, in Node and in a browser
// alike.
//
// A case is data: {file, damage, format, compression, columns, limit, offset}, and, for the wasm
// twin alone, `batchSize` and `strings`, which may not change what text formats say. An answer is
// {sha256, bytes} or {error}.
import { encode } from './encode.mjs'

/** Numbers below `below` from a seed; the same everywhere. */
export function numbers(seed) {
    let state = seed >>> 0
    return (below) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0
        return Math.floor((state / 4294967296) * below)
    }
}

const OPTIONS = [
    {},
    { limit: 1 },
    { offset: 7, limit: 1000 },
    { offset: 6000, limit: 9000 },
    { offset: 1000000 },
]

/** Text of a case's options that the wasm twin alone takes. */
const WASM_ONLY = [
    { batchSize: 1 },
    { batchSize: 1000 },
    { strings: 'plain' },
    { batchSize: 333, strings: 'plain' },
]

/** The cases of one file: `names` are its columns, `rows` and `bytes` its sizes. */
export function casesOf(file, names, rows, bytes) {
    const next = numbers(bytes + rows)
    const cases = []
    for (const format of ['arrow', 'arrows', 'csv', 'jsonl', 'json']) {
        for (const options of OPTIONS) cases.push({ file, format, ...options })
        cases.push({ file, format, columns: [names[next(names.length)]] })
        cases.push({ file, format, columns: [...names].reverse(), limit: 500 })
    }
    cases.push({ file, format: 'arrow', compression: 'lz4' })
    cases.push({ file, format: 'arrows', compression: 'lz4', offset: 7, limit: 1000 })
    for (const options of WASM_ONLY) {
        const limit = options.batchSize === 1 ? { limit: 50 } : {}
        cases.push({ file, format: 'csv', ...limit, ...options })
        cases.push({ file, format: 'jsonl', ...limit, ...options })
    }
    for (let i = 0; i < 40; i += 1)
        cases.push({ file, format: 'csv', damage: damageOf(next, i, bytes) })
    return cases
}

/** The same for one of many files: fewer. */
export function fewCasesOf(file, names, rows, bytes) {
    const next = numbers(bytes + rows)
    const cases = [{ file, format: 'arrow' }, { file, format: 'jsonl' }]
    const offset = next(Math.max(1, Math.min(rows, 2000)))
    cases.push({ file, format: 'csv', offset, limit: 1 + next(1000) })
    cases.push({ file, format: 'arrows', columns: [names[next(names.length)]] })
    cases.push({ file, format: 'jsonl', limit: 500, strings: 'plain' })
    cases.push({ file, format: 'arrow', compression: 'lz4' })
    for (let i = 0; i < 3; i += 1)
        cases.push({ file, format: 'csv', damage: damageOf(next, i, bytes) })
    return cases
}

/**
 * A cut, or a flip of one to four bits; half of the flips lie in the last kilobytes, where metadata
 * is.
 */
function damageOf(next, index, bytes) {
    if (index % 4 === 0) return { cut: next(bytes) }
    const from = index % 2 === 0 ? 0 : Math.max(0, bytes - 4096)
    const flips = Array.from({ length: 1 + (index % 4) }, () => [
        from + next(bytes - from),
        next(8),
    ])
    return { flips }
}

export function damaged(bytes, damage) {
    if (damage === undefined) return bytes
    if (damage.cut !== undefined) return bytes.slice(0, damage.cut)
    const copy = bytes.slice()
    for (const [at, bit] of damage.flips) copy[at] ^= 1 << bit
    return copy
}

function hexOf(buffer) {
    return Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

async function hashOf(parts) {
    const all = new Uint8Array(await new Blob(parts).arrayBuffer())
    return { sha256: hexOf(await crypto.subtle.digest('SHA-256', all)), bytes: all.length }
}

/**
 * The wasm twin's answer.
 * @param open of the package
 * @param bytes of the case's file, undamaged
 */
export async function answer(open, one, bytes) {
    const { file, damage, format, ...options } = one
    let dataset
    try {
        dataset = await open(new File([damaged(bytes, damage)], file.replace(/^.*\//, '')))
        const parts = []
        for await (const part of encode(dataset, format, options)) parts.push(part)
        return await hashOf(parts)
    } catch (error) {
        return { error: error.name === 'AlimentarError' ? error.message : `TRAP ${error.stack}` }
    } finally {
        dataset?.close()
    }
}
