// reading.test.mjs: batches, views, aborts, progress, errors; and that everything is released
// however a read ends.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'

import { AlimentarError, open, openFile } from '../../web/dist/node.js'
import { serve } from '../../examples/serve.mjs'

const WEATHER = new URL('../../examples/dashboard/data/nyc-weather-2013.parquet', import.meta.url)
const NAMES = fileURLToPath(new URL('data/names.parquet', import.meta.url))
const SHARED = fileURLToPath(new URL('data/shared.parquet', import.meta.url))
const ROWS = 26115
const bytes = new Uint8Array(fs.readFileSync(WEATHER))

/** Runs with a data set, then checks that nothing but the data set itself is held. */
async function reading(work, options) {
    const dataset = await open(bytes, options)
    const core = dataset._hold.core
    const base = dataset.memoryBytes()
    try {
        await work(dataset)
        assert.equal(dataset.memoryBytes(), base)
    } finally {
        const held = core.exports.heap_used_bytes()
        dataset.close()
        assert.ok(core.exports.heap_used_bytes() < held)
    }
}

test('a data set tells what its file says', () =>
    reading((dataset) => {
        assert.equal(dataset.format, 'parquet')
        assert.equal(dataset.numRows, ROWS)
        assert.equal(dataset.numCols, 15)
        assert.equal(dataset.rowGroups, 4)
        assert.equal(dataset.bytes, bytes.length)
        assert.match(dataset.createdBy, /^parquet-cpp-arrow/)
        assert.deepEqual(
            dataset.schema.fields.slice(0, 3).map(({ name, nullable }) => [name, nullable]),
            [
                ['time_hour', false],
                ['origin', false],
                ['temp', true],
            ],
        )
        assert.deepEqual(dataset.warnings, [])
        assert.deepEqual(dataset.requests, [])
    }))

test('batches, whole columns and rows hold the same values', () =>
    reading(async (dataset) => {
        const names = ['origin', 'temp', 'time_hour', 'wind_dir', 'year']
        const whole = await dataset.columns(names)
        let row = 0
        for await (const batch of dataset.batches({ columns: names, batchSize: 1000 })) {
            assert.ok(batch.numRows <= 1000)
            assert.deepEqual(
                batch.schema.fields.map((field) => field.name),
                names,
            )
            for (const name of names) {
                const part = whole[name].toArray().slice(row, row + batch.numRows)
                assert.deepEqual([...batch.column(name).toArray()], [...part])
            }
            row += batch.numRows
        }
        assert.equal(row, ROWS)
        const [first] = await dataset.head(1, { columns: names, offset: 7000 })
        for (const name of names) assert.equal(first[name], whole[name].at(7000))
    }))

test('limit and offset cut rows, over row groups', () =>
    reading(async (dataset) => {
        const all = (await dataset.columns(['temp'])).temp.toArray()
        for (const [offset, limit] of [
            [0, 1],
            [6528, 2],
            [6000, 14000],
            [26114, 10],
            [30000, 5],
            [5, 0],
        ]) {
            const { temp } = await dataset.columns(['temp'], { offset, limit })
            assert.deepEqual([...temp], all.slice(offset, offset + limit))
        }
        assert.equal((await dataset.head()).length, 10)
        assert.equal(await dataset.count(), ROWS)
    }))

test('rows stop where the loop is left', () =>
    reading(async (dataset) => {
        let seen = 0
        for await (const row of dataset.rows({ columns: ['origin'] })) {
            assert.equal(Object.getPrototypeOf(row), null)
            seen += 1
            if (seen === 3) break
        }
        assert.equal(seen, 3)
    }))

