// chromium.test.mjs: the package in a real browser: ranges counted by the server, other origins,
// Blobs, a strict content security policy, aborts, a tab that stays awake.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'

import { serve } from '../../examples/serve.mjs'
import { launch } from './browser.mjs'
import { dataServer } from './server.mjs'

const FILE = 'examples/dashboard/data/nyc-weather-2013.parquet'
const bytes = fs.readFileSync(new URL(`../../${FILE}`, import.meta.url))
const SCRIPTS = "script-src 'self' 'wasm-unsafe-eval'"
const CSP = `default-src 'self'; ${SCRIPTS}; connect-src 'self' http: blob:`
const ROWS = 26115

let browser
let pages

before(async () => {
    browser = await launch()
    pages = await serve({ headers: { 'Content-Security-Policy': CSP } })
})

after(async () => {
    await browser.close()
    await pages.close()
})

/** Runs a function in a page that has the package, under the strict policy; `url` reaches it. */
async function inPage(work, argument) {
    const page = await browser.newPage()
    const errors = []
    page.on('pageerror', (error) => errors.push(String(error)))
    page.on('console', (message) => {
        if (message.type() === 'error' && /Security Policy/.test(message.text()))
            errors.push(message.text())
    })
    try {
        await page.goto(`${pages.origin}/tests/web/page/index.html`)
        await page.waitForFunction(() => globalThis.alimentar !== undefined)
        const result = await page.evaluate(work, argument)
        assert.deepEqual(errors, [])
        return result
    } finally {
        await page.close()
    }
}

/** Opens a URL and reads one column; errors come as data. */
async function readTemp({ url, options }) {
    try {
        const dataset = await globalThis.alimentar.open(url, options)
        const { temp } = await dataset.columns(['temp'], { coalesceBytes: 0 })
        let sum = 0
        for (const value of temp) sum += value ?? 0
        const result = {
            rows: temp.length,
            sum,
            requests: dataset.requests,
            warnings: dataset.warnings,
        }
        dataset.close()
        return result
    } catch (error) {
        return { name: error.name, code: error.code, message: error.message, path: error.path }
    }
}

const SUM = 1443069.88

function assertWhole(result) {
    assert.equal(result.message, undefined)
    assert.equal(result.rows, ROWS)
    assert.ok(Math.abs(result.sum - SUM) < 0.01, `sum ${result.sum}`)
}

const dataRequests = (server) =>
    server.log
        .filter(({ url }) => /\.parquet/.test(url))
        .map(({ method, range }) => `${method} ${range}`)

test('same origin: one suffix range for metadata, one request a run of chunks', async () => {
    pages.log.length = 0
    const url = `/${FILE}`
    const result = await inPage(readTemp, { url, options: { tailBytes: 8192 } })
    assertWhole(result)
    const requests = dataRequests(pages)
    assert.equal(requests[0], 'GET bytes=-8192')
    assert.equal(requests.length, 5)
    const moved = result.requests.reduce((sum, request) => sum + request.bytes, 0)
    assert.ok(moved < 40000, `${moved} bytes`)
})

async function elsewhere(serverOptions, options = {}) {
    const server = await dataServer(bytes, serverOptions)
    try {
        const all = { tailBytes: 8192, ...options }
        const result = await inPage(readTemp, { url: server.url, options: all })
        return { result, requests: dataRequests(server) }
    } finally {
        await server.close()
    }
}

for (const expose of ['all', 'none']) {
    test(`another origin, headers exposed: ${expose}: HEAD, the tail, no preflight`, async () => {
        const { result, requests } = await elsewhere({ expose })
        assertWhole(result)
        const size = bytes.length
        assert.deepEqual(requests.slice(0, 2), [
            'HEAD bytes=0-',
            `GET bytes=${size - 8192}-${size - 1}`,
        ])
        assert.ok(requests.every((request) => !request.startsWith('OPTIONS')))
        assert.equal(requests.length, 6)
    })
}

test('another origin that refuses HEAD: a GET ended after its headers', async () => {
    const { result, requests } = await elsewhere({ head: 403 })
    assertWhole(result)
    assert.deepEqual(requests.slice(0, 2), ['HEAD bytes=0-', 'GET null'])
})

test('another origin and sizeBytes: no question for the size', async () => {
    const { result, requests } = await elsewhere({}, { sizeBytes: bytes.length })
    assertWhole(result)
    assert.match(requests[0], /^GET bytes=\d+-\d+$/)
})

