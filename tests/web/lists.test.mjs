// lists.test.mjs: lists of sources as one data set: kinds of sources side by side, names, folders
// that become columns, what is told of each, and how lists end.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'

import { open } from '../../web/dist/index.js'
import { openFile } from '../../web/dist/node.js'
import * as worker from '../../web/dist/worker_node.js'
import { dataServer } from './server.mjs'

const WEATHER = 'examples/dashboard/data/nyc-weather-2013.parquet'
const weather = fs.readFileSync(WEATHER)
const ROWS = 26115
/** Parts of the file as Arrow streams, each with other columns. */
const parts = {}
let server

before(async () => {
    server = await dataServer(weather)
    const whole = await open(weather)
    parts.some = await whole.toArrow({ columns: ['temp', 'origin'], limit: 3 })
    parts.more = await whole.toArrow({ columns: ['origin', 'humid', 'temp'], offset: 3, limit: 2 })
    parts.last = await whole.toArrow({ columns: ['temp', 'origin'], offset: 5, limit: 4 })
    whole.close()
    const [odd] = await renamed(parts.more, 'humid', 'origin')
    parts.odd = odd
})
after(() => server.close())

/** The stream with one column under another name. */
async function renamed(bytes, from, to) {
    const { tableFromIPC, tableToIPC, Table } = await import('apache-arrow')
    const table = tableFromIPC(bytes)
    return [tableToIPC(new Table({ [to]: table.getChild(from) }), 'stream')]
}

const file = (bytes, name, folder) => {
    const made = new File([bytes], name)
    if (folder !== undefined)
        Object.defineProperty(made, 'webkitRelativePath', { value: `${folder}/${name}` })
    return made
}
const backendOf = (bytes, more) => ({
    size: bytes.length,
    read: (offset, length) => bytes.slice(offset, offset + length),
    ...more,
})
const streamOf = (bytes) => new Blob([bytes]).stream()

test('a list of sources of every kind is one data set, in its order', async () => {
    const kinds = [
        parts.some,
        server.url,
        new Blob([parts.last]),
        file(parts.more, 'more.arrow'),
        () => `${server.url}?key=1`,
        new Response(parts.some),
        streamOf(parts.more),
        backendOf(parts.last),
        new Uint8Array(parts.some).buffer,
    ]
    const rows = [3, ROWS, 4, 2, ROWS, 3, 2, 4, 3]
    const dataset = await open(kinds)
    const { temp, humid } = await dataset.columns(['temp', 'humid'])
    assert.equal(dataset.format, 'mixed')
    assert.equal(temp.length, rows.reduce((sum, count) => sum + count))
    const all = await open(weather)
    const expected = (await all.columns(['temp'])).temp.toArray()
    const first = { 3: 3, 2: 5, 4: 9 }
    let at = 0
    for (const count of rows) {
        const to = count === ROWS ? ROWS : first[count]
        for (let row = to - count; row < to; row += 1, at += 1)
            if (temp.at(at) !== expected[row]) assert.fail(`row ${at} is not row ${row}`)
    }
    assert.deepEqual([humid.at(0), humid.at(2)], [null, null])
    assert.equal(dataset.path, 'bytes 1 and 8 more')
    dataset.close()
    all.close()
})

for (const [name, reader] of [['here', open], ['in a worker', worker.open]]) {
    test(`all reads of a list give the same values, ${name}`, async () => {
        const dataset = await reader([parts.some, new Blob([parts.more]), parts.last])
        const columns = ['temp', 'humid', 'origin']
        const whole = await dataset.columns(columns)
        const expected = Array.from({ length: 9 }, (_, row) =>
            columns.map((column) => whole[column].at(row)),
        )
        const seen = []
        for await (const row of dataset.rows({ columns })) seen.push(Object.values(row))
        assert.deepEqual(seen, expected)
        const again = await open(await dataset.toArrow({ columns }))
        const rows = (await again.head(9)).map((row) => Object.values(row))
        assert.deepEqual(rows, expected)
        const cut = await dataset.columns(columns, { offset: 2, limit: 4 })
        assert.deepEqual(cut.temp.toArray(), whole.temp.toArray().slice(2, 6))
        assert.equal(await dataset.count(), 9)
        if (name === 'here') {
            const views = []
            for await (const batch of dataset.batches({ columns, views: true })) {
                views.push(...[...batch].map((row) => Object.values(row)))
                batch.release()
            }
            assert.deepEqual(views, expected)
        }
        again.close()
        dataset.close()
        assert.equal(name === 'here' ? dataset.memoryBytes() : 0, 0)
    })
}

