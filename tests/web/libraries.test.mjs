// libraries.test.mjs: libraries that draw and compute take columns by their shape, and Arrow bytes:
// Observable Plot (in Chromium), Arquero, apache-arrow and flechette, as they come from npm.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

import * as aq from 'arquero'
import { CompressionType, compressionRegistry, tableFromIPC as apache } from 'apache-arrow'
import { decompress as fromLz4 } from 'lz4js'
import { tableFromIPC as flechette } from '@uwdata/flechette'

import { open, openFile } from '../../web/dist/node.js'
import { serve } from '../../examples/serve.mjs'
import { launch } from './browser.mjs'

const data = (name) => fileURLToPath(new URL(`data/${name}`, import.meta.url))
const WEATHER = fileURLToPath(
    new URL('../../examples/dashboard/data/nyc-weather-2013.parquet', import.meta.url),
)

async function using(path, work) {
    const dataset = await openFile(path)
    try {
        return await work(dataset)
    } finally {
        dataset.close()
    }
}

test('Observable Plot draws a timestamp column on a UTC scale, and a number column', async () => {
    const scripts = ['d3/dist/d3.js', '@observablehq/plot/dist/plot.umd.js'].map((path) =>
        fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url)),
    )
    const pages = await serve({})
    const browser = await launch()
    try {
        const page = await browser.newPage()
        await page.goto(`${pages.origin}/tests/web/page/index.html`)
        await page.waitForFunction(() => globalThis.alimentar !== undefined)
        for (const path of scripts) await page.addScriptTag({ path })
        const drawn = await page.evaluate(async () => {
            const { Plot, alimentar } = globalThis
            const url = '/examples/dashboard/data/nyc-weather-2013.parquet'
            const dataset = await alimentar.open(url)
            const names = ['time_hour', 'temp', 'origin']
            const { time_hour: x, temp: y, origin } = await dataset.columns(names, { limit: 500 })
            const plot = Plot.dot({ length: x.length }, { x, y, stroke: origin }).plot()
            const result = {
                type: plot.scale('x').type,
                domain: plot.scale('x').domain.map(Number),
                y: plot.scale('y').type,
                colors: plot.scale('color').domain,
                dots: plot.querySelectorAll('circle').length,
                text: plot.textContent,
                first: x.at(0),
                last: x.at(-1),
            }
            dataset.close()
            return result
        })
        assert.equal(drawn.type, 'utc')
        assert.equal(drawn.y, 'linear')
        assert.deepEqual(drawn.domain, [drawn.first, drawn.last])
        assert.ok(drawn.dots > 400)
        assert.ok(drawn.colors.includes('EWR'))
        assert.match(drawn.text, /temp/)
    } finally {
        await browser.close()
        await pages.close()
    }
})

test('Arquero makes a table of columns, and computes with it', () =>
    using(WEATHER, async (dataset) => {
        const columns = await dataset.columns(['origin', 'temp', 'month'])
        const rows = aq
            .table(columns)
            .groupby('origin')
            .rollup({ count: aq.op.count(), hottest: aq.op.max('temp') })
            .orderby('origin')
            .objects()
        assert.deepEqual(
            rows.map(({ origin, count }) => [origin, count]),
            [
                ['EWR', 8703],
                ['JFK', 8706],
                ['LGA', 8706],
            ],
        )
        const highest = [...columns.temp].reduce((most, each) => Math.max(most, each ?? -Infinity))
        assert.equal(Math.max(...rows.map(({ hottest }) => hottest)), highest)
    }))

test('Arquero reads toArrow()', () =>
    using(WEATHER, async (dataset) => {
        const table = aq.fromArrow(
            await dataset.toArrow({ columns: ['origin', 'temp'], limit: 99 }),
        )
        assert.equal(table.numRows(), 99)
        const { temp } = await dataset.columns(['temp'], { limit: 99 })
        assert.deepEqual(Array.from(table.array('temp')), Array.from(temp.toArray()))
    }))