for (const expose of ['all', 'none']) {
    test(`another origin that compresses ranges, headers exposed: ${expose}: told`, async () => {
        const { result } = await elsewhere({ gzip: 'ranges', expose }, { retries: 0 })
        assert.equal(result.code, 'host')
        assert.match(result.message, /compresses ranges/)
    })
}

test('another origin, by a function that gives the URL: HEAD, the tail, no preflight', async () => {
    const server = await dataServer(bytes)
    try {
        const rows = await inPage(async (url) => {
            const dataset = await globalThis.alimentar.open(() => url, { tailBytes: 8192 })
            return dataset.numRows
        }, server.url)
        assert.equal(rows, ROWS)
        const tail = `GET bytes=${bytes.length - 8192}-${bytes.length - 1}`
        assert.deepEqual(dataRequests(server), ['HEAD bytes=0-', tail])
    } finally {
        await server.close()
    }
})

test('another origin without ranges: the body is kept', async () => {
    const { result, requests } = await elsewhere({ ranges: 'ignored' })
    assertWhole(result)
    assert.equal(requests.length, 2)
    assert.ok(result.warnings.some((warning) => warning.code === 'no_ranges'))
})

test('another origin that allows nobody is told in one sentence', async () => {
    const { result } = await elsewhere({ cors: false }, { retries: 0 })
    assert.equal(result.name, 'AlimentarError')
    assert.equal(result.code, 'host')
    assert.match(result.message, /lacks Access-Control-Allow-Origin/)
})

test('a file that changes while it is read is never mixed', async () => {
    const { result } = await elsewhere({ changes: 3 })
    assert.equal(result.code, 'changed')
})

test('a URL that is not there', async () => {
    const result = await inPage(readTemp, { url: '/nix.parquet' })
    assert.equal(result.code, 'not_found')
    assert.equal(result.path, `${pages.origin}/nix.parquet`)
    const secret = await inPage(readTemp, { url: '//bob:hunter2@data.example/x?SECRET#SECRET' })
    assert.equal(secret.code, 'argument')
    assert.equal(secret.path, `${new URL(pages.origin).protocol}//data.example/x?…`)
    assert.doesNotMatch(secret.message, /bob|hunter2|SECRET/)
})

test('a blob: URL is read', async () => {
    const rows = await inPage(async (url) => {
        const blob = await (await fetch(url)).blob()
        const dataset = await globalThis.alimentar.open(URL.createObjectURL(blob))
        return (await dataset.columns(['temp'])).temp.length
    }, `/${FILE}`)
    assert.equal(rows, ROWS)
})

test('a File is read by slices', async () => {
    const result = await inPage(async (url) => {
        const blob = await (await fetch(url)).blob()
        const dataset = await globalThis.alimentar.open(new File([blob], 'weather.parquet'))
        const { origin, temp } = await dataset.columns(['origin', 'temp'])
        return { path: dataset.path, rows: temp.length, airports: origin.dictionary().values }
    }, `/${FILE}`)
    assert.deepEqual(result, {
        path: 'weather.parquet',
        rows: ROWS,
        airports: ['EWR', 'JFK', 'LGA'],
    })
})

test('a Response, its body, an own backend and a list of one are read', async () => {
    const rows = await inPage(async (url) => {
        const { open } = globalThis.alimentar
        const blob = await (await fetch(url)).blob()
        const backend = {
            size: blob.size,
            read: (offset, length) => blob.slice(offset, offset + length).arrayBuffer(),
        }
        const sources = [await fetch(url), (await fetch(url)).body, backend, [blob]]
        const all = []
        for (const source of sources) {
            const dataset = await open(source)
            all.push((await dataset.columns(['temp'])).temp.length)
            dataset.close()
        }
        return all
    }, `/${FILE}`)
    assert.deepEqual(rows, [ROWS, ROWS, ROWS, ROWS])
})

test('a URL of another origin, the files of an input and bytes are one data set', async () => {
    const server = await dataServer(bytes)
    const seen = await inPage(
        async ([own, other]) => {
            const blob = await (await fetch(own)).blob()
            const box = new DataTransfer()
            for (const day of ['mon', 'tue']) box.items.add(new File([blob], `${day}.parquet`))
            const input = document.createElement('input')
            Object.assign(input, { type: 'file', files: box.files })
            const { open } = globalThis.alimentar
            const some = [await blob.arrayBuffer(), own, other, ...input.files]
            const rows = []
            for (const source of [input.files, some]) {
                const dataset = await open(source)
                rows.push(dataset.path, (await dataset.columns(['temp'])).temp.length)
                rows.push([...new Set(dataset.requests.map(({ path }) => path))])
                dataset.close()
            }
            return rows
        },
        [`/${FILE}`, server.url],
    )
    await server.close()
    const two = ['mon.parquet and 1 more', 2 * ROWS, []]
    const own = `${pages.origin}/${FILE}`
    assert.deepEqual(seen, [...two, 'bytes 1 and 4 more', 5 * ROWS, [own, server.url]])
})

