// worker.test.mjs: alimentar/worker gives what alimentar gives, by messages: one table runs over
// both, in Node, where workers are threads, and over alimentar/inline and no other thread.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { after, before, test } from 'node:test'

import { serve } from '../../examples/serve.mjs'
import { Client } from '../../web/dist/client.js'
import * as here from '../../web/dist/index.js'
import * as inline from '../../web/dist/inline.js'
import { Peer, Sent } from '../../web/dist/peer.js'
import { sameThread } from '../../web/dist/same_thread.js'
import { serve as serveMessages } from '../../web/dist/server.js'
import { nodeWorker } from '../../web/dist/start.js'
import * as worker from '../../web/dist/worker_node.js'
import { datasetSeen, outcome } from './observe.mjs'
import { dataServer } from './server.mjs'

const folder = new URL('data/', import.meta.url)
const WEATHER = new URL('../../examples/dashboard/data/nyc-weather-2013.parquet', import.meta.url)
const weather = fs.readFileSync(WEATHER)
const files = fs.readdirSync(folder).filter((name) => /\.(parquet|arrow)$/.test(name))
const bytesOf = (name) => fs.readFileSync(new URL(name, folder))
const beside = new Client(sameThread)
const others = {
    worker: worker.open,
    inline: inline.open,
    'the same thread': (...words) => beside.open(...words),
}

let server

before(async () => (server = await serve()))
after(() => server.close())

/** Runs `work` with each way of opening; what it gives must be alike. */
async function alike(work) {
    const expected = await work(here.open)
    for (const [name, open] of Object.entries(others))
        assert.deepStrictEqual(await work(open), expected, name)
    return expected
}

const OPTIONS = [{}, { int64: 'bigint', times: 'bigint', decimal: 'string' }, { times: 'Date' }]

for (const name of files) {
    for (const options of OPTIONS) {
        test(`${name} comes alike from a worker, ${JSON.stringify(options)}`, async () => {
            const seen = await alike(async (open) => {
                const dataset = await open(bytesOf(name), options)
                const all = await datasetSeen(dataset, options)
                dataset.close()
                return all
            })
            assert.equal(seen.about.format, name.endsWith('.arrow') ? 'arrow' : 'parquet')
        })
    }
}

test('options alone hold for columns() and head(), here and in a worker', async () => {
    const columns = ['year', 'temp']
    await alike(async (open) => {
        const dataset = await open(weather)
        const apart = await dataset.columns(columns, { int64: 'bigint', limit: 20 })
        const alone = await dataset.columns({ columns, int64: 'bigint', limit: 20 })
        const valuesOf = (all) => Object.entries(all).map(([name, one]) => [name, one.toArray()])
        assert.deepEqual(valuesOf(alone), valuesOf(apart))
        assert.equal(typeof alone.year.at(0), 'bigint')
        const all = Object.keys(await dataset.columns({ limit: 1 }))
        assert.equal(all.length, dataset.numCols)
        const rows = await dataset.head({ columns, limit: 3 })
        assert.deepEqual(rows, await dataset.head(3, { columns }))
        assert.equal(rows.length, 3)
        assert.equal((await dataset.head({ columns, limit: undefined })).length, 10)
        dataset.close()
        return [valuesOf(alone), rows, all]
    })
})

test('dictionaries over many batches come alike from a worker', async () => {
    const seen = await alike(async (open) => {
        const dataset = await open(weather)
        const columns = ['origin', 'temp', 'time_hour']
        const texts = []
        for await (const batch of dataset.batches({ columns, batchSize: 1000 })) {
            const { codes, values } = batch.getChild('origin').dictionary()
            texts.push([codes.slice(0, 5), values, batch.getChild('origin').toArray()])
        }
        const whole = await dataset.columns(columns)
        const all = Object.values(whole).map((column) => column.toArray())
        dataset.close()
        return [texts, all]
    })
    assert.equal(seen[0].length, 28)
})

