// pack.test.mjs: the package, installed from its tarball, loads in every environment that
// docs/javascript.md names: each cell opens a page in a real browser and compares values of a file
// that zstd compressed, by a URL and by a File, under a strict policy, and offline.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'

import { serve } from '../../examples/serve.mjs'
import { openFile } from '../../web/dist/node.js'
import { launch } from '../web/browser.mjs'
import { BUNDLERS, DATA, ENTRIES, inNode, install, viteDev } from './projects.mjs'

const CSP = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'"
const COLUMNS = ['zstd_n', 'zstd_t']
const base64 = fs.readFileSync(DATA).toString('base64')

let installed
let browser
let expected
/** What each bundler made, {out, origin, log, close()}, or will have made. */
const made = {}
/** Vite's development server, by version. */
const dev = {}

before(async () => {
    installed = await install()
    browser = await launch()
    const dataset = await openFile(DATA)
    expected = {}
    const columns = await dataset.columns(COLUMNS)
    for (const name of COLUMNS) expected[name] = [...columns[name]]
    dataset.close()
    for (const [name, bundle] of Object.entries(BUNDLERS)) {
        made[name] = serveBundle(name, bundle)
        made[name].catch(() => undefined)
    }
    for (const version of [7, 8]) {
        dev[version] = viteDev(installed.project(`vite-${version}`), version)
        dev[version].catch(() => undefined)
    }
})

async function serveBundle(name, bundle) {
    const out = await bundle(installed.project(name.replaceAll(' ', '-')))
    fs.copyFileSync(DATA, path.join(out, 'data.parquet'))
    const server = await serve({ root: out, headers: { 'Content-Security-Policy': CSP } })
    return { out, ...server }
}

after(async () => {
    await browser?.close()
    const started = await Promise.allSettled([...Object.values(made), ...Object.values(dev)])
    for (const { value } of started) await value?.close()
    installed?.remove()
})

/** In the page: reads, and gives values and warnings, or the error. */
async function reading({ source, names, base64 }) {
    const bytes = () => Uint8Array.from(atob(base64), (text) => text.charCodeAt(0))
    const { open, AlimentarError } = globalThis.alimentar
    try {
        const given = source ?? new File([bytes()], 'data.parquet')
        const dataset = await open(given)
        const columns = await dataset.columns(names)
        const values = Object.fromEntries(names.map((name) => [name, [...columns[name]]]))
        const warnings = dataset.warnings.map(({ code }) => code)
        dataset.close()
        return { values, warnings, path: dataset.path }
    } catch (error) {
        const isOurs = error instanceof AlimentarError
        return { isOurs, code: error.code, message: error.message, path: error.path }
    }
}

/** A page of a project, and the work in it. */
async function inPage(url, work) {
    const context = await browser.newContext()
    const page = await context.newPage()
    const errors = []
    page.on('pageerror', (error) => errors.push(String(error)))
    try {
        await page.goto(url)
        await page.waitForFunction(() => globalThis.alimentar !== undefined)
        const gave = await work(page, context)
        assert.deepEqual(errors, [])
        return gave
    } finally {
        await context.close()
    }
}

const read = (page, source, names = COLUMNS) => page.evaluate(reading, { source, names, base64 })

async function readsRight(page, source, warnings) {
    const gave = await read(page, source)
    assert.equal(gave.message, undefined)
    assert.deepEqual(gave.values, expected)
    assert.deepEqual(gave.warnings, warnings)
    return gave
}

/** Cells that work: reading a URL, a File, and a File with the network gone. */
const WORKING = [
    ['a Vite build', ['main', 'inline', 'thread']],
    ['webpack', ['main', 'inline', 'thread']],
    ['esbuild', ['inline']],
    ['Rollup', ['inline']],
    ['a plain module script', ['main', 'inline', 'thread']],
]

