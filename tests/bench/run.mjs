// make bench: reads generated files by this library and by others, in Node, in Chromium and
// natively, turn by turn, so that all see the same machine at the same time.
//
//     node tests/bench/run.mjs [DATA] [--write]
//
// Every reader's answer is checked before it is timed, against what the generator knows of the data
// (rows, and by column: values, their sum, characters). The JavaScript readers' clock stops when
// every value was read once in JavaScript, the native ones' when the table lies in memory. A ratio
// is the median of the ratios of each round, its noise their extremes. Prints what it finds, writes
// build/bench-data/results.json and, with --write, docs/benchmarks.md.
//
// The named cases take ten minutes; BENCH=all adds further ones. PLACES=native,node,steps,chromium
// and CASE=pattern run some of them.
import { fork, spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import os from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium } from 'playwright-core'
import { findChromium } from '../web/browser.mjs'
import { serve } from './lib/serve.mjs'
import { differing } from './lib/touch.mjs'
import { pageOf } from './report.mjs'

const DATA = resolve(process.argv[2]?.startsWith('--') ? 'build/bench-data'
    : (process.argv[2] ?? 'build/bench-data'))
const PEERS = resolve('build/peers')
const PYTHON = process.env.BENCH_PYTHON ?? 'build/bench-venv/bin/python'
const READERS = ['alimentar', 'hyparquet', 'parquet-wasm-arrow', 'parquet-wasm-flechette',
    'duckdb-wasm']
const NATIVE = ['pyarrow', 'polars', 'duckdb']
const RUN_SECONDS_MAX = 120
const PLACE_MINUTES_MAX = 8
const IS_ALL = process.env.BENCH === 'all'

const CASES = [
    { name: 'taxi, snappy', set: 'taxi', codec: 'snappy', rounds: 5 },
    { name: 'taxi, none', set: 'taxi', codec: 'none', rounds: 3 },
    { name: 'taxi, zstd', set: 'taxi', codec: 'zstd', rounds: 3 },
    { name: 'taxi, gzip', set: 'taxi', codec: 'gzip', rounds: 3 },
    { name: 'taxi, lz4', set: 'taxi', codec: 'lz4', rounds: 3, isMore: true },
    { name: 'taxi, snappy, 2 columns', set: 'taxi', codec: 'snappy', rounds: 5, isMore: true,
        columns: ['trip_distance', 'total_amount'] },
    { name: 'text, snappy', set: 'text', codec: 'snappy', rounds: 5, isMore: true },
    { name: 'text, zstd', set: 'text', codec: 'zstd', rounds: 3, isMore: true },
].filter((one) => (IS_ALL || !one.isMore) && new RegExp(process.env.CASE ?? '').test(one.name))
const STEP_CODECS = process.env.CASE ? ['snappy'] : ['snappy', 'none', 'lz4', 'zstd', 'gzip']

const facts = JSON.parse(readFileSync(join(DATA, 'facts.json'), 'utf8'))
const fileOf = (one) => join(DATA, `${one.set}.${one.codec}.parquet`)
const sorted = (list) => [...list].sort((a, b) => a - b)
const quantile = (list, part) => sorted(list)[Math.min(list.length - 1,
    Math.floor(part * list.length))]
const median = (list) => {
    const all = sorted(list)
    const half = all.length >> 1
    return all.length % 2 === 1 ? all[half] : (all[half - 1] + all[half]) / 2
}

// A yardstick of the machine's mood: a fixed loop of integers.
function yardstick() {
    const began = performance.now()
    let hash = 1
    for (let i = 0; i < 3e7; i += 1) hash = (Math.imul(hash, 1103515245) + 12345) | 0
    return { ms: performance.now() - began, hash }
}

function limited(promise, what) {
    let timer
    const late = new Promise((done) => {
        timer = setTimeout(() => done({ error: `${what} took more than ${RUN_SECONDS_MAX} s` }),
            RUN_SECONDS_MAX * 1000)
    })
    return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

// --- readers: each { name, read(case) → { ms, rows, found, … } or { error }, close() } -----------

async function nodeReader(adapter) {
    const child = fork(join(PEERS, 'lib/node_child.mjs'), [`../adapters/${adapter}.mjs`],
        { execArgv: ['--expose-gc', '--max-old-space-size=4096'], serialization: 'advanced' })
    const ended = once(child, 'exit').then(([code]) => ({ error: `the process ended (${code})` }))
    const next = () => Promise.race([once(child, 'message').then(([said]) => said), ended])
    const { ready, error } = await next()
    if (error) throw new Error(`${adapter}: ${error}`)
    return { name: ready,
        read: (one) => {
            child.send({ file: fileOf(one), columns: one.columns ?? null })
            return limited(next(), adapter)
        },
        close: () => child.kill() }
}

async function bundle(entry, out, replace) {
    const esbuild = createRequire(join(PEERS, 'package.json'))('esbuild')
    const text = readFileSync(entry, 'utf8')
    const source = replace ? text.replace("'ADAPTER'", JSON.stringify(replace)) : text
    // What only Node runs is not in the bundle.
    const nodeOnly = { name: 'node-only', setup: (build) => {
        build.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, external: true }))
    } }
    await esbuild.build({ stdin: { contents: source, resolveDir: join(PEERS, 'lib'),
        sourcefile: 'entry.mjs' }, bundle: true, format: 'esm', platform: 'browser', outfile: out,
    minify: true, logLevel: 'error', plugins: [nodeOnly], define: { global: 'globalThis' } })
}