/** Programs that go wrong, each in its own way; `data` is an open data set. */
const WRONGS = {
    'an option that is not known': (data) => data.columns(['temp'], { limits: 3 }),
    'an option out of range': (data) => data.batches({ limit: -1 }).next(),
    'options alone of which one is not known': (data) => data.columns({ limits: 3 }),
    'a set in place of columns': (data) => data.columns(new Set(['temp'])),
    'options that are none': (data) => data.columns(['temp'], 7),
    'a column that is not there': (data) => data.columns(['nix']),
    'a column that is no text': (data) => data.rows({ columns: [7] }).next(),
    'a column that is a function': (data) => data.head(1, { columns: 'temp' }),
    'a column asked for twice': (data) => data.columns(['temp', 'temp']),
    'two columns of one key in rows': (data) => data.rows({ columns: ['temp', 'temp'] }).next(),
    'an empty list of columns': (data) => data.toArrow({ columns: [] }),
    'a number of rows that is none': (data) => data.head('ten'),
    'a progress function that throws': (data) =>
        data.columns(['temp'], {
            onProgress() {
                throw new TypeError('mine')
            },
        }),
    'a data set that was closed': (data) => {
        data.close()
        return data.columns(['temp'])
    },
    'a count of a data set that was closed': (data) => {
        data.close()
        return data.count()
    },
}

for (const [what, work] of Object.entries(WRONGS)) {
    test(`${what} is the same error from a worker`, async () => {
        const seen = await alike(async (open) => {
            const dataset = await open(weather)
            const gave = await outcome(() => work(dataset))
            dataset.close()
            return gave
        })
        assert.equal(typeof seen.message, 'string')
    })
}

/** What cannot be opened. */
const REFUSED = {
    'a number': () => [42],
    nothing: () => [undefined],
    'an empty list': () => [[]],
    'a list of which one is none': () => [[weather, 7]],
    'sizeBytes for a list': () => [[weather, weather], { sizeBytes: 5 }],
    'a list with a file that is cut short': () => [
        [weather, new File([weather.subarray(0, 1000)], 'cut.parquet')],
    ],
    'bytes of no format': () => [new Uint8Array(100)],
    'a file that is cut short': () => [weather.subarray(0, weather.length - 7)],
    'an option that is not known': () => [weather, { memoryMax: 3 }],
    'a path': () => ['weather.parquet'],
    'a file: URL': () => [WEATHER],
    'a URL that is not there': () => [`${server.origin}/nix.parquet?secret=1`],
    'a Response of an error': async () => [await fetch(`${server.origin}/nix.parquet`)],
    'a Response that was used': async () => {
        const response = await fetch(`${server.origin}/LICENSE`)
        await response.text()
        return [response]
    },
    'a stream that was used': () => {
        const stream = new Blob([weather]).stream()
        stream.getReader()
        return [stream]
    },
    'a stream of Node that was used': () => [fs.createReadStream(WEATHER).destroy()],
    'a stream of Node without a file': () => [fs.createReadStream('nix.parquet')],
    'an iterable of texts': () => [Readable.from(['text'])],
    'an iterable beyond memoryBytesMax': () => [
        fs.createReadStream(WEATHER),
        { memoryBytesMax: 65536 },
    ],
    'a stream of texts': () => [new ReadableStream({ start: (out) => out.enqueue('text') })],
    'a stream that breaks off': () => [
        new ReadableStream({ start: (out) => out.error(new Error('torn')) }),
    ],
    'a stream beyond memoryBytesMax': () => [
        new Blob([weather]).stream(),
        { memoryBytesMax: 65536 },
    ],
    'a backend whose size is none': () => [{ size: 'big', read: () => weather }],
    'a backend that throws': () => [
        {
            size: weather.length,
            name: 'mine:',
            read() {
                throw new Error('no disk')
            },
        },
    ],
    'a backend that gives too little': () => [{ size: weather.length, read: () => weather }],
    'a backend that gives no bytes': () => [{ size: weather.length, read: () => 'text' }],
    'a function that gives no URL': () => [() => 7],
    'a function that throws': () => [
        () => {
            throw new Error('no link')
        },
    ],
    'headers that are none': () => [`${server.origin}/LICENSE`, { headers: { 'a b': 'c' } }],
}

for (const [what, make] of Object.entries(REFUSED)) {
    test(`${what} is refused alike by a worker`, async () => {
        const seen = await alike(async (open) => outcome(async () => open(...(await make()))))
        assert.equal(typeof seen.message, 'string')
    })
}

const url = () => `${server.origin}/examples/dashboard/data/nyc-weather-2013.parquet`

