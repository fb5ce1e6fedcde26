// worker_page.test.mjs: the table of worker.test.mjs in a real browser: alimentar/worker in a
// module worker, and alimentar/inline in one made of a text, give what alimentar gives in the page.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { after, before, test } from 'node:test'

import { serve } from '../../examples/serve.mjs'
import { launch } from './browser.mjs'

const files = fs
    .readdirSync(new URL('data/', import.meta.url))
    .filter((name) => /\.(parquet|arrow)$/.test(name))
    .map((name) => `/tests/web/data/${name}`)
    .concat('/tests/harness/data/codecs.parquet')

let browser
let server

before(async () => {
    browser = await launch()
    server = await serve()
})

after(async () => {
    await browser.close()
    await server.close()
})

/** In the page: what each entry gives of a file, as texts, where it differs from the first. */
async function compare(file) {
    const { datasetSeen } = await import('/tests/web/observe.mjs')
    const spelled = (name, value) => {
        if (typeof value === 'bigint') return `${value}n`
        if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
        if (value === undefined) return 'undefined'
        if (ArrayBuffer.isView(value)) return [value.constructor.name, ...value]
        return value
    }
    const seen = async (entry) => {
        const { open } = await import(`/web/dist/${entry}.js`)
        const dataset = await open(file)
        const options = { int64: 'bigint', decimal: 'string' }
        const all = [await datasetSeen(dataset), await datasetSeen(dataset, options)]
        dataset.close()
        return JSON.stringify(all, spelled)
    }
    const expected = await seen('index')
    const differing = []
    for (const entry of ['worker_client', 'inline']) {
        const gave = await seen(entry)
        if (gave === expected) continue
        const at = [...gave].findIndex((character, index) => character !== expected[index])
        differing.push([entry, gave.slice(at - 80, at + 80), expected.slice(at - 80, at + 80)])
    }
    return { length: expected.length, differing }
}

for (const file of files) {
    test(`${file} comes alike from workers in a page`, async () => {
        const page = await browser.newPage()
        await page.goto(`${server.origin}/tests/web/page/index.html`)
        const { length, differing } = await page.evaluate(compare, file)
        assert.deepEqual(differing, [])
        assert.ok(length > 1000)
        assert.equal(page.workers().length, 2)
        await page.close()
    })
}

/** What a server may have in place of worker.js; what is said of it. */
const SCRIPT = 'text/javascript'
const SILENT = 'what was loaded is silent after 1 s, as another script would be'
const UNRELATED = [
    ['a page', 200, 'text/html; charset=utf-8', '<!doctype html>', 'the server sent text/html'],
    ['nothing', 404, 'text/plain', 'none', 'HTTP 404'],
    ['a broken script', 200, SCRIPT, 'import "./nix.js"', undefined],
    ['a script that throws', 200, SCRIPT, 'throw new Error("odd")', 'Uncaught Error: odd'],
    ['another script', 200, SCRIPT, 'const other = 1', SILENT],
    ['a script that talks', 200, SCRIPT, 'postMessage("hello")', SILENT],
]

/** In the page: opens by a worker of some address, and again after init() told where it is. */
async function openingBy([address, data]) {
    const { Client } = await import('/web/dist/client.js')
    const { webWorker } = await import('/web/dist/start.js')
    const { workerInitRules } = await import('/web/dist/check.js')
    const { Worker: before } = globalThis
    const make = (given) => new Worker(given ?? new URL(address, location), { type: 'module' })
    const client = new Client(webWorker(make, { lookMs: 400, readyMs: 1000 }), workerInitRules)
    const began = performance.now()
    const calls = [client.open(data), client.open(data)]
    const errors = await Promise.all(calls.map((call) => call.catch((error) => error)))
    const ms = performance.now() - began
    await client.init({ worker: '/web/dist/worker.js' })
    const dataset = await client.open(data)
    const { numRows } = dataset
    dataset.close()
    const said = errors.map(({ code, message }) => ({ code, message }))
    return { said, ms, numRows, isRestored: globalThis.Worker === before }
}

for (const [what, status, type, body, found] of UNRELATED) {
    test(`${what} in place of the worker is told, and init({ worker }) mends it`, async () => {
        const behave = ({ url }, response) => {
            if (!url.startsWith('/lost/')) return false
            response.writeHead(status, { 'Content-Type': type })
            response.end(body)
            return true
        }
        const other = await serve({ behave })
        const page = await browser.newPage()
        try {
            await page.goto(`${other.origin}/tests/web/page/index.html`)
            const address = '/lost/worker.js?key=SECRET'
            const seen = await page.evaluate(openingBy, [address, files[0]])
            for (const { code, message } of seen.said) {
                assert.equal(code, 'not_found')
                const at = `${other.origin}/lost/worker.js?…`
                const start = `the worker of alimentar could not be started at ${at}`
                assert.equal(message.slice(0, start.length), start)
                if (found !== undefined) assert.ok(message.includes(`(${found}`), message)
                assert.match(message, /init\(\{ worker: its URL \}\).*'alimentar\/inline'/)
                assert.doesNotMatch(message, /SECRET/)
            }
            assert.equal(seen.said.length, 2)
            assert.ok(seen.numRows > 0)
            assert.ok(seen.isRestored)
        } finally {
            await page.close()
            await other.close()
        }
    })
}

test('a page that answers for alimentar/worker’s own worker.js is told', async () => {
    const behave = ({ url }, response) => {
        if (url !== '/web/dist/worker.js') return false
        response.writeHead(200, { 'Content-Type': 'text/html' })
        response.end('<!doctype html><p>app')
        return true
    }
    const other = await serve({ behave })
    const page = await browser.newPage()
    await page.goto(`${other.origin}/tests/web/page/index.html`)
    const message = await page.evaluate(async (data) => {
        const { open } = await import('/web/dist/worker_client.js')
        return open(data).catch((error) => error.message)
    }, files[0])
    const at = `at ${other.origin}/web/dist/worker.js (the server sent text/html): serve`
    assert.ok(message.includes(at), message)
    await page.close()
    await other.close()
})

test('a worker that is slow to start is waited for', async () => {
    const behave = ({ url }, response) => {
        if (url !== '/slow/worker.js') return false
        response.writeHead(200, { 'Content-Type': 'text/javascript' })
        setTimeout(() => response.end("import '/web/dist/worker.js'"), 300)
        return true
    }
    const other = await serve({ behave })
    const page = await browser.newPage()
    await page.goto(`${other.origin}/tests/web/page/index.html`)
    const rows = await page.evaluate(async (data) => {
        const { Client } = await import('/web/dist/client.js')
        const { webWorker } = await import('/web/dist/start.js')
        const make = () => new Worker('/slow/worker.js', { type: 'module' })
        const client = new Client(webWorker(make, { lookMs: 50, readyMs: 20000 }))
        return (await client.open(data)).numRows
    }, files[0])
    assert.ok(rows > 0)
    await page.close()
    await other.close()
})