test('types that no type holds are an error that names both sources', () =>
    assert.rejects(open([parts.some, parts.odd]), {
        code: 'type',
        message: /column "origin" is .* in "bytes 1" and .* in "bytes 2": no type holds both/,
    }))

test('sources of one name are told apart', async () => {
    const bad = new Uint8Array(weather)
    bad.fill(0, bad.length - 8)
    const named = (bytes) => file(bytes, 'a.parquet')
    const cases = [
        [[named(weather), named(bad)], 'a (2).parquet'],
        [[named(weather), named(weather), named(bad)], 'a (3).parquet'],
        [[weather, bad], 'bytes 2'],
        [[new Blob([weather]), new Blob([bad])], 'Blob 2'],
        [[weather, streamOf(bad)], 'stream 2'],
        [[weather, new Response(bad)], 'Response 2'],
        [[weather, backendOf(bad)], 'source 2'],
        [[weather, backendOf(bad, { name: 'mine' })], 'mine'],
        [[weather, { size: 'none', read() {} }], 'source 2'],
    ]
    for (const [sources, name] of cases) await assert.rejects(open(sources), { path: name })
    const url = `${server.origin}/nix.parquet`
    await assert.rejects(open([weather, `${url}?a=SECRET`]), { path: `${url}?…` })
    const other = await dataServer(weather, { fails: [404] })
    const links = ['a', 'b'].map((key) => `${other.url}?key=${key}`)
    const path404 = await open(links).catch((error) => error.path)
    assert.equal(path404.replace(' (2)', ''), `${other.url}?…`)
    await other.close()
})

test('requests tell whose they are, and at most six are under way', async () => {
    const slow = await dataServer(weather, { delayMs: 5 })
    const urls = Array.from({ length: 12 }, (_, at) => `${slow.origin}/data/${at}.parquet`)
    const dataset = await open(urls, { tailBytes: 8192 })
    assert.equal(dataset.bytes, 12 * weather.length)
    assert.equal(dataset.requests.length, 12)
    await dataset.columns(['temp'], { limit: ROWS + 1 })
    assert.deepEqual([...new Set(dataset.requests.map(({ path: own }) => own))].sort(), urls.sort())
    const ofLast = dataset.requests.filter((request) => request.path.endsWith('/7.parquet'))
    assert.equal(ofLast.length, 1)
    assert.equal(slow.log.length, dataset.requests.length)
    assert.ok(slow.state.most <= 6, `${slow.state.most} at once`)
    dataset.close()
    await slow.close()
})

test('a warning tells whose it is', async () => {
    const bare = await dataServer(weather, { ranges: 'ignored' })
    const dataset = await open([`${bare.url}?1`, server.url, `${bare.origin}/data/2.parquet`])
    const told = dataset.warnings.filter(({ code }) => code === 'no_ranges')
    assert.deepEqual(
        told.map(({ message }) => message.split(': the server')[0]).sort(),
        [`${bare.origin}/data/2.parquet`, `${bare.url}?…`].sort(),
    )
    dataset.close()
    await bare.close()
})

test('a file of a list that changes is an error that names it', async () => {
    const other = await dataServer(weather, { changes: 1 })
    const dataset = await open([server.url, other.url], { tailBytes: 8192 })
    await assert.rejects(dataset.columns(['temp']), { code: 'changed', path: other.url })
    dataset.close()
    await other.close()
})