test('views survive a growing memory, and end with release()', () =>
    reading(async (dataset) => {
        const copies = (await dataset.columns(['temp'])).temp
        const memory = dataset._hold.core.memory
        const batches = []
        for await (const batch of dataset.batches({ columns: ['temp'], views: true })) {
            batches.push(batch)
        }
        const before = batches[0].column('temp').values
        memory.grow(16)
        assert.equal(before.length, 0)
        let row = 0
        for (const batch of batches) {
            const { values, validity } = batch.column('temp')
            assert.equal(values.buffer, memory.buffer)
            assert.equal(values.length, batch.numRows)
            assert.deepEqual(
                [...batch.column('temp')].slice(0, 50),
                copies.toArray().slice(row, row + 50),
            )
            assert.ok(validity === null || validity.buffer === memory.buffer)
            row += batch.numRows
            const kept = batch.column('temp')
            batch.release()
            batch.release()
            assert.throws(() => kept.values, { code: 'state' })
        }
        assert.equal(row, ROWS)
    }))

test('views outlive their data set', async () => {
    const dataset = await open(bytes)
    const { core } = dataset._hold
    const batches = []
    for await (const batch of dataset.batches({ columns: ['visib'], views: true, limit: 10 })) {
        batches.push(batch)
    }
    dataset.close()
    const held = core.exports.heap_used_bytes()
    assert.equal(batches[0].column('visib').at(0), 10)
    for (const batch of batches) batch.release()
    assert.ok(core.exports.heap_used_bytes() < held)
})

test('reads run side by side', () =>
    reading(async (dataset) => {
        const [a, b, c] = await Promise.all([
            dataset.columns(['temp']),
            dataset.columns(['origin', 'temp'], { offset: 100 }),
            dataset.head(5),
        ])
        assert.equal(a.temp.at(100), b.temp.at(0))
        assert.equal(c.length, 5)
    }))

test('progress comes, and ends with what was read', () =>
    reading(async (dataset) => {
        const told = []
        await dataset.columns(['temp'], { onProgress: (progress) => told.push(progress) })
        assert.equal(told.at(-1).rows, ROWS)
        assert.ok(told.every(({ bytes: moved, bytesTotal }) => moved <= (bytesTotal ?? Infinity)))
        assert.ok(told.at(-1).bytes > 0)
        assert.equal(told.at(-1).bytesTotal, told.at(-1).bytes)
    }))

test('an aborted signal rejects at once with its reason', async () => {
    const reason = new Error('not wanted')
    await assert.rejects(open(bytes, { signal: AbortSignal.abort(reason) }), reason)
    await reading(async (dataset) => {
        await assert.rejects(dataset.columns(null, { signal: AbortSignal.abort(reason) }), reason)
    })
})

/** A signal that is aborted when it is looked at for the n-th time by the loop's own doing. */
function abortAtStep(dataset, n) {
    const controller = new AbortController()
    const { exports } = dataset._hold.core
    const original = exports.task_step
    let steps = 0
    dataset._hold.core.exports = Object.assign(Object.create(null), exports, {
        task_step(...words) {
            const status = original(...words)
            steps += 1
            if (steps === n) queueMicrotask(() => controller.abort(new Error(`step ${n}`)))
            return status
        },
    })
    return {
        signal: controller.signal,
        steps: () => steps,
        end: () => (dataset._hold.core.exports = exports),
    }
}

test('an abort at every step releases everything', async () => {
    const server = await serve()
    const url = `${server.origin}/examples/dashboard/data/nyc-weather-2013.parquet`
    const dataset = await open(url)
    const base = dataset.memoryBytes()
    let aborted = 0
    for (let n = 1; n < 1000; n += 1) {
        const at = abortAtStep(dataset, n)
        const read = dataset.columns(['temp', 'origin'], { signal: at.signal, batchSize: 2000 })
        const outcome = await read.then(
            () => 'done',
            (error) => error.message,
        )
        at.end()
        assert.equal(dataset.memoryBytes(), base)
        if (outcome === 'done' && at.steps() < n) break
        if (outcome !== 'done') {
            assert.equal(outcome, `step ${n}`)
            aborted += 1
        }
    }
    assert.ok(aborted >= 4, `${aborted} aborts`)
    dataset.close()
    await server.close()
})