/** In the page: the columns that each entry finds in the files of the page's input. */
async function readChosen(entries) {
    const { files } = document.querySelector('input')
    const seen = {}
    for (const entry of entries) {
        const { open } = await import(`/web/dist/${entry}.js`)
        const dataset = await open(files)
        const { season, city } = await dataset.columns(['season', 'city'])
        const rows = await dataset.head(1, { columns: ['temp', 'season'] })
        const plain = await open(files, { partitions: 'none' })
        seen[entry] = {
            path: dataset.path,
            files: dataset.files,
            rows: dataset.numRows,
            folders: [season.type.name, city.type.name],
            first: [season.at(0), city.at(0)],
            last: [season.at(-1), city.at(-1)],
            row: rows[0].season,
            plain: plain.schema.fields.some(({ name }) => name === 'season'),
        }
        dataset.close()
        plain.close()
    }
    return seen
}

test('folders key=value of a chosen folder are columns, in the page and in workers', async () => {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), 'alimentar-chosen-'))
    const names = ['season=2023/city=Wien/a.parquet', 'season=2024/city=Z%C3%BCrich/b.parquet']
    for (const name of names) {
        fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
        fs.writeFileSync(path.join(root, name), bytes)
    }
    const page = await browser.newPage()
    try {
        const server = await serve({})
        await page.goto(`${server.origin}/tests/web/page/index.html`)
        await page.setContent('<input type="file" webkitdirectory>')
        await page.setInputFiles('input', root)
        const seen = await page.evaluate(readChosen, ['index', 'worker_client', 'inline'])
        await server.close()
        const folder = path.basename(root)
        assert.match(seen.index.path, new RegExp(`^${folder}/season=20.*parquet and 1 more$`))
        assert.equal(seen.index.files, 2)
        assert.equal(seen.index.rows, 2 * ROWS)
        assert.deepEqual(seen.index.folders, ['float64', 'utf8'])
        // The browser says in which order.
        const ends = [seen.index.first, seen.index.last].sort()
        assert.deepEqual(ends, [
            [2023, 'Wien'],
            [2024, 'Zürich'],
        ])
        assert.equal(seen.index.row, seen.index.first[0])
        assert.equal(seen.index.plain, false)
        assert.deepEqual(seen.worker_client, seen.index)
        assert.deepEqual(seen.inline, seen.index)
    } finally {
        await page.close()
        fs.rmSync(root, { recursive: true })
    }
})

test('an abort rejects within 50 ms and ends the requests', async () => {
    const server = await dataServer(bytes, { delayMs: 300 })
    const result = await inPage(async (url) => {
        const dataset = await globalThis.alimentar.open(url)
        const base = dataset.memoryBytes()
        const result = { ms: Infinity, held: 0, message: '' }
        for (let tries = 0; tries < 3 && result.ms >= 50; tries += 1) {
            const controller = new AbortController()
            const read = dataset.columns(['humid'], { signal: controller.signal })
            await new Promise((resolve) => setTimeout(resolve, 50))
            const began = performance.now()
            controller.abort(new Error('enough'))
            result.message = await read.catch((error) => error.message)
            result.ms = Math.min(result.ms, performance.now() - began)
            result.held += dataset.memoryBytes() - base
        }
        return result
    }, server.url)
    await server.close()
    assert.equal(result.message, 'enough')
    assert.equal(result.held, 0)
    assert.ok(result.ms < 50, `${result.ms} ms`)
})

test('a tab that reads again and again stays awake', async () => {
    const result = await inPage(async (url) => {
        const bytesHere = new Uint8Array(await (await fetch(url)).arrayBuffer())
        const dataset = await globalThis.alimentar.open(bytesHere)
        await dataset.columns()
        let turns = 0
        const timer = setInterval(() => (turns += 1), 1)
        const began = performance.now()
        for (let i = 0; i < 20; i += 1) await dataset.columns()
        const ms = performance.now() - began
        clearInterval(timer)
        return { turns, ms }
    }, `/${FILE}`)
    assert.ok(result.turns >= result.ms / 100, `${result.turns} turns in ${result.ms} ms`)
})