test('folders key=value in URLs and in chosen folders become columns', async () => {
    const at = (folders) => `${server.origin}/data/${folders}/w.parquet`
    const urls = ['y=2013/k=a%2Fb', 'y=2014/k=c'].map(at)
    const dataset = await open(urls)
    assert.deepEqual(
        dataset.schema.fields.slice(-2).map(({ name, storage }) => [name, storage.name]),
        [['k', 'utf8'], ['y', 'int64']],
    )
    const { y, k } = await dataset.columns(['y', 'k'], { offset: ROWS - 1, limit: 2 })
    assert.deepEqual([[...y], [...k]], [[2013, 2014], ['a/b', 'c']])
    dataset.close()
    const files = [1, 2].map((n) => file(parts.some, 'a.arrow', `table/day=2024-01-0${n}`))
    const chosen = await open(files)
    const [, , , row] = await chosen.head(4)
    assert.equal(new Date(row.day).toISOString().slice(0, 10), '2024-01-02')
    assert.equal(chosen.path, 'table/day=2024-01-01/a.arrow and 1 more')
    chosen.close()
})

test('folders are no columns where a source has none, or partitions is none', async () => {
    const url = `${server.origin}/data/y=2013/w.parquet`
    const cases = [
        [[url, url.replace('2013', '2014')], { partitions: 'none' }],
        [[url], {}],
        [[url, server.url], {}],
        [[url, parts.some], {}],
    ]
    for (const [sources, options] of cases) {
        const dataset = await open(sources, options)
        assert.ok(!dataset.schema.fields.some(({ name }) => name === 'y'))
        dataset.close()
    }
    const other = `${server.origin}/data/month=1/w.parquet`
    await assert.rejects(open([url, other]), { message: /name other partitions: "month"/ })
})

test('options for one source are refused for lists, and headers for several origins', async () => {
    const refused = { code: 'argument', message: /is an option for one source/ }
    await assert.rejects(open([weather, weather], { sizeBytes: 5 }), refused)
    await assert.rejects(open([weather, weather], { url: () => server.url }), refused)
    await assert.rejects(openFile([WEATHER, WEATHER], { sizeBytes: 5 }), refused)
    const other = await dataServer(weather)
    const headers = { 'X-Key': 'SECRET' }
    await assert.rejects(open([server.url, other.url], { headers }), {
        code: 'argument',
        message: /headers are sent to one origin, but the list has URLs of http:.* and http:/,
    })
    await assert.rejects(open([() => server.url, other.url], { headers }), { code: 'argument' })
    assert.equal(other.log.length, 0)
    const dataset = await open([other.url, `${other.url}?1`, weather], { headers })
    assert.deepEqual(new Set(other.state.keys), new Set(['SECRET']))
    dataset.close()
    await other.close()
    await assert.rejects(open([]), { code: 'argument', message: /the list is empty/ })
    await assert.rejects(openFile([]), { code: 'argument' })
    await assert.rejects(open([weather, 5]), { code: 'argument', message: /open\(\) takes a URL/ })
})

const endless = (onEnd) =>
    new ReadableStream({ pull: () => new Promise(() => {}), cancel: (why) => onEnd(why) })

test('a source that fails, or an abort, ends the others', async () => {
    let ended
    await assert.rejects(open([endless((why) => (ended = why)), { size: -1, read() {} }]), {
        code: 'argument',
        path: 'source 2',
    })
    assert.equal(ended.path, 'source 2')
    const controller = new AbortController()
    const reason = new Error('enough')
    const reasons = []
    const streams = [1, 2].map(() => endless((why) => reasons.push(why)))
    const opening = open([weather, ...streams], { signal: controller.signal })
    await new Promise((resolve) => setTimeout(resolve, 10))
    const began = performance.now()
    controller.abort(reason)
    await assert.rejects(opening, (error) => error === reason)
    assert.ok(performance.now() - began < 50)
    assert.deepEqual(reasons, [reason, reason])
})

test('an abort ends the reads of all sources, and leaves nothing held', async () => {
    const signals = []
    const silent = (from) => {
        let asked = 0
        return backendOf(weather, {
            read(offset, length, { signal }) {
                if ((asked += 1) <= from) return weather.slice(offset, offset + length)
                signals.push(signal)
                return new Promise(() => {})
            },
        })
    }
    const dataset = await open([silent(1), silent(1)], { tailBytes: 8192 })
    const before = dataset.memoryBytes()
    const controller = new AbortController()
    const reading = dataset.columns(['temp'], { signal: controller.signal })
    await new Promise((resolve) => setTimeout(resolve, 10))
    controller.abort('enough')
    await assert.rejects(reading, (error) => error === 'enough')
    assert.ok(signals.length > 0 && signals.every(({ aborted }) => aborted))
    assert.equal(dataset.memoryBytes(), before)
    dataset.close()
    assert.equal(dataset.memoryBytes(), 0)
})