for (const [bundler, entries] of WORKING) {
    for (const entry of entries) {
        const warnings = entry === 'inline' ? ['no_worker'] : []

        test(`${ENTRIES[entry]} reads in ${bundler}, under a strict policy`, async () => {
            const { origin } = await made[bundler]
            await inPage(`${origin}/${entry}.html`, async (page) => {
                const { path: where } = await readsRight(page, '/data.parquet', warnings)
                assert.equal(where, `${origin}/data.parquet`)
                await readsRight(page, undefined, warnings)
            })
        })

        test(`${ENTRIES[entry]} reads offline in ${bundler}`, async () => {
            const { origin } = await made[bundler]
            await inPage(`${origin}/${entry}.html`, async (page, context) => {
                if (entry !== 'inline') await page.evaluate(() => globalThis.alimentar.init())
                await context.setOffline(true)
                const lost = await page.evaluate(() => fetch('/data.parquet').catch(() => 'lost'))
                assert.equal(lost, 'lost')
                await readsRight(page, undefined, warnings)
            })
        })
    }
}

test('alimentar/inline asks a server for nothing but its module', async () => {
    const { log, origin } = await made['a plain module script']
    log.length = 0
    await inPage(`${origin}/inline.html`, (page) => readsRight(page, undefined, ['no_worker']))
    const urls = log.map(({ url }) => url).filter((url) => url !== '/favicon.ico')
    assert.deepEqual(urls, ['/inline.html', '/inline.js', '/alimentar/inline.js'])
})

test('alimentar/inline reads in a worker where a policy allows blob:', async () => {
    const { out } = await made.esbuild
    const headers = { 'Content-Security-Policy': `${CSP}; worker-src blob:` }
    const server = await serve({ root: out, headers })
    await inPage(`${server.origin}/inline.html`, async (page) => {
        await readsRight(page, '/data.parquet', [])
        await readsRight(page, undefined, [])
        assert.equal(page.workers().length, 1)
    })
    await server.close()
})

/** Cells of Vite's development server that work. */
const DEVELOPING = [
    [7, ['inline']],
    [8, ['main', 'inline', 'thread']],
]

for (const [version, entries] of DEVELOPING) {
    for (const entry of entries) {
        test(`${ENTRIES[entry]} reads in the development server of Vite ${version}`, async () => {
            const { origin } = await dev[version]
            await inPage(`${origin}/${entry}.html`, async (page) => {
                await readsRight(page, '/data.parquet', [])
                await readsRight(page, undefined, [])
            })
        })
    }
}

const LACKS = /^alimentar.wasm was not found at http.* or import from 'alimentar\/inline'/