test('an abort rejects within 50 ms while a server is silent', async () => {
    let late = false
    const server = await serve({
        behave(request, response) {
            if (!late || !request.url.startsWith('/examples')) return false
            setTimeout(() => response.destroy(), 2000)
            return true
        },
    })
    const dataset = await open(`${server.origin}/examples/dashboard/data/nyc-weather-2013.parquet`)
    const base = dataset.memoryBytes()
    late = true
    // The best of three: the machine may have other things to do.
    let best = Infinity
    for (let tries = 0; tries < 3 && best >= 50; tries += 1) {
        const controller = new AbortController()
        const read = dataset.columns(['humid'], { signal: controller.signal })
        let began
        setTimeout(() => {
            began = performance.now()
            controller.abort(new Error('enough'))
        }, 100)
        await assert.rejects(read, { message: 'enough' })
        best = Math.min(best, performance.now() - began)
        assert.equal(dataset.memoryBytes(), base)
    }
    assert.ok(best < 50, `${best} ms`)
    dataset.close()
    await server.close()
})

test('closing ends the reads that are under way', async () => {
    const dataset = await open(bytes)
    const read = dataset.columns()
    dataset.close()
    dataset.close()
    await assert.rejects(read, { code: 'state' })
    await assert.rejects(dataset.columns(), { code: 'state' })
    assert.equal(dataset.memoryBytes(), 0)
})

test('everything is given back when a data set is closed', async () => {
    const first = await open(bytes)
    const { core } = first._hold
    first.close()
    const empty = core.exports.heap_used_bytes()
    for (let i = 0; i < 3; i += 1) {
        const dataset = await open(bytes)
        await dataset.columns()
        dataset.close()
    }
    assert.equal(core.exports.heap_used_bytes(), empty)
})