/** Everything that open() takes. */
const SOURCES = {
    bytes: () => [new Uint8Array(weather)],
    'an ArrayBuffer': () => [new Uint8Array(weather).buffer],
    'a part of an array': () => [
        new Uint8Array([0, ...weather, 0]).subarray(1, weather.length + 1),
    ],
    'a Blob': () => [new Blob([weather])],
    'a File': () => [new File([weather], 'weather.parquet')],
    // One that cannot be cloned.
    'a Blob of a file': async () => [await fs.openAsBlob(WEATHER)],
    'a URL': () => [url()],
    'a URL object': () => [new URL(url())],
    'a function that gives a URL': () => [async () => url()],
    'a blob: URL': () => [URL.createObjectURL(new Blob([weather]))],
    'a Response': async () => [await fetch(url())],
    'a stream': () => [new Blob([weather]).stream()],
    'a stream of Node': () => [fs.createReadStream(WEATHER)],
    'an async iterable': () => [
        (async function* () {
            yield weather.subarray(0, 1000)
            yield new Uint8Array(weather.subarray(1000)).buffer
        })(),
    ],
    'a backend': () => [
        {
            name: 'mine:',
            size: Promise.resolve(weather.length),
            read: async (offset, length) => weather.subarray(offset, offset + length),
        },
    ],
    'a list of one': () => [[new Blob([weather])]],
    'a list of every kind': async () => [
        [
            new Blob([weather]),
            url(),
            new URL(url()),
            async () => url(),
            URL.createObjectURL(new Blob([weather])),
            await fetch(url()),
            await fs.openAsBlob(WEATHER),
            new Blob([weather]).stream(),
            { size: weather.length, read: (from, length) => weather.subarray(from, from + length) },
            weather,
        ],
    ],
    'a URL by a function in place of fetch': () => [
        url(),
        {
            fetch: (target, options) => fetch(target, options),
            headers: new Headers({ 'X-Key': 'k' }),
        },
    ],
    'a size that is known, pairs of headers': () => [
        url(),
        { sizeBytes: weather.length, headers: [['X-Key', 'k']] },
    ],
}

for (const [what, make] of Object.entries(SOURCES)) {
    test(`${what} can be opened in a worker`, async () => {
        const seen = await alike(async (open) => {
            const given = await make()
            let told = null
            const dataset = await open(...given)
            const { temp } = await dataset.columns(['temp'], { onProgress: (now) => (told = now) })
            const requests = dataset.requests.map(({ method, range, why, status, bytes }) =>
                [method, range, why, status, bytes].join(' '),
            )
            const path = dataset.path.replace(/[0-9a-f-]{36}/, 'id')
            const all = [path, temp.toArray(), told, requests.sort(), dataset.warnings.slice()]
            dataset.close()
            return all
        })
        const files = /every kind/.test(what) ? 10 : 1
        assert.equal(seen[1].length, files * 26115)
        assert.equal(seen[2].rows, files * 26115)
    })
}

test('what was lent to a worker is given back when it was read, and at the close', async () => {
    const client = new Client(sameThread)
    const dataset = await client.open(url(), { fetch: (target, more) => fetch(target, more) })
    await dataset.columns(['temp'])
    assert.ok(dataset.requests.length > 1)
    await new Promise((resolve) => setTimeout(resolve, 20))
    // The function in place of fetch.
    assert.equal(client.lent.size, 1)
    dataset.close()
    assert.equal(client.lent.size, 0)
})

test('a Blob of a file that changed is the same error from a worker', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'alimentar-'))
    try {
        const file = path.join(folder, 'weather.parquet')
        fs.writeFileSync(file, weather)
        const blob = await fs.openAsBlob(file)
        fs.appendFileSync(file, 'more')
        const { message, path: where } = await alike((open) => outcome(() => open(blob)))
        assert.match(message, /: the file could not be read: The blob could not be read$/)
        assert.equal(where, 'blob:')
    } finally {
        fs.rmSync(folder, { recursive: true })
    }
})

test('bytes that were opened in a worker stay the caller’s', async () => {
    const bytes = new Uint8Array(weather)
    const dataset = await worker.open(bytes)
    assert.equal(bytes.length, weather.length)
    assert.deepEqual(bytes, new Uint8Array(weather))
    dataset.close()
})

test('views are refused by name in a worker', async () => {
    const dataset = await worker.open(weather)
    await assert.rejects(dataset.batches({ views: true }).next(), {
        code: 'unsupported',
        message: /^views are not supported in a worker/,
        path: dataset.path,
    })
    dataset.close()
})