async function pageReader(adapter, browser, address) {
    await bundle(join(PEERS, 'lib/page_entry.mjs'), join(PEERS, `dist/${adapter}.js`),
        `../adapters/${adapter}.mjs`)
    const context = await browser.newContext()
    const page = await context.newPage()
    let crashed
    const end = new Promise((done) => { crashed = done })
    page.on('crash', () => crashed({ error: 'the page crashed' }))
    await page.goto(address)
    await page.evaluate((url) => import(url), `/dist/${adapter}.js`)
    const name = await page.evaluate(() => globalThis.begin())
    return { name,
        read: async (one) => {
            await page.bringToFront()
            const asked = { file: `/data/${one.set}.${one.codec}.parquet`,
                columns: one.columns ?? null }
            const run = page.evaluate((what) => globalThis.read(what), asked)
                .catch((error) => ({ error: String(error.message).split('\n')[0] }))
            return limited(Promise.race([run, end]), adapter)
        },
        close: () => context.close() }
}

// A process that answers lines by lines of JSON.
function lineChild(program, words) {
    const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    // What is written to a process that ended is told by its end.
    child.stdin.on('error', () => undefined)
    const next = async () => {
        const { value, done } = await lines.next()
        return done ? { error: 'the process ended' } : JSON.parse(value)
    }
    return { child, next }
}

function pythonReader(library, form) {
    const { child, next } = lineChild(PYTHON, ['tests/bench/native.py', 'read', library])
    const ready = next()
    return { name: form === 'dictionary' ? `${library}, dictionaries` : library,
        version: async () => `${library} ${(await ready).version}`,
        read: async (one, isCheck) => {
            await ready
            child.stdin.write(`${isCheck ? 'check' : 'time'} ${form} ${fileOf(one)}\n`)
            const { error, ms, facts: known } = await limited(next(), library)
            return error ? { error } : { ms, rows: known?.rows, found: known?.columns }
        },
        close: () => child.stdin.end() }
}

// One process for all runs, as the peers have, so that the memory of all is warm.
function ownReader(form) {
    const words = ['--serve', '--case', 'read', '--strings', form]
    const { child, next } = lineChild('build/bench', words)
    return { name: form === 'dictionary' ? 'alimentar, dictionaries' : 'alimentar',
        read: async (one, isCheck) => {
            child.stdin.write(`${isCheck ? 'check' : 'time'} ${fileOf(one)}\n`)
            const { error, ms, rows, check, peak_bytes: peak } = await limited(next(), 'alimentar')
            return error ? { error } : { ms, rows, found: check?.columns, wasmBytes: peak }
        },
        close: () => child.stdin.end() }
}

// --- rounds --------------------------------------------------------------------------------------

// The first read of each is checked and not timed.
async function checked(readers, one) {
    const fine = []
    const failed = []
    for (const reader of readers) {
        const answer = await reader.read(one, true)
        const trouble = answer.error ?? differing(answer.rows, answer.found, facts[one.set],
            one.columns)
        if (trouble) failed.push({ name: reader.name, why: trouble })
        else fine.push({ reader, times: [], decode: [], form: answer.form,
            memory: answer.wasmBytes })
    }
    return { fine, failed }
}

async function compare(place, readers, one, deadline) {
    const { fine, failed } = await checked(readers, one)
    let round = 0
    for (; round < one.rounds && (round === 0 || Date.now() < deadline); round += 1) {
        // Nobody is always first.
        const turn = [...fine.slice(round % fine.length), ...fine.slice(0, round % fine.length)]
        for (const each of turn) {
            const answer = await each.reader.read(one, false)
            if (answer.error) throw new Error(`${each.reader.name}: ${answer.error}`)
            each.times.push(answer.ms)
            each.decode.push(answer.decodeMs ?? answer.ms)
            each.memory = answer.wasmBytes ?? each.memory
        }
    }
    const ours = fine[0]
    const rows = fine.map(({ reader, times, decode, form, memory }) => {
        const ratios = times.map((ms, i) => ms / ours.times[i])
        return { name: reader.name, ms: median(times), decodeMs: median(decode), form,
            memory: memory ?? null, times, ratio: median(ratios), least: Math.min(...ratios),
            most: Math.max(...ratios) }
    })
    const result = { place, case: one.name, rounds: round, rows, failed,
        load: os.loadavg()[0], yardstickMs: yardstick().ms }
    tell(result)
    return result
}

