// Memory, work in a step, copies, and what an abort leaves (docs/limits.md).
//
//     node tests/limits/run.mjs SCAN STEPS
//
// SCAN and STEPS are the programs of tests/limits/scan.c and steps.c. Files are made in
// build/limits when they are not there. Prints each measure beside its bound.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { openFile } from '../../web/dist/node.js'
import { compressed, nested, sparse, stored } from './files.mjs'

const [scan, steps] = process.argv.slice(2)
const FOLDER = 'build/limits'
const MEMORY_MAX = 128e6
const ABORT_MS_MAX = 50
// Comparisons in a step, as steps.c counts them: 262,144 values of a list are the most.
const WORK_MAX = 16e6
// The same where 1 MiB of text is written: 22 a byte for lists of small numbers.
const WRITTEN_MAX = 32e6
// Bytes that the core copies in a step.
const COPIED_MAX = 3e6
const sum = { passed: 0, failed: 0 }

function check(isGood, what) {
    sum[isGood ? 'passed' : 'failed'] += 1
    console.log(`limits: ${isGood ? '' : 'FAILED '}${what}`)
}

const mega = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`

// --- files ---------------------------------------------------------------------------------------

// Of 1 GB decoded; the small ones are for programs with sanitizers.
const LARGE = [
    { name: 'compressed', make: compressed, pages: 8 },
    { name: 'sparse', make: (path, pages) => sparse(path, pages, 8), pages: 16 },
    { name: 'stored', make: (path, pages) => stored(path, pages, 8), pages: 16 },
    { name: 'nested', make: nested, pages: 128 },
]
const SMALL = [
    { name: 'compressed-small', make: compressed, pages: 2 },
    { name: 'sparse-small', make: (path, pages) => sparse(path, pages, 8), pages: 2 },
    { name: 'stored-small', make: (path, pages) => stored(path, pages, 2), pages: 2 },
    { name: 'nested-small', make: nested, pages: 4 },
]
const pathOf = ({ name }) => `${FOLDER}/${name}.parquet`

function makeFiles() {
    mkdirSync(FOLDER, { recursive: true })
    const stamp = `${FOLDER}/made`
    const source = statSync(new URL('./files.mjs', import.meta.url)).mtimeMs
    if (existsSync(stamp) && statSync(stamp).mtimeMs > source) return
    for (const file of [...LARGE, ...SMALL]) file.make(pathOf(file), file.pages)
    writeFileSync(stamp, '')
}

// --- memory --------------------------------------------------------------------------------------

function memoryNatively() {
    for (const file of LARGE) {
        for (const way of ['map', 'read']) {
            const found = JSON.parse(execFileSync(scan, [pathOf(file), way], { encoding: 'utf8' }))
            check(found.bytes > 1e9 && found.peak_bytes <= MEMORY_MAX,
                `${file.name}, natively, ${way}: ${mega(found.bytes)} scanned within ` +
                `${mega(found.peak_bytes)}, at most ${mega(MEMORY_MAX)}`)
        }
    }
}

async function memoryInWasm() {
    for (const file of LARGE) {
        const dataset = await openFile(pathOf(file), { int64: 'bigint' })
        let rows = 0
        for await (const batch of dataset.batches()) rows += batch.numRows
        const memory = dataset._hold.core.memory.buffer.byteLength
        check(rows === dataset.numRows && memory <= MEMORY_MAX,
            `${file.name}, wasm: ${rows} rows scanned within ${mega(memory)}, ` +
            `at most ${mega(MEMORY_MAX)}`)
        dataset.close()
    }
}

// --- steps and copies of the core ----------------------------------------------------------------

// Copied bytes for each byte of a column: 1 where values are written once; 0 where buffers are
// handed on; lists grow as their items come. A page that came by several requests is put together.
const COPIES = [
    [`${FOLDER}/compressed-small.parquet`, 1],
    [`${FOLDER}/sparse-small.parquet`, 1.05],
    [`${FOLDER}/stored-small.parquet`, 1.3],
    [`${FOLDER}/nested-small.parquet`, 1.35],
    ['tests/twin/data/pages-v2.parquet', 1],
    ['tests/twin/data/falls-back.parquet', 1],
    ['tests/harness/data/plain.parquet', 1],
    ['tests/harness/data/trips.parquet', 1],
    ['tests/vectors/files/parquet-duckdb/map.parquet', 1],
    ['tests/harness/data/trips.arrow', 0],
    ['tests/harness/data/plain.arrows', 0],
]

function stepsAndCopies() {
    const out = execFileSync(steps, COPIES.map(([file]) => file), { encoding: 'utf8' })
    for (const line of out.trim().split('\n')) {
        const found = JSON.parse(line)
        const isJoined = found.way === 'by requests'
        const most = COPIES.find(([file]) => file === found.file)[1] + (isJoined ? 1 : 0)
        const copies = found.copied / found.delivered
        const what = `${found.file}, ${found.way}`
        if (found.way !== 'written') {
            check(found.rows > 0 && copies <= most,
                `${what}: ${copies.toFixed(2)} copies of a byte, at most ${most}`)
        }
        const work = found.way === 'written' ? WRITTEN_MAX : WORK_MAX
        check(found.most <= work, `${what}: ${found.most} comparisons in a step, at most ${work}`)
        check(found.copiedMost <= COPIED_MAX, `${what}: ${mega(found.copiedMost)} copied in a ` +
            `step, at most ${mega(COPIED_MAX)}`)
    }
}

// --- copies of JavaScript ------------------------------------------------------------------------

// Counts the bytes that set() and slice() move into and out of a memory.
async function counted(memory, work) {
    const typed = Object.getPrototypeOf(Uint8Array.prototype)
    const { set, slice } = typed
    const moved = { in: 0, out: 0 }
    typed.set = function counting(source, offset) {
        const bytes = source.byteLength ?? source.length
        if (this.buffer === memory.buffer) moved.in += bytes
        else if (source.buffer === memory.buffer) moved.out += bytes
        return set.call(this, source, offset)
    }
    typed.slice = function counting(...range) {
        const made = slice.apply(this, range)
        if (this.buffer === memory.buffer) moved.out += made.byteLength
        return made
    }
    try {
        await work()
    } finally {
        Object.assign(typed, { set, slice })
    }
    return moved
}

function bytesOf(column) {
    const validity = column.validity?.byteLength ?? 0
    if (column.values) return validity + column.values.byteLength
    const own = (column.offsets?.byteLength ?? 0) + validity
    if (column.children.length > 0)
        return column.children.reduce((all, child) => all + bytesOf(child), own)
    if (column.encoding === 'plain') {
        const { offsets, data } = column.views()
        return own + offsets.byteLength + data.byteLength
    }
    const { codes, values } = column.dictionary()
    return own + codes.byteLength + values.reduce((all, text) => all + 4 + text.length, 4)
}

async function copiesOfJavaScript() {
    const files = ['tests/twin/data/plain.parquet', 'tests/twin/data/pages-v2.parquet',
        `${FOLDER}/sparse-small.parquet`, `${FOLDER}/nested-small.parquet`,
        'tests/harness/data/trips.arrow']
    for (const file of files) {
        const dataset = await openFile(file)
        let columns = {}
        const moved = await counted(dataset._hold.core.memory, async () => {
            columns = await dataset.columns()
        })
        const delivered = Object.values(columns).reduce((all, each) => all + bytesOf(each), 0)
        dataset.close()
        const out = moved.out / delivered
        const size = statSync(file).size
        check(delivered > 0 && out <= 1.05 && moved.in <= size + 65536,
            `${file}, columns(): ${(moved.in / size).toFixed(2)} copies in, ` +
            `${out.toFixed(2)} out, at most 1 each`)
    }
}

// --- abort ---------------------------------------------------------------------------------------

// From abort() to the rejection, with nothing held. The machine may be busy: the best of five.
async function abortOnce(dataset) {
    const base = dataset.memoryBytes()
    const controller = new AbortController()
    let began = 0
    const seen = []
    try {
        const options = { signal: controller.signal }
        for await (const batch of dataset.batches(options)) {
            seen.push(batch.numRows)
            if (seen.length !== 3) continue
            began = performance.now()
            setTimeout(() => controller.abort(), 0)
        }
    } catch (error) {
        if (error.name !== 'AbortError') throw error
    }
    return { ms: performance.now() - began, held: dataset.memoryBytes() - base, seen: seen.length }
}

async function abort() {
    for (const file of LARGE) {
        const dataset = await openFile(pathOf(file), { int64: 'bigint' })
        const tries = []
        for (let i = 0; i < 5; i += 1) tries.push(await abortOnce(dataset))
        dataset.close()
        const ms = Math.min(...tries.map((each) => each.ms))
        const held = Math.max(...tries.map((each) => each.held))
        check(ms <= ABORT_MS_MAX && held <= 0, `${file.name}: an abort ends the scan within ` +
            `${ms.toFixed(1)} ms, at most ${ABORT_MS_MAX}; ${held} bytes are held`)
    }
}

makeFiles()
memoryNatively()
await memoryInWasm()
stepsAndCopies()
await copiesOfJavaScript()
await abort()
console.log(`limits: ${sum.passed} passed, ${sum.failed} failed, 0 skipped`)
process.exit(sum.failed > 0 ? 1 : 0)
