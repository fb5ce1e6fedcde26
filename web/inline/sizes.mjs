// sizes.mjs: what the package in web/dist weighs, and the hash of its module for subresource
// integrity (https://www.w3.org/TR/SRI/).
//
//   node web/inline/sizes.mjs [--table]
import crypto from 'node:crypto'
import fs from 'node:fs'
import zlib from 'node:zlib'

const dist = new URL('../dist/', import.meta.url)
const names = fs.readdirSync(dist)

/** The bytes of files, as they are and as servers send them. */
function weightOf(some) {
    const all = some.map((name) => fs.readFileSync(new URL(name, dist)))
    const sum = (sizes) => sizes.reduce((total, size) => total + size, 0)
    const sent = all.map((bytes) => zlib.gzipSync(bytes, { level: 9 }).length)
    return { bytes: sum(all.map(({ length }) => length)), gzip: sum(sent) }
}

const isSource = (name) => name.endsWith('.js') && name !== 'inline.js'
const rows = [
    ['alimentar.wasm', ['alimentar.wasm']],
    ['brotli.wasm, on demand', ['brotli.wasm']],
    ['sources', names.filter(isSource)],
    ['inline.js, all in one', ['inline.js']],
    ['types', names.filter((name) => name.endsWith('.d.ts'))],
    ['web/dist', names],
].map(([what, some]) => ({ what, ...weightOf(some) }))
const wasm = fs.readFileSync(new URL('alimentar.wasm', dist))
const hash = `sha384-${crypto.createHash('sha384').update(wasm).digest('base64')}`

if (process.argv.includes('--table')) {
    console.log(`\n${''.padEnd(24)} ${'bytes'.padStart(9)} ${'gzip'.padStart(9)}`)
    for (const { what, bytes, gzip } of rows)
        console.log(`${what.padEnd(24)} ${String(bytes).padStart(9)} ${String(gzip).padStart(9)}`)
}
const total = rows.at(-1).bytes
console.log(`web: dist has ${total} bytes, alimentar.wasm ${wasm.length}, integrity ${hash}`)