function tell({ place, case: name, rounds, rows, failed, load }) {
    console.log(`${place}: ${name} (${rounds} rounds, load ${load.toFixed(1)})`)
    for (const { name: who, ms, ratio, least, most } of rows) {
        console.log(`  ${who.padEnd(30)}${ms.toFixed(0).padStart(7)} ms  × ${ratio.toFixed(2)} ` +
            `(${least.toFixed(2)} to ${most.toFixed(2)})${ratio < 1 ? '  FASTER THAN US' : ''}`)
    }
    for (const { name: who, why } of failed) console.log(`  ${who.padEnd(30)}left out: ${why}`)
}

async function place(name, make, cases = CASES) {
    const readers = []
    const results = []
    const deadline = Date.now() + PLACE_MINUTES_MAX * 60000 * (IS_ALL ? 4 : 1)
    try {
        for (const one of await make()) readers.push(await one)
        for (const one of cases) results.push(await compare(name, readers, one, deadline))
    } finally {
        for (const reader of readers) await reader.close()
    }
    return results
}

// --- steps ---------------------------------------------------------------------------------------

async function stepsOf(browser, address) {
    const results = []
    const entry = join(PEERS, 'lib/steps_worker.mjs')
    await bundle(entry, join(PEERS, 'dist/steps.js'))
    for (const set of ['taxi', 'text']) {
        for (const codec of STEP_CODECS) {
            const page = await browser.newPage()
            await page.goto(address)
            const { times, rows, memory, aborts, error } = await page.evaluate((message) =>
                new Promise((done) => {
                    const worker = new Worker('/dist/steps.js', { type: 'module' })
                    worker.onmessage = ({ data }) => done(data)
                    worker.onerror = (event) => done({ error: String(event.message) })
                    worker.postMessage(message)
                }), { wasm: `${address}packages/alimentar/dist/alimentar.wasm`,
                file: `${address}data/${set}.${codec}.parquet` })
            await page.close()
            if (error) throw new Error(`steps of ${set}.${codec}: ${error}`)
            if (rows !== facts[set].rows) throw new Error(`steps of ${set}.${codec}: ${rows} rows`)
            const result = { case: `${set}, ${codec}`, steps: times.length, memory,
                p50: quantile(times, 0.5), p99: quantile(times, 0.99), most: Math.max(...times),
                abort: Math.max(...aborts.filter((ms) => ms !== null)), load: os.loadavg()[0] }
            console.log(`steps: ${result.case}: ${result.steps} steps, ` +
                `p50 ${result.p50.toFixed(2)} p99 ${result.p99.toFixed(2)} ` +
                `most ${result.most.toFixed(2)} ms; abort ${result.abort.toFixed(1)} ms`)
            results.push(result)
        }
    }
    return results
}

// --- all -----------------------------------------------------------------------------------------

const versionOf = (name) => JSON.parse(readFileSync(
    join(PEERS, 'node_modules', name, 'package.json'), 'utf8')).version
const began = Date.now()
const loadBefore = os.loadavg()[0]
const server = await serve({ data: DATA, packages: join(PEERS, 'node_modules'),
    dist: join(PEERS, 'dist') })
const address = `http://127.0.0.1:${server.address().port}/`
const browser = await chromium.launch({ executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-gpu', '--js-flags=--expose-gc'] })
const results = []
let steps = []
let pythonVersions = []
const wants = (name) => (process.env.PLACES ?? name).split(',').includes(name)
try {
    if (wants('native')) {
        results.push(...await place('native', async () => {
            const peers = NATIVE.map((library) => pythonReader(library, 'plain'))
            pythonVersions = await Promise.all(peers.map((peer) => peer.version()))
            return [ownReader('plain'), ...peers]
        }, CASES.filter((one) => !one.columns)))
        results.push(...await place('native, dictionaries', async () =>
            [ownReader('dictionary'), pythonReader('pyarrow', 'dictionary')],
        CASES.filter((one) => !one.columns).slice(0, 1)))
    }
    if (wants('steps')) steps = await stepsOf(browser, address)
    if (wants('node'))
        results.push(...await place('Node', async () => READERS.map((each) => nodeReader(each))))
    if (wants('chromium'))
        results.push(...await place('Chromium', async () =>
            READERS.map((each) => pageReader(each, browser, address))))
} finally {
    await browser.close()
    server.close()
}
const all = { when: new Date().toISOString().slice(0, 10), minutes: (Date.now() - began) / 60000,
    machine: { cpu: os.cpus()[0].model, cores: os.cpus().length, loadBefore,
        memoryGB: Math.round(os.totalmem() / 2 ** 30),
        system: `${os.type()} ${os.release().split('-')[0]}` },
    versions: ['hyparquet', 'hyparquet-compressors', 'parquet-wasm', 'apache-arrow',
        '@uwdata/flechette', '@duckdb/duckdb-wasm'].map((name) => `${name} ${versionOf(name)}`),
    pythonVersions, node: process.version, chromium: browser.version(), results, steps }
writeFileSync(join(DATA, 'results.json'), JSON.stringify(all, null, 1))
const isWhole = !process.env.PLACES && !process.env.CASE
if (process.argv.includes('--write') && isWhole && existsSync('docs'))
    writeFileSync('docs/benchmarks.md', pageOf(all))
console.log(`bench: ${all.minutes.toFixed(1)} minutes; ${join(DATA, 'results.json')}`)