test('toArrow() compresses by lz4, and refuses zstd by name', () =>
    using(WEATHER, async (dataset) => {
        compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: (bytes) => fromLz4(bytes) })
        const plain = await dataset.toArrow()
        const packed = await dataset.toArrow({ compression: 'lz4' })
        assert.ok(packed.length < plain.length / 2)
        const ours = await open(packed)
        assert.deepEqual(await ours.toArrow(), plain)
        ours.close()
        const theirs = [...apache(packed).getChild('temp')]
        assert.deepEqual(theirs, [...apache(plain).getChild('temp')])
        await assert.rejects(dataset.toArrow({ compression: 'zstd' }), {
            code: 'unsupported',
            message: 'writing codec zstd is not supported in wasm; lz4 is',
        })
        await assert.rejects(dataset.toArrow({ compression: 'lz5' }), { code: 'argument' })
    }))

for (const [library, read] of Object.entries({ apache, flechette })) {
    test(`${library} reads toArrow() of flat columns`, () =>
        using(WEATHER, async (dataset) => {
            const table = read(await dataset.toArrow())
            const columns = await dataset.columns()
            assert.equal(table.numRows, dataset.numRows)
            for (const name of ['origin', 'temp', 'year', 'wind_dir']) {
                const theirs = table.getChild(name)
                for (let row = 0; row < 500; row += 7)
                    assert.equal(Number(theirs.get(row)) || theirs.get(row), columns[name].get(row))
            }
        }))

    test(`${library} reads toArrow() of nested columns`, () =>
        using(data('types.arrow'), async (dataset) => {
            const names = ['list', 'struct', 'map', 'fixed_list', 'large_list', 'coded_text', 'ext']
            const table = read(await dataset.toArrow({ columns: names, offset: 1, limit: 8 }))
            const columns = await dataset.columns(names, { offset: 1, limit: 8 })
            assert.equal(table.numRows, 8)
            for (let row = 0; row < 8; row += 1) {
                const [list, text] = ['list', 'coded_text'].map((name) => table.getChild(name))
                assert.deepEqual(
                    list.get(row) === null ? null : [...list.get(row)],
                    columns.list.get(row) === null ? null : [...columns.list.get(row)],
                )
                assert.equal(text.get(row), columns.coded_text.get(row))
                const struct = table.getChild('struct').get(row)
                assert.equal(struct?.x ?? null, columns.struct.get(row)?.x ?? null)
            }
            const field = table.schema.fields.find(({ name }) => name === 'ext')
            assert.equal(field.metadata.get('ARROW:extension:name'), 'my.own')
        }))
}

test('a batch of views gives Arrow until its release; a batch of copies says where to get it', () =>
    using(data('types.arrow'), async (dataset) => {
        for await (const batch of dataset.batches({ columns: ['runs', 'list'], views: true })) {
            const table = flechette(batch.toArrow())
            assert.equal(table.numRows, batch.numRows)
            assert.equal(table.schema.fields[0].type.typeId, 22)
            assert.deepEqual([...table.getChild('runs')], [...batch.column('runs')])
            batch.release()
            assert.throws(() => batch.toArrow(), { code: 'state' })
        }
        for await (const batch of dataset.batches({ columns: ['list'] })) {
            assert.throws(() => batch.toArrow(), { code: 'state', message: /views: true/ })
            break
        }
    }))

test('toArrow() releases all it held, however it ends', async () => {
    const bytes = new Uint8Array(fs.readFileSync(WEATHER))
    const { open } = await import('../../web/dist/index.js')
    const dataset = await open(bytes)
    const { core } = dataset._hold
    const before = dataset.memoryBytes()
    await dataset.toArrow()
    assert.equal(dataset.memoryBytes(), before)
    const controller = new AbortController()
    const aborted = dataset.toArrow({ signal: controller.signal })
    controller.abort(new Error('enough'))
    await assert.rejects(aborted, /enough/)
    assert.equal(dataset.memoryBytes(), before)
    const other = await open(bytes)
    const held = core.exports.heap_used_bytes()
    const closed = other.toArrow()
    other.close()
    await assert.rejects(closed, { code: 'state' })
    assert.ok(core.exports.heap_used_bytes() < held)
    dataset.close()
})