/** A client beside its server, whose messages are seen. */
function watched() {
    const seen = []
    const client = new Client((take) => {
        const channel = new MessageChannel()
        const peer = serveMessages({
            post: (message, transfer) => {
                channel.port1.postMessage(message, transfer)
                const empty = transfer.every(({ byteLength }) => byteLength === 0)
                seen.push({ message, count: transfer.length, empty })
            },
        })
        channel.port1.onmessage = ({ data }) => peer.take(data)
        channel.port2.onmessage = ({ data }) => take(data)
        client.end = () => channel.port1.close()
        return { post: (message, transfer) => channel.port2.postMessage(message, transfer) }
    })
    return { client, seen }
}

test('typed arrays of columns and batches are transferred, not copied', async () => {
    const { client, seen } = watched()
    const dataset = await client.open(weather)
    const { temp, origin } = await dataset.columns(['temp', 'origin'])
    assert.deepEqual([temp.length, origin.length], [26115, 26115])
    const [answer] = seen.filter(({ message }) => message.value?.columns !== undefined)
    assert.equal(answer.empty, true)
    // Values and validity of temp; codes, and offsets and bytes of the dictionary, of origin.
    assert.equal(answer.count, 5)
    let batches = 0
    for await (const batch of dataset.batches({ columns: ['origin', 'temp'] })) {
        assert.equal(batch.getChild('origin').at(0).length, 3)
        batches += 1
    }
    const sent = seen.filter(({ message }) => message.value?.numRows !== undefined)
    assert.equal(sent.length, batches)
    assert.ok(sent.every(({ empty, count }) => empty && count >= 2))
    dataset.close()
    client.end()
})

/** A backend that is silent from the second read on. */
function silent() {
    const asked = { aborted: 0, waiting: 0 }
    const backend = {
        size: weather.length,
        read(offset, length, { signal }) {
            if (asked.silent !== true) return weather.subarray(offset, offset + length)
            asked.waiting += 1
            return new Promise((resolve, reject) =>
                signal.addEventListener('abort', () => {
                    asked.aborted += 1
                    reject(signal.reason)
                }),
            )
        },
    }
    return { asked, backend }
}

const until = async (what, ms) => {
    const began = performance.now()
    while (!what()) {
        if (performance.now() - began > ms) return Infinity
        await new Promise((resolve) => setTimeout(resolve, 1))
    }
    return performance.now() - began
}

/** Aborts two reads whose answers do not come: ms until both reject, and until all is released. */
async function abortTwice(dataset, asked, held) {
    const controller = new AbortController()
    const { signal } = controller
    const reason = new Error('enough')
    const waiting = asked.waiting
    const read = dataset.columns(['temp'], { signal })
    read.catch(() => undefined)
    const batch = dataset.batches({ columns: ['dewp'], signal }).next()
    batch.catch(() => undefined)
    await until(() => asked.waiting >= waiting + 2, 5000)
    const began = performance.now()
    controller.abort(reason)
    assert.equal(await read.catch((error) => error), reason)
    assert.equal(await batch.catch((error) => error), reason)
    const rejected = performance.now() - began
    await until(() => asked.aborted === asked.waiting, 5000)
    await until(() => dataset.memoryBytes() === held, 5000)
    return [rejected, performance.now() - began]
}

// A machine at work adds to what a clock says: of three times the least counts.
test('an abort rejects with its reason at once, and releases everything within 50 ms', async () => {
    const { asked, backend } = silent()
    const dataset = await worker.open(backend)
    const held = dataset.memoryBytes()
    const times = []
    asked.silent = true
    for (let i = 0; i < 3; i += 1) times.push(await abortTwice(dataset, asked, held))
    asked.silent = false
    const least = (index) => Math.min(...times.map((of) => of[index]))
    assert.ok(least(0) < 50 && least(1) < 50, `${JSON.stringify(times)} ms`)
    assert.equal((await dataset.columns(['temp'])).temp.length, 26115)
    dataset.close()
})

test('a loop that is left early releases everything', async () => {
    const dataset = await worker.open(weather)
    const held = dataset.memoryBytes()
    for await (const batch of dataset.batches({ batchSize: 10 })) {
        assert.equal(batch.numRows, 10)
        break
    }
    assert.ok((await until(() => dataset.memoryBytes() === held, 5000)) < 5000)
    dataset.close()
})

