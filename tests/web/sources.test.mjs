// sources.test.mjs: everything that open() and openFile() take: what they give, and the sentence
// where they cannot.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { serve } from '../../examples/serve.mjs'
import { open } from '../../web/dist/index.js'
import { openFile } from '../../web/dist/node.js'

const PATH = fileURLToPath(
    new URL('../../examples/dashboard/data/nyc-weather-2013.parquet', import.meta.url),
)
const bytes = fs.readFileSync(PATH)
const ROWS = 26115
const SUM = 1443069.88

const streamOf = (parts, onCancel) => {
    const left = [...parts]
    return new ReadableStream({
        pull(controller) {
            if (left.length === 0) return controller.close()
            const part = left.shift()
            if (part instanceof Error) controller.error(part)
            else controller.enqueue(part)
        },
        cancel: onCancel,
    })
}
const pieces = (size) =>
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        new Uint8Array(bytes.subarray(index * size, (index + 1) * size)),
    )

function backendOf(more = {}) {
    const asked = []
    const backend = {
        size: bytes.length,
        read(offset, length) {
            asked.push([offset, length])
            return new Uint8Array(bytes.subarray(offset, offset + length))
        },
        ...more,
    }
    return Object.assign(backend, { asked })
}

async function assertRead(dataset) {
    const { temp } = await dataset.columns(['temp'])
    let sum = 0
    for (const value of temp) sum += value ?? 0
    assert.equal(temp.length, ROWS)
    assert.ok(Math.abs(sum - SUM) < 0.01)
    dataset.close()
}

const ways = {
    'a Uint8Array': () => new Uint8Array(bytes),
    'an ArrayBuffer': () => new Uint8Array(bytes).buffer,
    'a Blob': () => new Blob([bytes]),
    'a Response': () => new Response(bytes),
    'a ReadableStream': () => streamOf(pieces(10000)),
    'a stream of ArrayBuffers': () => streamOf([new Uint8Array(bytes).buffer]),
    'a stream of Node': () => fs.createReadStream(PATH),
    'an async iterable': () => Readable.from(pieces(10000)),
    'an own backend': () => backendOf(),
    'a backend whose size is a promise': () => backendOf({ size: Promise.resolve(bytes.length) }),
    'a backend that gives promises of ArrayBuffers': () =>
        backendOf({
            read: async (offset, length) =>
                new Uint8Array(bytes.subarray(offset, offset + length)).buffer,
        }),
    'a list of one': () => [new Uint8Array(bytes)],
}

for (const [name, make] of Object.entries(ways))
    test(`open reads ${name}`, async () => assertRead(await open(make())))

test('openFile reads a path, a file: URL as text or URL, and a list of one', async () => {
    const url = pathToFileURL(PATH)
    for (const path of [PATH, url, url.href, [PATH]]) await assertRead(await openFile(path))
})

test('a backend is asked for each byte once, and is named in errors', async () => {
    const backend = backendOf({ name: 'mine' })
    const dataset = await open(backend, { tailBytes: 8192 })
    await dataset.columns(['temp'], { coalesceBytes: 0 })
    assert.equal(dataset.path, 'mine')
    const inOrder = backend.asked.toSorted((one, other) => one[0] - other[0])
    assert.ok(inOrder.length > 3)
    inOrder.reduce((end, [offset, length]) => {
        assert.ok(offset >= end)
        return offset + length
    }, 0)
    dataset.close()
})

for (const [name, more, words] of [
    ['is short', { read: (_, length) => new Uint8Array(length - 1) }, /gave 65535 bytes/],
    ['is long', { read: (_, length) => new Uint8Array(length + 1) }, /gave 65537 bytes/],
    ['is no bytes', { read: () => 'text' }, /gave no Uint8Array or ArrayBuffer/],
    ['rejects', { read: () => Promise.reject(new Error('no disk')) }, /: no disk$/],
    ['throws', { read: () => { throw new Error('no luck') } }, /: no luck$/],
]) {
    test(`a read of a backend that ${name} is an error of the host`, async () => {
        await assert.rejects(open(backendOf(more)), (error) => {
            assert.equal(error.code, 'host')
            assert.match(error.message, words)
            return true
        })
    })
}

for (const size of [-1, 1.5, '3', undefined, Promise.resolve(NaN)]) {
    test(`a backend of size ${await size} (${typeof size}) is refused`, () =>
        assert.rejects(open(backendOf({ size })), { code: 'argument', path: 'source:' }))
}

test('a size that is rejected rejects, and one that never comes can be aborted', async () => {
    const failed = Promise.reject(new Error('no size'))
    await assert.rejects(open(backendOf({ size: failed })), /no size/)
    const controller = new AbortController()
    const opening = open(backendOf({ size: new Promise(() => {}) }), { signal: controller.signal })
    const reason = new Error('enough')
    controller.abort(reason)
    await assert.rejects(opening, (error) => error === reason)
})

test('an abort reaches the reads of a backend and rejects within 50 ms', async () => {
    const signals = []
    let isAsked
    const asked = new Promise((resolve) => (isAsked = resolve))
    const backend = backendOf({
        read: (offset, length, { signal }) => {
            signals.push(signal)
            isAsked()
            return new Promise(() => {})
        },
    })
    const controller = new AbortController()
    const opening = open(backend, { signal: controller.signal })
    await asked
    const began = performance.now()
    controller.abort('enough')
    await assert.rejects(opening, (error) => error === 'enough')
    assert.ok(performance.now() - began < 50)
    assert.equal(signals.length, 1)
    assert.ok(signals[0].aborted)
})

