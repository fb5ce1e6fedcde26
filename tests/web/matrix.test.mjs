// matrix.test.mjs: every cell of the matrix of remote files (tests/services/matrix.mjs): in Node,
// and in Chromium, where half of the cells lie on another origin than the page.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { open } from '../../web/dist/index.js'
import {
    cells,
    parseCell,
    problemsOf,
    startMatrix,
    WANTED,
    wideRequests,
} from '../services/matrix.mjs'
import { launch } from './browser.mjs'

const CELLS_AT_ONCE = 48

let browser

before(async () => {
    browser = await launch()
})

after(() => browser.close())

/** Opens a URL, reads the columns and sums them up. Runs in pages too: it needs nothing outside. */
async function readCell(openFunction, url, wanted) {
    try {
        const dataset = await openFunction(url)
        const columns = await dataset.columns(wanted)
        let sum = 0
        for (const name of wanted) for (const value of columns[name]) sum += value
        const codes = dataset.warnings.map((warning) => warning.code)
        const result = {
            outcome: 'ok',
            rows: columns[wanted[0]].length,
            sum,
            isWhole: codes.includes('no_ranges'),
            others: codes.filter((code) => code !== 'no_ranges'),
            bytes: dataset.requests.reduce((total, request) => total + request.bytes, 0),
        }
        dataset.close()
        return result
    } catch (error) {
        return { outcome: error.code ?? error.name, message: error.message }
    }
}

async function readAll(list, read) {
    const waiting = [...list]
    const results = {}
    const work = async () => {
        for (let cell = waiting.shift(); cell !== undefined; cell = waiting.shift())
            results[cell] = await read(cell)
    }
    await Promise.all(Array.from({ length: CELLS_AT_ONCE }, work))
    return results
}

function judge(server, results, driverOf) {
    const bad = []
    for (const [cell, found] of Object.entries(results)) {
        const problems = problemsOf(cell, driverOf(cell), found, server.seen(cell))
        if (found.others?.length > 0) problems.push(`warnings: ${found.others}`)
        if (problems.length > 0)
            bad.push(`${cell}: ${problems.join('; ')} ${JSON.stringify(server.seen(cell))}`)
    }
    assert.equal(bad.length, 0, `${bad.length} cells\n${bad.slice(0, 9).join('\n')}`)
    assert.equal(Object.keys(results).length, cells().length)
}

test('every cell of the matrix in Node', async () => {
    const server = await startMatrix()
    try {
        const results = await readAll(cells(), (cell) => readCell(open, server.url(cell), WANTED))
        judge(server, results, () => ({ isElsewhere: false, takesGzip: true }))
    } finally {
        await server.close()
    }
})

test('every cell of the matrix in Chromium, half of them on another origin', async () => {
    const server = await startMatrix()
    const page = await browser.newPage()
    try {
        await page.goto(`${server.origins[0]}/tests/web/page/index.html`)
        await page.waitForFunction(() => globalThis.alimentar !== undefined)
        await page.evaluate(`globalThis.readCell = ${readCell}; globalThis.readAll = ${readAll};
            globalThis.CELLS_AT_ONCE = ${CELLS_AT_ONCE}`)
        const urls = Object.fromEntries(cells().map((cell) => [cell, server.url(cell)]))
        const results = await page.evaluate(
            ([all, wanted]) =>
                globalThis.readAll(Object.keys(all), (cell) =>
                    globalThis.readCell(globalThis.alimentar.open, all[cell], wanted),
                ),
            [urls, WANTED],
        )
        judge(server, results, (cell) => ({
            isElsewhere: parseCell(cell).origin === 'cross',
            takesGzip: true,
            losesCut: true,
        }))
    } finally {
        await page.close()
        await server.close()
    }
})

test('a footer beyond 64 KiB takes one request more', async () => {
    const server = await startMatrix()
    const page = await browser.newPage()
    try {
        const dataset = await open(server.wide('same'))
        assert.equal(dataset.numCols, 1500)
        assert.deepEqual(server.seenWide(), wideRequests(false))
        await page.goto(`${server.origins[0]}/tests/web/page/index.html`)
        await page.waitForFunction(() => globalThis.alimentar !== undefined)
        for (const origin of ['same', 'cross']) {
            const count = await page.evaluate(
                async (url) => (await globalThis.alimentar.open(url)).numCols,
                server.wide(origin),
            )
            assert.equal(count, 1500)
            assert.deepEqual(server.seenWide(), wideRequests(origin === 'cross'))
        }
    } finally {
        await page.close()
        await server.close()
    }
})

test('runs of chunks are joined over gaps, and cut at requestBytesMax', async () => {
    const server = await startMatrix()
    const cell = 'same-200-206-all-identity-stable'
    try {
        const dataset = await open(server.url(cell))
        const asked = async (names, options) => {
            const before = server.seen(cell).length
            await dataset.columns(names, options)
            return server.seen(cell).slice(before).map(({ range }) => range).sort()
        }
        assert.deepEqual(await asked(['a']), ['bytes=4-96026'])
        assert.deepEqual(await asked(['a', 'b']), ['bytes=4-192049'])
        assert.deepEqual(await asked(['a', 'c']), ['bytes=192050-288072', 'bytes=4-96026'])
        assert.deepEqual(await asked(['a', 'c'], { coalesceBytes: 96023 }), ['bytes=4-288072'])
        assert.deepEqual(await asked(['a', 'c'], { coalesceBytes: 96022 }), [
            'bytes=192050-288072',
            'bytes=4-96026',
        ])
        assert.deepEqual(await asked(['a'], { requestBytesMax: 65536 }), [
            'bytes=4-65539',
            'bytes=65540-96026',
        ])
        dataset.close()
    } finally {
        await server.close()
    }
})