const rejections = [
    ['a column that is not there', (d) => d.columns(['nix']), 'not_found', /"nix"/],
    ['a column asked for twice', (d) => d.columns(['temp', 'temp']), 'argument', /"temp"/],
    ['columns that are no list', (d) => d.columns('temp'), 'argument', /list/],
    ['a limit below 0', (d) => d.columns(null, { limit: -1 }), 'argument', /limit is -1/],
    ['another int64', (d) => d.columns(null, { int64: 'text' }), 'argument', /int64 is 'text'/],
    ['other times', (d) => d.columns(null, { times: 's' }), 'argument', /times is 's'/],
    ['other strings', (d) => d.head(1, { strings: 'zz' }), 'argument', /'dictionary' or 'plain'/],
    ['an empty batch', (d) => d.head(1, { batchSize: 0 }), 'argument', /from 1 to 1048576/],
    ['a huge batch', (d) => d.head(1, { batchSize: 2 ** 21 }), 'argument', /is 2097152: it must/],
    ['a misspelt option', (d) => d.head(1, { limt: 1 }), 'argument', /mean "limit"/],
    ['a misspelt list', (d) => d.head(1, { colums: ['temp'] }), 'argument', /mean "columns"/],
    ['a misspelt list, alone', (d) => d.columns({ colums: [] }), 'argument', /mean "columns"/],
    ['a set of columns', (d) => d.columns(new Set(['temp'])), 'argument', /list/],
    ['options twice', (d) => d.columns({ limit: 1 }, {}), 'argument', /list/],
    ['a negative limit, alone', (d) => d.head({ limit: -1 }), 'argument', /limit is -1/],
    ['columns twice', (d) => d.columns(['temp'], { columns: [] }), 'argument', /no option "col/],
    ['an unknown option', (d) => d.batches({ toString: 1 }).next(), 'argument', /it takes int64, /],
    ['rows as views', (d) => d.rows({ views: true }).next(), 'argument', /no option "views"/],
    ['no options', (d) => d.columns(null, null), 'argument', /must be an object, not null/],
    ['a place that is not there', (d) => d.columns(['#16']), 'not_found', /"#16"/],
]

for (const [what, work, code, words] of rejections) {
    test(`${what} is refused in one sentence`, () =>
        reading((dataset) =>
            assert.rejects(work(dataset), (error) => {
                assert.ok(error instanceof AlimentarError)
                assert.equal(error.code, code)
                assert.match(error.message, words)
                assert.ok(!error.message.includes('\n'))
                assert.equal(error.path, 'memory:')
                return true
            }),
        ))
}

for (const [options, words] of [
    [{ foo: 1 }, /^open\(\) has no option "foo": it takes int64, /],
    [{ retires: 1 }, /did you mean "retries"\?/],
    [{ tailBytes: 7 }, /tailBytes is 7: it must be a whole number from 8 to 67108864/],
    [{ memoryBytesMax: 1.5 }, /memoryBytesMax is 1.5: it must be a whole number from 65536 up/],
    [{ checksums: 'maybe' }, /checksums is 'maybe': it must be 'verify' or 'ignore'/],
    [{ int64: null }, /int64 is null: it must be 'number' or 'bigint'/],
    [{ timeoutMs: {} }, /timeoutMs is an object: /],
]) {
    test(`open refuses ${JSON.stringify(options)}`, async () => {
        await assert.rejects(open(bytes, options), { code: 'argument', message: words })
        const message = new RegExp(words.source.replace('open', 'openFile'))
        await assert.rejects(openFile(WEATHER, options), { code: 'argument', message })
    })
}

test('an option that is undefined is as if it were not there', () =>
    reading(
        async (dataset) => {
            const { year } = await dataset.columns(['year'], { limit: 1, int64: undefined })
            assert.equal(typeof year.at(0), 'bigint')
        },
        { int64: 'bigint' },
    ))

test('columns that share a name are never lost', async () => {
    const dataset = await openFile(NAMES)
    const ambiguous = { code: 'argument', message: /2 columns are named "d".*#1/ }
    const twice = { code: 'argument', message: /column "#2" is asked for twice/ }
    await assert.rejects(dataset.head(1, { columns: ['d'] }), ambiguous)
    await assert.rejects(dataset.columns(['#2', '#2']), twice)
    await assert.rejects(dataset.head(1, { columns: ['#2', '#2'] }), twice)
    for await (const batch of dataset.batches({ columns: ['#2', '#2'] }))
        assert.throws(() => batch.get(0), twice)
    const [row] = await dataset.head(1, { columns: ['#1', '#2', 'e'] })
    assert.deepEqual({ ...row }, { '#1': 'p', '#2': 'x', e: 3 })
    const [first, second, third] = Object.values(await dataset.columns(['#2', '#1', 'e']))
    assert.deepEqual([first.at(0), second.at(0), third.at(0)], ['x', 'p', 3])
    assert.deepEqual(Object.keys(await dataset.columns(['#1', 'e', '#2'])), ['#1', 'e', '#2'])
    const both = await dataset.columns(['#6', '\\#1'])
    assert.deepEqual([both['#6'].at(0), both['#1'].at(0)], [7, 7])
    for await (const batch of dataset.batches({ columns: ['#2', '#1'] })) {
        assert.equal(batch.getChild('#1').at(0), 'p')
        assert.equal(batch.getChild('d').at(0), 'x')
        assert.deepEqual(Object.keys(batch.get(0)), ['#2', '#1'])
        assert.equal(batch.schema.fields[0].name, 'd')
    }
    dataset.close()
})

test('two columns of one name are an error that names both places', async () => {
    const dataset = await openFile(SHARED)
    const clash = {
        code: 'argument',
        path: SHARED,
        message:
            'columns #1 and #2 are both called "d", which one result cannot hold: ' +
            "ask for them by their places, { columns: ['#1', '#2'] }",
    }
    await assert.rejects(dataset.head(), clash)
    await assert.rejects(dataset.columns(), clash)
    await assert.rejects(dataset.rows().next(), clash)
    for await (const batch of dataset.batches()) {
        assert.equal(batch.numCols, 3)
        assert.throws(() => batch.toArray(), { code: 'argument', message: clash.message })
        assert.deepEqual(
            batch.columns.map((column) => column.at(0)),
            ['p', 'x', 3],
        )
    }
    dataset.close()
})

/** names.parquet, in which the chunks of the column "day" claim to be compressed by LZO. */
function compressedByLzo() {
    const names = fs.readFileSync(NAMES)
    const codec = Buffer.from('\x19\x18\x03day\x15\x00', 'latin1')
    const at = names.lastIndexOf(codec)
    assert.ok(at > 0)
    names[at + codec.length - 1] = 3 << 1
    return new Uint8Array(names)
}

test('a column that cannot be read is refused in the words of the core', async () => {
    const dataset = await open(compressedByLzo())
    const refusal = {
        code: 'unsupported',
        path: 'memory:',
        message: /^codec lzo is not supported/,
    }
    await assert.rejects(dataset.columns(['day']), refusal)
    await assert.rejects(dataset.batches({ columns: ['#3', 'day'] }).next(), refusal)
    await assert.rejects(dataset.batches({ views: true }).next(), refusal)
    await assert.rejects(dataset.head(3, { columns: ['day'] }), refusal)
    await assert.rejects(dataset.toArrow({ columns: ['day'] }), refusal)
    assert.equal((await dataset.columns(['#3']))['#3'].length, 3)
    dataset.close()
})

test('a time that a Date cannot hold is an error naming column and row', async () => {
    const dataset = await openFile(NAMES)
    const { day } = await dataset.columns(['day'])
    assert.equal(day.at(2), 2147483647 * 86400000)
    await assert.rejects(dataset.columns(['day'], { times: 'Date' }), {
        code: 'type',
        column: 'day',
        row: 2,
        path: NAMES,
        message: /^the value of column "day" in row 2 is outside ±8.64e15 ms.*times: 'ms'/,
    })
    const early = await dataset.columns(['day'], { times: 'Date', limit: 2 })
    assert.equal(early.day.at(0).getTime(), 0)
    assert.equal(early.day.at(1), null)
    dataset.close()
})

test('what the console and JSON show is short', () =>
    reading(async (dataset) => {
        const { temp } = await dataset.columns(['temp'], { limit: 100 })
        assert.equal(inspect(temp), 'Column "temp" (float64, 100 rows)')
        assert.equal(
            JSON.stringify(temp),
            '{"name":"temp","type":"float64","length":100,"nullCount":0}',
        )
        assert.equal(inspect(dataset), `Dataset memory: (parquet, ${ROWS} rows of 15 columns)`)
        assert.equal(JSON.parse(JSON.stringify(dataset)).numCols, 15)
        for await (const batch of dataset.batches({ columns: ['temp', '#2'], batchSize: 10 })) {
            assert.equal(inspect(batch), 'Batch (10 rows of 2 columns)')
            const text = '{"numRows":10,"numCols":2,"columns":["temp","#2"]}'
            assert.equal(JSON.stringify(batch), text)
            break
        }
    }))

test('a type that is not known is told in the schema, and refused when it is read', async () => {
    const { formOf } = await import('../../web/dist/forms.js')
    const { builderOf } = await import('../../web/dist/builder.js')
    const info = { kind: 99, bits: 128, index_bits: 0, zone: '', type_ids: [] }
    const form = formOf(info, 'matrix', [], { int64: 'number', times: 'ms', decimal: 'number' })
    assert.equal(form.type.name, 'matrix')
    assert.throws(() => builderOf({ name: 'price', path: 'price', form }, 0), {
        code: 'unsupported',
        message: 'type matrix is not supported (column "price")',
    })
})

test('what is no Parquet is refused, with its path', async () => {
    const path = fileURLToPath(import.meta.url)
    await assert.rejects(openFile(path), { code: 'corrupt', path })
    await assert.rejects(openFile(`${path}.nix`), { code: 'not_found', path: `${path}.nix` })
    await assert.rejects(open(new Uint8Array(0)), { code: 'truncated' })
    await assert.rejects(open(/** @type {any} */ (42)), { code: 'argument' })
    await assert.rejects(open('not a url'), { code: 'argument' })
})

test('a damaged file is refused, and everything released', async () => {
    const dataset = await open(bytes)
    const { core } = dataset._hold
    dataset.close()
    const empty = core.exports.heap_used_bytes()
    for (const length of [0, 1, 7, 8, 1000, 100000, bytes.length - 1]) {
        await assert.rejects(open(bytes.subarray(0, length)), AlimentarError)
        assert.equal(core.exports.heap_used_bytes(), empty)
    }
})

test('a limit of memory is an error', async () => {
    const opened = open(bytes, { memoryBytesMax: 70000 })
    await assert.rejects(
        opened.then((dataset) => dataset.columns()),
        { code: 'limit' },
    )
})

test('a Blob is read by slices, an ArrayBuffer and a file URL too', async () => {
    const sources = [
        () => open(new Blob([bytes])),
        () => open(new File([bytes], 'weather.parquet')),
        () => open(bytes.buffer),
        () => openFile(WEATHER),
        () => openFile(WEATHER.href),
        () => openFile(fileURLToPath(WEATHER)),
    ]
    for (const source of sources) {
        const dataset = await source()
        const { temp } = await dataset.columns(['temp'], { offset: 20000, limit: 3 })
        assert.equal(temp.length, 3)
        dataset.close()
    }
    const named = await open(new File([bytes], 'weather.parquet'))
    assert.equal(named.path, 'weather.parquet')
    named.close()
})

test('a blob: URL is read, and one that is gone is told', async () => {
    const url = URL.createObjectURL(new Blob([bytes]))
    const dataset = await open(url)
    assert.equal(dataset.path, url)
    const { temp } = await dataset.columns(['temp'])
    assert.equal(temp.length, ROWS)
    dataset.close()
    URL.revokeObjectURL(url)
    await assert.rejects(open(url), { code: 'not_found', path: url })
})

test('a URL that is not there is told once, with its path and without its secrets', async () => {
    const server = await serve()
    await assert.rejects(open(`${server.origin}/nix.parquet?SECRET`), {
        code: 'not_found',
        path: `${server.origin}/nix.parquet?…`,
        httpStatus: 404,
        message: 'there is no such file: the server answered HTTP 404',
    })
    await server.close()
})

test('openFile refuses URLs of other schemes, without their secrets', async () => {
    for (const url of ['https://bob:hunter2@host/x?SECRET', 's3://bob:hunter2@host/x?SECRET']) {
        for (const source of [url, new URL(url)])
            await assert.rejects(openFile(source), {
                code: 'argument',
                path: /^\w+:\/\/host\/x\?…$/,
            })
    }
})

test('a URL is read by ranges, and only what is needed', async () => {
    const server = await serve()
    const dataset = await open(
        `${server.origin}/examples/dashboard/data/nyc-weather-2013.parquet`,
        { tailBytes: 8192 },
    )
    assert.deepEqual(
        server.log.map(({ method, range }) => [method, range]),
        [['GET', 'bytes=-8192']],
    )
    const { temp } = await dataset.columns(['temp'], { coalesceBytes: 0 })
    assert.equal(temp.length, ROWS)
    assert.equal(server.log.length, 5)
    const moved = dataset.requests.reduce((sum, request) => sum + request.bytes, 0)
    assert.ok(moved < 40000, `${moved} bytes`)
    assert.ok(dataset.requests.every((request) => request.status === 206 && request.why !== ''))
    dataset.close()
    await server.close()
})