test('a stream beyond memoryBytesMax is refused, and ended', async () => {
    let reason
    const stream = streamOf(pieces(10000), (why) => (reason = why))
    await assert.rejects(open(stream, { memoryBytesMax: 65536 }), (error) => {
        assert.equal(error.code, 'limit')
        assert.match(error.message, /held in memory.* more than memoryBytesMax = 65536 bytes/)
        return true
    })
    assert.equal(reason.code, 'limit')
})

test('a stream that breaks off is told, with the bytes that came', async () => {
    const stream = streamOf([bytes.subarray(0, 100), new Error('cut')])
    await assert.rejects(open(stream), {
        code: 'host',
        message: 'the stream broke off after 100 bytes: cut',
        path: 'stream:',
    })
    await assert.rejects(open(streamOf(['text'])), { code: 'argument' })
})

test('an abort ends a stream within 50 ms, and rejects with its reason', async () => {
    let reason
    const stream = new ReadableStream({ pull: () => new Promise(() => {}), cancel: (why) => {
        reason = why
    } })
    const controller = new AbortController()
    const opening = open(stream, { signal: controller.signal })
    await new Promise((resolve) => setTimeout(resolve, 10))
    const began = performance.now()
    controller.abort('enough')
    await assert.rejects(opening, (error) => error === 'enough')
    assert.ok(performance.now() - began < 50)
    assert.equal(reason, 'enough')
})

test('an abort ends a stream of Node and an iterable within 50 ms', async () => {
    const readable = new Readable({ read: () => undefined })
    const iterable = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }
    for (const source of [readable, iterable]) {
        const controller = new AbortController()
        const opening = open(source, { signal: controller.signal })
        await new Promise((resolve) => setTimeout(resolve, 10))
        const began = performance.now()
        controller.abort('enough')
        await assert.rejects(opening, (error) => error === 'enough')
        assert.ok(performance.now() - began < 50)
    }
    assert.equal(readable.destroyed, true)
})

test('what is used already is refused', async () => {
    const response = new Response(bytes)
    await response.arrayBuffer()
    await assert.rejects(open(response), { code: 'argument', message: /used already/ })
    const stream = streamOf([bytes])
    stream.getReader()
    await assert.rejects(open(stream), { code: 'argument', message: /used already/ })
    const read = fs.createReadStream(PATH)
    for await (const _ of read) break
    await assert.rejects(open(read), { code: 'argument', message: /used already/ })
})

test('a Response is read once, from the body that is under way', async () => {
    const server = await serve({})
    try {
        const url = `${server.origin}/examples/dashboard/data/nyc-weather-2013.parquet?key=SECRET`
        const told = []
        const dataset = await open(await fetch(url), { onProgress: (one) => told.push(one) })
        assert.equal(dataset.path, url.replace('?key=SECRET', '?…'))
        await assertRead(dataset)
        assert.deepEqual(server.log.map(({ range }) => range), [null])
        await assert.rejects(open(await fetch(`${server.origin}/nothing`)), {
            code: 'not_found',
            httpStatus: 404,
        })
    } finally {
        await server.close()
    }
    for (const [status, code] of [[401, 'host'], [500, 'host'], [410, 'not_found']])
        await assert.rejects(open(new Response('x', { status })), { code, httpStatus: status })
})

for (const source of [5, null, undefined, {}, true])
    test(`open refuses ${String(source)}`, () =>
        assert.rejects(open(source), { code: 'argument', message: /open\(\) takes a URL/ }))

function scratchFile(work) {
    const folder = fs.mkdtempSync(`${os.tmpdir()}/alimentar-sources-`)
    return work(`${folder}/a.parquet`).finally(() => fs.rmSync(folder, { recursive: true }))
}

test('a file larger than 2 GiB is read at its end', () =>
    scratchFile(async (path) => {
        const size = 5 * 2 ** 30
        const handle = fs.openSync(path, 'w')
        fs.writeSync(handle, Buffer.from('WXYZ'), 0, 4, size - 4) // the rest is a hole
        fs.closeSync(handle)
        await assert.rejects(openFile(path), { message: /this one with "WXYZ"/, offset: size - 4 })
    }))

test('a file that changes meanwhile is an error', () =>
    scratchFile(async (path) => {
        fs.writeFileSync(path, bytes)
        const dataset = await openFile(path, { tailBytes: 8192 })
        fs.appendFileSync(path, 'more')
        await assert.rejects(dataset.columns(['temp']), { code: 'changed' })
        dataset.close()
    }))

test('many reads of a file are under way at once', async () => {
    const dataset = await openFile(PATH, { tailBytes: 8192 })
    const names = ['temp', 'humid', 'origin', 'wind_speed', 'precip']
    const read = (name) => dataset.columns([name], { coalesceBytes: 0 })
    const all = await Promise.all(names.map(read))
    all.forEach((one, index) => assert.equal(one[names[index]].length, ROWS))
    dataset.close()
})

test('a pipe is held in memory, up to memoryBytesMax', () =>
    scratchFile(async (path) => {
        assert.equal(spawnSync('mkfifo', [path]).status, 0)
        const write = () => spawn('sh', ['-c', `cat '${PATH}' > '${path}'`], { stdio: 'ignore' })
        const writers = [write()]
        const dataset = await openFile(path)
        assert.equal(dataset.path, path)
        await assertRead(dataset)
        writers.push(write())
        await assert.rejects(openFile(path, { memoryBytesMax: 65536 }), { code: 'limit', path })
        writers.push(spawn('sh', ['-c', `exec 3> '${path}'; sleep 1`], { stdio: 'ignore' }))
        const reason = new Error('enough')
        const controller = new AbortController()
        const opening = openFile(path, { signal: controller.signal })
        setTimeout(() => controller.abort(reason), 50)
        await assert.rejects(opening, (error) => error === reason)
        for (const writer of writers) {
            if (writer.exitCode === null) await new Promise((done) => writer.on('exit', done))
        }
    }))