test('an abort between two batches releases the read, and is its reason', async () => {
    const dataset = await worker.open(weather)
    const held = dataset.memoryBytes()
    let least = Infinity
    for (let tries = 0; tries < 5 && least >= 50; tries += 1) {
        const controller = new AbortController()
        const batches = dataset.batches({ batchSize: 10, signal: controller.signal })
        await batches.next()
        const began = performance.now()
        controller.abort(new Error('enough'))
        await until(() => dataset.memoryBytes() === held, 5000)
        least = Math.min(least, performance.now() - began)
        assert.equal(dataset.memoryBytes(), held)
        await assert.rejects(batches.next(), { message: 'enough' })
    }
    assert.ok(least < 50, `${least} ms`)
    dataset.close()
})

test('closing fails the reads that are under way', async () => {
    const { asked, backend } = silent()
    const dataset = await worker.open(backend)
    asked.silent = true
    const read = outcome(() => dataset.columns(['temp']))
    await until(() => asked.waiting > 0, 5000)
    dataset.close()
    const { code, message } = await read
    assert.deepEqual([code, message], ['state', 'the data set was closed'])
    assert.equal(dataset.memoryBytes(), 0)
    await until(() => asked.aborted === asked.waiting, 5000)
    assert.equal(asked.aborted, asked.waiting)
})

test('an aborted open leaves nothing open', async () => {
    const client = new Client(sameThread)
    const closed = []
    const controller = new AbortController()
    const opening = client.open(weather, { signal: controller.signal })
    const { peer } = client
    const tell = peer.tell.bind(peer)
    peer.tell = (name, args, transfer) => {
        if (name === 'close') closed.push(args)
        tell(name, args, transfer)
    }
    controller.abort(new Error('enough'))
    await assert.rejects(opening, { message: 'enough' })
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.equal(client.datasets.size, 0)
    assert.equal(client.lent.size, 0)
    assert.equal(peer.asked.size, 0)
})

test('progress comes while the server is slow', async () => {
    const slow = await dataServer(weather, { delay: 60 })
    const told = []
    const dataset = await worker.open(slow.url, { tailBytes: 8192 })
    await dataset.columns(['temp', 'dewp', 'wind_dir'], {
        coalesceBytes: 0,
        onProgress: (now) => told.push(now),
    })
    assert.equal(told.at(-1).rows, 26115)
    assert.ok(told.every(({ bytes, rows }) => Number.isSafeInteger(bytes + rows)))
    dataset.close()
    await slow.close()
})

const GARBAGE = [
    undefined,
    null,
    7,
    'text',
    [],
    {},
    { kind: 'call' },
    { kind: 'call', id: 0, name: 'open', args: [] },
    { kind: 'call', id: 1.5, name: 'open', args: [] },
    { kind: 'stop', id: 99 },
    { kind: 'answer', id: 99, value: {} },
    { kind: 'failed', id: 99 },
    { kind: 'tell', name: 'toString', args: [] },
    { kind: 'tell', name: 'close', args: 7 },
    { kind: 'tell', name: 'leave', args: [{}] },
    { kind: 'tell', name: 'constructor', args: [] },
]

const MALFORMED = [
    ['open', []],
    ['open', [{ kind: 'url', url: 7 }, {}]],
    ['open', [{ kind: 'list', list: 7 }, {}]],
    ['open', [{ kind: 'blob', blob: {} }, {}]],
    ['open', [{ kind: 'bytes', bytes: [1] }, {}]],
    ['open', [{ kind: 'backend', of: 'x' }, {}]],
    ['open', [{ kind: 'response' }, {}]],
    ['open', [{ kind: 'bytes', bytes: new Uint8Array(9) }, null]],
    ['open', [{ kind: 'bytes', bytes: new Uint8Array(9) }, { fetch: 'x' }]],
    ['columns', [99, null, {}]],
    ['next', [99]],
    ['nothing', []],
    ['start', 7],
]

test('messages of another shape change nothing, and calls get an error', async () => {
    const answers = []
    const peer = serveMessages({ post: (message) => answers.push(message) })
    for (const message of GARBAGE) peer.take(message)
    await new Promise((resolve) => setTimeout(resolve, 10))
    assert.deepEqual(answers, [])
    MALFORMED.forEach(([name, args], index) =>
        peer.take({ kind: 'call', id: index + 1, name, args }),
    )
    await until(() => answers.length === MALFORMED.length, 5000)
    for (const { kind, error } of answers) {
        assert.equal(kind, 'failed')
        assert.ok(['argument', 'state'].includes(error.code), JSON.stringify(error))
    }
    const client = new Client(sameThread)
    const dataset = await client.open(weather)
    for (const message of GARBAGE) client.peer.take(message)
    client.peer.take({ kind: 'call', id: 1, name: 'lent', args: [1, 'constructor', []] })
    assert.equal((await dataset.head(1)).length, 1)
    dataset.close()
})