test('what is held as a whole counts together towards memoryBytesMax', async () => {
    const memoryBytesMax = Math.round(weather.length * 1.5)
    const two = [streamOf(weather), streamOf(weather)]
    await assert.rejects(open(two, { memoryBytesMax }), { code: 'limit', path: /^stream [12]$/ })
    const bare = await dataServer(weather, { ranges: 'ignored' })
    await assert.rejects(open([bare.url, `${bare.url}?1`], { memoryBytesMax }), {
        code: 'limit',
        message: new RegExp(`more than memoryBytesMax = ${memoryBytesMax} bytes`),
    })
    await bare.close()
})

test('progress is that of all sources together', async () => {
    const told = []
    const onProgress = (progress) => told.push(progress)
    const dataset = await open([weather, new Blob([weather])])
    await dataset.columns(['temp'], { onProgress })
    const last = told.at(-1)
    assert.equal(last.rows, 2 * ROWS)
    assert.equal(last.bytes, last.bytesTotal)
    dataset.close()
    told.length = 0
    const slow = () =>
        new ReadableStream({
            async pull(controller) {
                await new Promise((resolve) => setTimeout(resolve, 60))
                if (this.at === weather.length) return controller.close()
                const begin = this.at ?? 0
                this.at = Math.min(weather.length, begin + 200000)
                controller.enqueue(new Uint8Array(weather.subarray(begin, this.at)))
            },
        })
    const both = await open([slow(), slow()], { onProgress })
    const streams = told.filter(({ bytesTotal }) => bytesTotal === null)
    streams.reduce((least, { bytes }) => (assert.ok(bytes >= least), bytes), 0)
    assert.equal(Math.max(...streams.map(({ bytes }) => bytes)), 2 * weather.length)
    both.close()
})

test('what an input of files gives is a list', async () => {
    class FileList extends Array {
        static [Symbol.hasInstance](value) {
            return value?.isFileList === true
        }
    }
    const items = [file(parts.some, 'a.arrow'), file(parts.last, 'b.arrow')]
    const list = { isFileList: true, [Symbol.iterator]: () => items[Symbol.iterator]() }
    globalThis.FileList = FileList
    try {
        for (const reader of [open, worker.open]) {
            const dataset = await reader(list)
            assert.equal(await dataset.count(), 7)
            assert.equal(dataset.path, 'a.arrow and 1 more')
            dataset.close()
        }
    } finally {
        delete globalThis.FileList
    }
})

test('openFile reads lists of paths and folders, twice the same, and many', async () => {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), 'alimentar-lists-'))
    try {
        const put = (name, bytes) => {
            fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
            fs.writeFileSync(path.join(root, name), bytes)
            return path.join(root, name)
        }
        const a = put('year=1/a.arrow', parts.some)
        const b = put('year=2/b.arrow', parts.last)
        const folder = path.dirname(put('folder/k=1/c.arrow', parts.more))
        const years = await openFile([a, b])
        assert.deepEqual([...(await years.columns(['year'])).year], [1, 1, 1, 2, 2, 2, 2])
        years.close()
        const mixed = await openFile([a, folder, a])
        assert.equal(await mixed.count(), 8)
        assert.equal((await mixed.columns(['temp'])).temp.length, 8)
        mixed.close()
        const bad = put('bad.arrow', parts.some.subarray(0, 100))
        await assert.rejects(openFile([a, bad]), { path: bad })
        await assert.rejects(openFile([a, `${root}/nix`]), { path: `${root}/nix` })
        const open0 = fs.readdirSync('/proc/self/fd').length
        const paths = Array.from({ length: 300 }, (_, n) => put(`${n}.arrow`, parts.some))
        const many = await openFile(paths)
        assert.equal(await many.count(), 900)
        assert.equal((await many.columns(['temp'])).temp.length, 900)
        assert.ok(fs.readdirSync('/proc/self/fd').length <= open0 + 8)
        many.close()
    } finally {
        fs.rmSync(root, { recursive: true })
    }
})