test('Vite 7 moves alimentar away from its wasm: one sentence tells both ways', async () => {
    const { origin } = await dev[7]
    await inPage(`${origin}/main.html`, async (page) => {
        const { isOurs, code, message } = await read(page, '/data.parquet')
        assert.deepEqual([isOurs, code], [true, 'not_found'])
        assert.match(message, LACKS)
        assert.match(message, /init\(\{ wasm: /)
    })
})

test('Vite 7 moves alimentar/worker away from its worker: one sentence tells', async () => {
    const { origin } = await dev[7]
    await inPage(`${origin}/thread.html`, async (page) => {
        const { isOurs, code, message } = await read(page, '/data.parquet')
        assert.deepEqual([isOurs, code], [true, 'not_found'])
        assert.match(message, LACKS_WORKER)
    })
})

const LACKS_WORKER = /^the worker of alimentar could not be started.*'alimentar\/inline'/

for (const bundler of ['esbuild', 'Rollup']) {
    test(`${bundler} leaves the wasm behind: one sentence tells, and init mends it`, async () => {
        const { out, origin } = await made[bundler]
        await inPage(`${origin}/main.html`, async (page) => {
            const { code, message } = await read(page, '/data.parquet')
            assert.equal(code, 'not_found')
            assert.match(message, LACKS)
            const dist = path.join(out, '../node_modules/alimentar/dist')
            fs.copyFileSync(path.join(dist, 'alimentar.wasm'), path.join(out, 'mended.wasm'))
            await page.evaluate(() => globalThis.alimentar.init({ wasm: '/mended.wasm' }))
            await readsRight(page, '/data.parquet', [])
        })
    })
}

for (const bundler of ['esbuild', 'Rollup']) {
    test(`${bundler} leaves the worker behind: one sentence tells, and init mends it`, async () => {
        const { out, origin } = await made[bundler]
        await inPage(`${origin}/thread.html`, async (page) => {
            const { isOurs, code, message } = await read(page, '/data.parquet')
            assert.deepEqual([isOurs, code], [true, 'not_found'])
            assert.match(message, LACKS_WORKER)
            assert.ok(message.includes(`at ${origin}/worker.js (HTTP 404)`), message)
            const dist = path.join(out, '../node_modules/alimentar/dist')
            fs.cpSync(dist, path.join(out, 'alimentar'), { recursive: true })
            const worker = '/alimentar/worker.js'
            await page.evaluate((url) => globalThis.alimentar.init({ worker: url }), worker)
            await readsRight(page, '/data.parquet', [])
        })
    })
}

/** In the page: aborts a read that waits for its source; the ms until the worker holds no more. */
async function aborting(base64) {
    const bytes = Uint8Array.from(atob(base64), (text) => text.charCodeAt(0))
    let isSilent = false
    let stopped = 0
    const read = (offset, length, { signal }) =>
        isSilent
            ? new Promise(() => signal.addEventListener('abort', () => (stopped += 1)))
            : bytes.subarray(offset, offset + length)
    const dataset = await globalThis.alimentar.open({ size: bytes.length, read }, { tailBytes: 64 })
    const held = dataset.memoryBytes()
    const tries = []
    for (let i = 0; i < 3; i += 1) {
        const controller = new AbortController()
        isSilent = true
        const reading = dataset.columns(['zstd_n'], { signal: controller.signal })
        await new Promise((resolve) => setTimeout(resolve, 100))
        const [began, before] = [performance.now(), stopped]
        controller.abort('enough')
        const reason = await reading.catch((error) => error)
        while (dataset.memoryBytes() !== held || stopped === before)
            await new Promise((resolve) => setTimeout(resolve, 1))
        tries.push({ reason, ms: performance.now() - began })
        isSilent = false
        await dataset.columns(['zstd_n'])
    }
    return tries
}

test('an abort in a page releases what its worker holds within 50 ms', async () => {
    const { origin } = await made['a plain module script']
    await inPage(`${origin}/thread.html`, async (page) => {
        const tries = await page.evaluate(aborting, base64)
        assert.ok(tries.every(({ reason }) => reason === 'enough'))
        const least = Math.min(...tries.map(({ ms }) => ms))
        assert.ok(least < 50, `${tries.map(({ ms }) => ms)} ms`)
    })
})

const BROTLI = ['brotli_n']

test('alimentar/inline fetches brotli.wasm only where a file needs it', async () => {
    const { log, origin } = await made['a plain module script']
    await inPage(`${origin}/inline.html`, async (page) => {
        await readsRight(page, undefined, ['no_worker'])
        log.length = 0
        const { values } = await read(page, undefined, BROTLI)
        assert.equal(values.brotli_n.length, expected.zstd_n.length)
        assert.deepEqual(
            log.map(({ url }) => url),
            ['/alimentar/brotli.wasm'],
        )
    })
})

test('a brotli.wasm that is not there is told in one sentence', async () => {
    const { origin } = await made.esbuild
    await inPage(`${origin}/inline.html`, async (page) => {
        const { code, message } = await read(page, undefined, BROTLI)
        assert.equal(code, 'unsupported')
        assert.match(message, /brotli.wasm was not found at http:.*\/brotli.wasm \(HTTP 404\)/)
        assert.match(message, /serve it there/)
    })
})

for (const entry of Object.values(ENTRIES)) {
    test(`${entry} reads in Node`, async () => {
        const text = `import { open } from '${entry}'
            import fs from 'node:fs'
            const dataset = await open(fs.readFileSync('${DATA}'))
            const columns = await dataset.columns(${JSON.stringify(COLUMNS)})
            const values = {}
            for (const name in columns) values[name] = [...columns[name]]
            console.log(JSON.stringify({ values, warnings: dataset.warnings }))`
        const said = JSON.parse(await inNode(installed.project('node'), text))
        assert.deepEqual(said, { values: JSON.parse(JSON.stringify(expected)), warnings: [] })
    })
}