test('an error of a message is built of checked members', async () => {
    const made = []
    const peer = new Peer({ post: (message) => made.push(message) }, {})
    const call = peer.call('x', [])
    peer.take({ kind: 'failed', id: 1, error: { code: 'type', message: 7, row: '1', path: {} } })
    const error = await call.catch((given) => given)
    assert.ok(error instanceof here.AlimentarError)
    assert.deepEqual([error.code, error.message, error.row, error.path], ['type', '', null, ''])
    const other = peer.call('x', [])
    peer.take({ kind: 'failed', id: 2, error: { name: 'constructor', message: 'm' } })
    assert.equal((await other.catch((given) => given)).message, 'm')
    assert.equal(new Sent(1, []).value, 1)
})

test('a value that cannot be sent is an error, and nothing stays behind', async () => {
    const dataset = await worker.open(weather)
    const columns = [() => 'temp']
    await assert.rejects(dataset.columns(columns), {
        code: 'argument',
        message: /^a value cannot be sent to another thread/,
    })
    assert.equal((await dataset.head(1)).length, 1)
    dataset.close()
})

test('what cannot be posted fails its call alone, also one that waits for the worker', async () => {
    // A module of its own, whose worker does not run yet.
    const fresh = await import('../../web/dist/inline.js?fresh')
    const format = await fs.openAsBlob(WEATHER)
    const opened = [fresh.open(weather, { format }), fresh.open(weather)]
    const [failed, { value: dataset }] = await Promise.allSettled(opened)
    assert.ok(failed.reason instanceof fresh.AlimentarError, String(failed.reason))
    assert.equal(failed.reason.code, 'argument')
    assert.match(failed.reason.message, /^a value cannot be sent to another thread: .*Blob/)
    assert.equal(await dataset.count(), 26115)
    await assert.rejects(fresh.open(weather, { format }), { code: 'argument' })
    await assert.rejects(worker.open(weather, { format }), worker.AlimentarError)
    assert.deepEqual(dataset.warnings, [])
    dataset.close()
})

test('a worker that breaks off fails what was asked; another is started', async () => {
    const { Worker } = await import('node:worker_threads')
    let last
    const dist = new URL('../../web/dist/worker.js', import.meta.url)
    const client = new Client(nodeWorker(() => (last = new Worker(dist))))
    const { asked, backend } = silent()
    const dataset = await client.open(backend)
    asked.silent = true
    const read = outcome(() => dataset.columns(['temp']))
    await until(() => asked.waiting > 0, 5000)
    await last.terminate()
    const { code, message } = await read
    assert.deepEqual([code, message], ['internal', 'the worker of alimentar broke off: it ended'])
    const again = await client.open(weather)
    assert.equal(await again.count(), 26115)
    dataset.close()
    const held = again.memoryBytes()
    const batches = again.batches({ batchSize: 10 })
    await batches.next()
    assert.ok(again.memoryBytes() > held)
    again.close()
    await last.terminate()
})

test('init gives a worker its wasm, and one that is not there is told', async () => {
    const { Worker } = await import('node:worker_threads')
    const dist = new URL('../../web/dist/', import.meta.url)
    const wasm = fs.readFileSync(new URL('alimentar.wasm', dist))
    for (const given of [
        wasm,
        await WebAssembly.compile(wasm),
        new URL('alimentar.wasm', dist),
        `${server.origin}/web/dist/alimentar.wasm`,
        () => fetch(`${server.origin}/web/dist/alimentar.wasm`),
    ]) {
        let last
        const client = new Client(nodeWorker(() => (last = new Worker(new URL('worker.js', dist)))))
        await client.init({ wasm: typeof given === 'function' ? await given() : given })
        assert.equal(await (await client.open(weather)).count(), 26115)
        await last.terminate()
    }
    let last
    const client = new Client(nodeWorker(() => (last = new Worker(new URL('worker.js', dist)))))
    const missing = `${server.origin}/nix.wasm`
    const page = await fetch(`${server.origin}/examples/dashboard/`)
    for (const wasm of [missing, page])
        await assert.rejects(client.init({ wasm }), {
            code: 'not_found',
            message: /^alimentar.wasm was not found at http/,
        })
    await assert.rejects(client.init({ wsam: 1 }), { code: 'argument' })
    await last.terminate()
})
