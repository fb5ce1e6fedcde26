// make bench: reads generated Parquet files by this library in Node and natively, and by a named
// peer, in one run, turn by turn, so that all see the same machine. Prints medians and their
// ratios, and writes build/bench-data/results.json.
//
// Each reader's answer is checked before it is timed: the number of values of each column, the sum
// of numbers and the characters of text. The clock stops when every value was read once in
// JavaScript (natively: when every value lies in Arrow's layout).
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parquetRead } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { open } from '../../web/dist/index.js'

const ROWS = 500_000
const RUNS = 7
const OUT = 'build/bench-data'
const CITIES = ['Lisbon', 'Porto', 'Braga', 'Coimbra', 'Évora', 'Faro', 'Aveiro', 'Setúbal']

/** A number from 0 to 1 that depends on the row alone. */
const noise = (row, salt) => {
    let bits = Math.imul(row ^ (salt * 0x9e3779b9), 0x85ebca6b)
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
    return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32
}

const rowsOf = (value) => Array.from({ length: ROWS }, (_, row) => value(row))

function columnData() {
    const column = (name, type, value) => ({ name, type, data: rowsOf(value) })
    return [
        column('id', 'INT32', (row) => row),
        column('fare', 'DOUBLE', (row) => Math.round(noise(row, 1) * 9000) / 100),
        column('miles', 'DOUBLE', (row) => noise(row, 2) * 40),
        column('riders', 'INT32', (row) => 1 + Math.floor(noise(row, 3) * 6)),
        column('tip', 'DOUBLE', (row) => (noise(row, 4) < 0.2 ? null : noise(row, 5))),
        column('city', 'STRING', (row) => CITIES[Math.floor(noise(row, 6) * CITIES.length)]),
    ]
}

/** What is known of a column: values that are not null, their sum, the characters of text. */
function factsOf(values) {
    const facts = { count: 0, sum: 0, chars: 0 }
    for (const value of values) add(facts, value)
    return facts
}

function add(facts, value) {
    if (value === null || value === undefined) return
    facts.count += 1
    if (typeof value === 'string') facts.chars += value.length
    else facts.sum += Number(value)
}

function generate() {
    mkdirSync(OUT, { recursive: true })
    const names = { snappy: `${OUT}/trips.snappy.parquet`, none: `${OUT}/trips.none.parquet` }
    const facts = `${OUT}/facts.json`
    if (Object.values(names).every(existsSync) && existsSync(facts)) {
        return { names, expected: JSON.parse(readFileSync(facts, 'utf8')) }
    }
    const columns = columnData()
    for (const [codec, path] of Object.entries(names)) {
        const bytes = parquetWriteBuffer({ columnData: columns, rowGroupSize: 100_000,
            codec: codec === 'none' ? 'UNCOMPRESSED' : 'SNAPPY' })
        writeFileSync(path, new Uint8Array(bytes))
    }
    const expected = Object.fromEntries(columns.map(({ name, data }) => [name, factsOf(data)]))
    writeFileSync(facts, JSON.stringify(expected))
    return { names, expected }
}

// --- readers: each gives the facts of every column it was asked for ------------------------------

async function readOurs(bytes, names) {
    const dataset = await open(bytes)
    const columns = await dataset.columns(names)
    const facts = {}
    for (const [name, column] of Object.entries(columns)) facts[name] = touch(column)
    dataset.close()
    return facts
}

function touch(column) {
    const facts = { count: 0, sum: 0, chars: 0 }
    if (column.values === undefined) {
        const { codes, values } = column.dictionary()
        for (const code of codes) if (code >= 0) add(facts, values[code])
        return facts
    }
    const { values, validity } = column
    for (let row = 0; row < values.length; row += 1) {
        if (validity === null || (validity[row >> 3] >> (row & 7)) & 1) add(facts, values[row])
    }
    return facts
}

async function readPeer(bytes, names) {
    const facts = Object.fromEntries(names.map((name) => [name, { count: 0, sum: 0, chars: 0 }]))
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
    await parquetRead({ file, columns: names, compressors,
        onChunk: ({ columnName, columnData }) => {
            for (const value of columnData) add(facts[columnName], value)
        } })
    return facts
}

function readNatively(path, names) {
    const { stdout, stderr, status } = spawnSync('build/bench',
        [path, '--case', 'read', '--runs', String(RUNS), '--columns', names.join(',')],
        { encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
    return JSON.parse(stdout)
}

// --- the comparison ------------------------------------------------------------------------------

function check(reader, facts, expected) {
    for (const [name, { count, sum, chars }] of Object.entries(facts)) {
        const want = expected[name]
        const isSum = Math.abs(sum - want.sum) <= 1e-6 * Math.max(1, Math.abs(want.sum))
        if (count !== want.count || !isSum || chars !== want.chars) {
            const found = JSON.stringify({ count, sum, chars })
            throw new Error(`${reader} reads ${name} wrongly: ${found}`)
        }
    }
}

const median = (times) => [...times].sort((a, b) => a - b)[times.length >> 1]

async function timed(read, bytes, names) {
    const began = performance.now()
    await read(bytes, names)
    return performance.now() - began
}

async function compare(title, path, names, expected) {
    const bytes = new Uint8Array(readFileSync(path))
    check('alimentar', await readOurs(bytes, names), expected)
    check('hyparquet', await readPeer(bytes, names), expected)
    const times = { ours: [], peer: [] }
    for (let run = 0; run < RUNS; run += 1) {
        times.ours.push(await timed(readOurs, bytes, names))
        times.peer.push(await timed(readPeer, bytes, names))
    }
    const native = readNatively(path, names)
    const result = { case: title, rows: ROWS, columns: names.length, runs: RUNS,
        alimentar_node_ms: median(times.ours), hyparquet_ms: median(times.peer),
        alimentar_native_ms: native.median_ms, times }
    result.ratio = result.hyparquet_ms / result.alimentar_node_ms
    const show = (ms) => `${ms.toFixed(1)} ms`.padStart(10)
    console.log(`${title.padEnd(24)}${show(result.alimentar_native_ms)}` +
        `${show(result.alimentar_node_ms)}${show(result.hyparquet_ms)}` +
        `${result.ratio.toFixed(1).padStart(8)} ×`)
    return result
}

const { names, expected } = generate()
const all = Object.keys(expected)
console.log(`${ROWS.toLocaleString('en')} rows, medians of ${RUNS} runs, every value read`)
console.log(`${'case'.padEnd(24)}${'native'.padStart(10)}${'wasm'.padStart(10)}` +
    `${'hyparquet'.padStart(10)}${'ratio'.padStart(10)}`)
const results = [
    await compare('snappy, 6 columns', names.snappy, all, expected),
    await compare('snappy, 2 columns', names.snappy, ['fare', 'miles'], expected),
    await compare('none, 6 columns', names.none, all, expected),
    await compare('snappy, text', names.snappy, ['city'], expected),
]
writeFileSync(`${OUT}/results.json`, JSON.stringify(results, null, 1))
const peer = JSON.parse(readFileSync('tests/bench/node_modules/hyparquet/package.json', 'utf8'))
console.log(`(hyparquet ${peer.version}, node ${process.version}; ${OUT}/results.json)`)
