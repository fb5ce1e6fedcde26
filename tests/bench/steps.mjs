// steps.mjs: how long the steps of a whole read take, in a module worker of Chromium.
//
//   node tests/bench/steps.mjs [--columns a,b] FILE...
//
// Prints one JSON line a file: {file, rows, steps, p50_ms, p99_ms, max_ms, turn_max_ms, ms}. A step
// is one call into the module; a turn is what happens between two chances of the worker to do
// something else: steps, and the copying of their batches. `ms` is the whole read, from open to the
// last column.
import http from 'node:http'
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'

import { launch } from '../web/browser.mjs'

const DIST = new URL('../../web/dist/', import.meta.url)
const TYPES = { js: 'text/javascript', wasm: 'application/wasm', html: 'text/html' }
// With these a worker's clock has steps of 5 µs.
const ISOLATED = {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
}

/** Runs in the worker: reads all columns, with a clock around each step and each turn. */
const WORKER = `
import { open } from '/dist/index.js'
onmessage = async ({ data: { url, columns } }) => {
    try {
        const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer())
        const began = performance.now()
        const dataset = await open(bytes)
        const { exports } = dataset._hold.core
        const step = exports.task_step
        const steps = []
        const turns = []
        let turnBegan = performance.now()
        exports.task_step = (...words) => {
            const begin = performance.now()
            const status = step(...words)
            const end = performance.now()
            steps.push(end - begin)
            turns.push(end - turnBegan)
            return status
        }
        const { port1, port2 } = new MessageChannel()
        let isDone = false
        port1.onmessage = () => {
            turnBegan = performance.now()
            if (!isDone) port2.postMessage(0)
        }
        port2.postMessage(0)
        const read = await dataset.columns(columns)
        isDone = true
        const ms = performance.now() - began
        exports.task_step = step
        const rows = Object.values(read)[0]?.length ?? 0
        dataset.close()
        postMessage({ rows, steps, turns, ms })
    } catch (error) {
        postMessage({ error: String(error) })
    }
}
`

const page = `<!doctype html><title>steps</title>`

/** @param {string[]} files */
function serve(files) {
    const server = http.createServer((request, response) => {
        const path = (request.url ?? '/').slice(1)
        const [folder, name] = path.split('/')
        const send = (type, body) => {
            response.writeHead(200, { 'Content-Type': type, ...ISOLATED })
            if (typeof body === 'string' || body instanceof Uint8Array) response.end(body)
            else body.pipe(response)
        }
        if (path === '') send(TYPES.html, page)
        else if (path === 'worker.js') send(TYPES.js, WORKER)
        else if (folder === 'file') send('application/octet-stream', createReadStream(files[name]))
        else if (
            folder === 'dist' &&
            /^\w+\.(js|wasm)$/.test(name) &&
            existsSync(new URL(name, DIST))
        )
            send(TYPES[name.split('.')[1]], readFileSync(new URL(name, DIST)))
        else response.writeHead(404).end()
    })
    return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

const quantile = (sorted, part) => sorted[Math.min(sorted.length - 1, (sorted.length * part) | 0)]
const rounded = (ms) => Math.round(ms * 1000) / 1000

function summed(file, { rows, steps, turns, ms }) {
    const sorted = [...steps].sort((a, b) => a - b)
    return {
        file: basename(file),
        rows,
        steps: steps.length,
        p50_ms: rounded(quantile(sorted, 0.5)),
        p99_ms: rounded(quantile(sorted, 0.99)),
        max_ms: rounded(sorted.at(-1) ?? 0),
        turn_max_ms: rounded(Math.max(0, ...turns)),
        ms: rounded(ms),
    }
}

/** @param {import('playwright-core').Page} tab @param {string} url @param {string[]} columns */
function measure(tab, url, columns) {
    return tab.evaluate(
        ({ url: from, columns: names }) =>
            new Promise((resolve) => {
                const worker = new Worker('/worker.js', { type: 'module' })
                worker.onmessage = ({ data }) => {
                    worker.terminate()
                    resolve(data)
                }
                worker.onerror = (event) => resolve({ error: event.message })
                worker.postMessage({ url: from, columns: names })
            }),
        { url, columns },
    )
}

const words = process.argv.slice(2)
const at = words.indexOf('--columns')
const columns = at < 0 ? undefined : words.splice(at, 2)[1].split(',')
if (words.length === 0) {
    console.error('usage: node tests/bench/steps.mjs [--columns a,b] FILE...')
    process.exit(2)
}
const server = await serve(words)
const browser = await launch()
try {
    const tab = await browser.newPage()
    await tab.goto(`http://127.0.0.1:${server.address().port}/`)
    for (const [index, file] of words.entries()) {
        const result = await measure(tab, `/file/${index}`, columns)
        if (result.error !== undefined) {
            console.error(`${file}: ${result.error}`)
            process.exitCode = 1
        } else {
            console.log(JSON.stringify(summed(file, result)))
        }
    }
} finally {
    await browser.close()
    server.close()
}
