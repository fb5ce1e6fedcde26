// http.test.mjs: the matrix of remote files, operation by operation: what is requested, what comes,
// and the one sentence where it does not. In Node a page's origin is pretended by `location`.
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'

import * as abi from '../../web/dist/abi.js'
import { httpHost } from '../../web/dist/host_http.js'
import { serve } from '../../examples/serve.mjs'
import { dataServer } from './server.mjs'

const bytes = new Uint8Array(300000).map((_, index) => (index * 7) ^ (index >> 8))
const servers = []

async function start(options) {
    const server = await dataServer(Buffer.from(bytes), options)
    servers.push(server)
    return server
}

afterEach(async () => {
    delete globalThis.location
    for (const server of servers.splice(0)) await server.close()
})

/** Carries an operation out; resolves to its outcome with the bytes that came. */
function run(host, op) {
    return new Promise((resolve) => {
        const controller = new AbortController()
        const parts = []
        const state = {
            kind: abi.ALI_OP_READ,
            path: host.path,
            isFromEnd: false,
            offset: 0,
            length: 0,
            why: 'test',
            ...op,
            moved: 0,
            isEnded: false,
            signal: controller.signal,
            controller,
            part(part) {
                const taken = part.subarray(0, state.length - state.moved)
                parts.push(taken.slice())
                state.moved += taken.length
                return state.moved < state.length
            },
            end(outcome) {
                state.isEnded = true
                resolve({ ...outcome, bytes: Buffer.concat(parts) })
            },
        }
        host.carry(state)
    })
}

const tail = (host, length = 65536) => run(host, { isFromEnd: true, length })
const range = (host, offset, length) => run(host, { offset, length })
const stat = (host) => run(host, { kind: abi.ALI_OP_STAT })
const asked = (server) => server.log.map(({ method, range: header }) => `${method} ${header}`)

function assertBytes(outcome, offset, length) {
    assert.equal(outcome.failure, undefined)
    assert.equal(outcome.bytes.length, length)
    assert.ok(outcome.bytes.equals(Buffer.from(bytes.subarray(offset, offset + length))))
}

function elsewhere() {
    globalThis.location = { href: 'http://page.example/', origin: 'http://page.example' }
}

test('the end of a file comes by one suffix range', async () => {
    const server = await start({})
    const host = httpHost(server.url, {})
    assert.equal(host.flags, abi.ALI_OBJECT_SIBLINGS)
    const outcome = await tail(host)
    assertBytes(outcome, 300000 - 65536, 65536)
    assert.equal(outcome.objectBytes, 300000)
    assert.match(outcome.etag, /^"[0-9a-f]{16}"$/)
    assert.deepEqual(asked(server), ['GET bytes=-65536'])
})

test('a file shorter than the suffix comes whole', async () => {
    const server = await start({})
    const outcome = await tail(httpHost(server.url, {}), 400000)
    assertBytes(outcome, 0, 300000)
    assert.equal(outcome.objectBytes, 300000)
})

test('ranges come by their positions', async () => {
    const server = await start({})
    assertBytes(await range(httpHost(server.url, {}), 1000, 5000), 1000, 5000)
    assert.deepEqual(asked(server), ['GET bytes=1000-5999'])
})

test('elsewhere the size is asked for by HEAD, and suffix ranges are ruled out', async () => {
    elsewhere()
    const server = await start({})
    const host = httpHost(server.url, {})
    assert.equal(host.flags, abi.ALI_OBJECT_NO_SUFFIX | abi.ALI_OBJECT_SIBLINGS)
    const outcome = await stat(host)
    assert.equal(outcome.objectBytes, 300000)
    assert.deepEqual(asked(server), ['HEAD bytes=0-'])
})

for (const head of [403, 405, 'silent']) {
    test(`a HEAD that answers ${head} is followed by a GET ended after its headers`, async () => {
        elsewhere()
        const server = await start({ head })
        const outcome = await stat(httpHost(server.url, {}))
        assert.equal(outcome.objectBytes, 300000)
        assert.deepEqual(asked(server), ['HEAD bytes=0-', 'GET null'])
    })
}

test('sizeBytes spares the question', () => {
    elsewhere()
    const host = httpHost('http://data.example/x', { sizeBytes: 300000 })
    assert.equal(host.objectBytes, 300000)
})

test('a 200 to a range is kept, and nothing is asked twice', async () => {
    const server = await start({ ranges: 'ignored' })
    const host = httpHost(server.url, {})
    const outcome = await tail(host)
    assertBytes(outcome, 300000 - 65536, 65536)
    assert.equal(outcome.objectBytes, 300000)
    const both = await Promise.all([range(host, 0, 100), range(host, 50, 70000)])
    assertBytes(both[0], 0, 100)
    assertBytes(both[1], 50, 70000)
    assert.equal(server.log.length, 1)
    assert.deepEqual(
        host.warnings.map((warning) => warning.code),
        ['no_ranges'],
    )
})

test('a whole file beyond memoryBytesMax is refused in one sentence', async () => {
    const server = await start({ ranges: 'ignored' })
    const outcome = await tail(httpHost(server.url, { memoryBytesMax: 100000 }))
    assert.equal(outcome.status, abi.ALI_ERR_HOST)
    assert.match(outcome.failure, /does not serve ranges.*memoryBytesMax = 100000/)
})

test('a 416 to a suffix range is followed by an explicit one', async () => {
    const server = await start({ ranges: 'nosuffix' })
    assertBytes(await tail(httpHost(server.url, {}), 1000), 299000, 1000)
    assert.deepEqual(asked(server), ['GET bytes=-1000', 'GET bytes=299000-299999'])
})

test('a suffix range taken for another one is asked for by position, from then on', async () => {
    const server = await start({ ranges: 'misread' })
    const host = httpHost(server.url, {})
    const outcome = await tail(host)
    assertBytes(outcome, 300000 - 65536, 65536)
    assert.equal(outcome.objectBytes, 300000)
    assert.deepEqual(asked(server), ['GET bytes=-65536', 'GET bytes=234464-299999'])
    assertBytes(await tail(host, 1000), 299000, 1000)
    assert.equal(asked(server)[2], 'GET bytes=299000-299999')
    assert.equal(host.retried, 0)
})

test('other bytes than those asked for are refused at once', async () => {
    const server = await start({ ranges: 'wrong' })
    const host = httpHost(server.url, {})
    const outcome = await range(host, 10, 20)
    assert.match(outcome.failure, /sent bytes from 11 where those from 10 on were asked for/)
    assert.match((await tail(host)).failure, /sent bytes from 234465 where those from 234464 on/)
    assert.equal(host.retried, 0)
})

test('an empty file has no end', async () => {
    const server = await dataServer(Buffer.alloc(0))
    servers.push(server)
    const outcome = await tail(httpHost(server.url, {}))
    assert.equal(outcome.objectBytes, 0)
    assert.equal(outcome.bytes.length, 0)
})

test('a range beyond the end comes empty, with the size', async () => {
    const server = await start({})
    const outcome = await range(httpHost(server.url, {}), 400000, 10)
    assert.equal(outcome.objectBytes, 300000)
    assert.equal(outcome.bytes.length, 0)
})

test('a cut body is resumed at the byte reached', async () => {
    const server = await start({ cuts: 30000 })
    assertBytes(await range(httpHost(server.url, {}), 1000, 100000), 1000, 100000)
    assert.equal(server.log.length, 2)
    const resumed = Number(/bytes=(\d+)-100999/.exec(server.log[1].range)[1])
    assert.ok(resumed > 1000 && resumed <= 31000)
})

test('a cut suffix is resumed by position', async () => {
    const server = await start({ cuts: 30000 })
    assertBytes(await tail(httpHost(server.url, {})), 300000 - 65536, 65536)
    assert.match(server.log[1].range, /^bytes=\d+-299999$/)
})

test('a resumed body of a changed file is refused', async () => {
    const server = await start({ cuts: 30000, changes: 1 })
    const outcome = await range(httpHost(server.url, {}), 0, 100000)
    assert.equal(outcome.code, 'changed')
})

test('503 twice, then well', async () => {
    const server = await start({ fails: [503, 503], retryAfter: 0 })
    const host = httpHost(server.url, {})
    assertBytes(await range(host, 0, 10), 0, 10)
    assert.equal(host.retried, 2)
})

test('429 waits as long as Retry-After says', async () => {
    const server = await start({ fails: [429], retryAfter: 1 })
    const began = performance.now()
    assertBytes(await range(httpHost(server.url, {}), 0, 10), 0, 10)
    assert.ok(performance.now() - began >= 950)
})

test('a broken connection is tried again, up to retries', async () => {
    const server = await start({ fails: [0, 0, 0] })
    const outcome = await range(httpHost(server.url, { retries: 1 }), 0, 10)
    assert.match(outcome.failure, /no answer from the server.*\(after 1 retries\)/)
    assert.equal(server.log.length, 2)
})

for (const [status, words] of [
    [401, /credentials \(HTTP 401\)/],
    [403, /refuses access \(HTTP 403\)/],
    [404, /^the server answered HTTP 404$/],
    [500, /the server failed \(HTTP 500\)/],
]) {
    test(`${status} is told at once`, async () => {
        const server = await start({ fails: [status, status] })
        const outcome = await range(httpHost(server.url, {}), 0, 10)
        assert.match(outcome.failure, words)
        assert.equal(outcome.status, status === 404 ? abi.ALI_ERR_NOT_FOUND : abi.ALI_ERR_HOST)
        assert.equal(outcome.httpStatus, status)
        assert.equal(server.log.length, 1)
    })
}

test('an expired link is renewed once', async () => {
    const server = await start({ fails: [403] })
    let calls = 0
    const host = httpHost(() => `${server.url}?signature=${(calls += 1)}`, {})
    assertBytes(await range(host, 0, 10), 0, 10)
    assert.equal(calls, 2)
})

test('a silent server counts as failed after timeoutMs', async () => {
    const server = await start({ delayMs: 400 })
    const outcome = await range(httpHost(server.url, { timeoutMs: 50, retries: 0 }), 0, 10)
    assert.match(outcome.failure, /did not answer within 50 ms/)
})

test('compressed ranges are refused', async () => {
    const server = await start({ gzip: 'ranges' })
    const outcome = await range(httpHost(server.url, {}), 0, 1000)
    assert.match(outcome.failure, /Content-Encoding: gzip/)
})

test('Last-Modified is the validator where there is no ETag', async () => {
    const server = await start({ validator: 'date' })
    const outcome = await range(httpHost(server.url, {}), 0, 10)
    assert.equal(outcome.etag, 'Fri, 01 Mar 2024 10:00:00 GMT')
})

test('without a validator there is a warning', async () => {
    const server = await start({ validator: 'none' })
    const host = httpHost(server.url, {})
    const outcome = await range(host, 0, 10)
    assert.equal(outcome.etag, undefined)
    assert.equal(host.warnings[0].code, 'no_validator')
})

test('at most six requests are under way', async () => {
    const server = await start({ delayMs: 30 })
    const host = httpHost(server.url, {})
    const all = Array.from({ length: 20 }, (_, index) => range(host, index * 1000, 1000))
    for (const outcome of await Promise.all(all)) assert.equal(outcome.failure, undefined)
    assert.ok(server.state.most >= 2 && server.state.most <= 6, `${server.state.most} at a time`)
})

test('headers, credentials and the cache mode reach fetch', async () => {
    const server = await start({})
    let seen
    const spy = (url, init) => {
        seen = init
        return fetch(url, init)
    }
    const options = { fetch: spy, headers: { 'X-Key': 'k' }, credentials: 'include' }
    await range(httpHost(server.url, options), 0, 10)
    assert.equal(seen.cache, 'no-store')
    assert.equal(seen.credentials, 'include')
    assert.equal(seen.headers.get('X-Key'), 'k')
})

test('headers of the caller stay with the origin that was opened; redirects stay', async () => {
    const data = await start({})
    const seen = []
    let isExpired = false
    const opened = await serve({
        behave(request, response) {
            seen.push(request.headers['x-key'])
            response.writeHead(302, { Location: `${data.url}${isExpired ? '?new' : ''}` }).end()
            return true
        },
    })
    servers.push(opened)
    const host = httpHost(`${opened.origin}/x`, { headers: { 'X-Key': 'k' } })
    assertBytes(await range(host, 0, 10), 0, 10)
    assertBytes(await range(host, 10, 10), 10, 10)
    assert.deepEqual(seen, ['k'])
    assert.deepEqual(data.state.keys, [undefined, undefined])
    isExpired = true
    data.state.fails.push(403)
    assertBytes(await range(host, 20, 10), 20, 10)
    assert.deepEqual(seen, ['k', 'k'])
    assert.equal(data.log.at(-1).url, '/data.parquet?new')
    assert.equal(host.retried, 0)
})

for (const status of [401, 403, 404, 410]) {
    test(`a redirect to what answers ${status} is followed once`, async () => {
        const data = await start({ fails: new Array(100).fill(status) })
        const opened = await serve({
            behave: (_, response) => Boolean(response.writeHead(302, { Location: data.url }).end()),
        })
        servers.push(opened)
        const outcome = await range(httpHost(`${opened.origin}/x`, {}), 0, 10)
        assert.equal(outcome.httpStatus, status)
        assert.deepEqual([opened.log.length, data.log.length], [1, 1])
    })
}

for (const [location, words] of [
    ['file:///etc/hostname', /redirects to what is not http or https/],
    [undefined, /answered 302 and no place to go on to/],
    ['/again', /redirects without end/],
]) {
    test(`a redirect to ${location} is refused`, async () => {
        const headers = location === undefined ? {} : { Location: location }
        const server = await serve({
            behave: (request, response) => Boolean(response.writeHead(302, headers).end()),
        })
        servers.push(server)
        const outcome = await range(httpHost(`${server.origin}/x`, {}), 0, 10)
        assert.match(outcome.failure, words)
        assert.ok(server.log.length <= 11)
    })
}

for (const [told, length] of [
    ['bytes 0-9/99999999999999999999', '10'],
    ['bytes 9-0/10', '10'],
    ['bytes 0-10/10', '10'],
    ['bytes 0-9/-1', '10'],
    ['bytes 0-99999999999999999999/*', '10'],
    ['', '99999999999999999999'],
    ['', '1e3'],
]) {
    test(`headers that cannot be are as if they were not there: ${told} ${length}`, async () => {
        const headers = { 'Content-Range': told, ETag: '"x"' }
        const answer = { status: 206, headers }
        const own = () => Promise.resolve(new Response(bytes.subarray(0, 10), answer))
        const host = httpHost('http://data.example/x', { fetch: own })
        assertBytes(await range(host, 0, 10), 0, 10)
        assert.equal((await tail(host)).objectBytes ?? null, null)
        const head = () =>
            Promise.resolve(new Response(null, { headers: { 'Content-Length': length } }))
        const outcome = await stat(httpHost('http://data.example/x', { fetch: head }))
        assert.ok(outcome.objectBytes === 10 || outcome.objectBytes === 0)
    })
}

test('headers of an operation are sent', async () => {
    const server = await start({})
    const op = { offset: 0, length: 10, headers: 'X-Key: op\nX-Other: b\n' }
    await run(httpHost(server.url, { headers: { 'X-Key': 'k' } }), op)
    assert.deepEqual(server.state.keys, ['op'])
})

test('a Retry-After that asks for an hour is not waited for, a date is', async () => {
    const server = await start({ fails: [429], retryAfter: 3600 })
    const outcome = await range(httpHost(server.url, {}), 0, 10)
    assert.match(outcome.failure, /fewer requests \(HTTP 429\) and asks to wait 3600 s/)
    const date = new Date(Date.now() + 2000).toUTCString()
    const dated = await start({ fails: [503], retryAfter: date })
    const began = performance.now()
    assertBytes(await range(httpHost(dated.url, {}), 0, 10), 0, 10)
    assert.ok(performance.now() - began >= 900)
})

for (const status of [408, 502, 504]) {
    test(`${status} is tried again`, async () => {
        const server = await start({ fails: [status] })
        assertBytes(await range(httpHost(server.url, {}), 0, 10), 0, 10)
        assert.equal(server.log.length, 2)
    })
}

test('ETags that are weak at times are one validator', async () => {
    const server = await start({ validator: 'weak' })
    const host = httpHost(server.url, {})
    const [one, other] = [await range(host, 0, 10), await range(host, 0, 10)]
    assert.equal(one.etag, other.etag)
    assert.match(one.etag, /^"/)
})

test('a size given that is not the file\'s is told', async () => {
    const server = await start({})
    const host = httpHost(server.url, { sizeBytes: 300010 })
    assert.equal((await range(host, 200000, 10)).code, 'argument')
    assert.match((await range(host, 0, 10)).failure, /sizeBytes is 300010, but the file has 300000/)
})

test('a size given that is not that of a file read as a whole is told', async () => {
    const server = await start({ ranges: 'ignored' })
    const outcome = await range(httpHost(server.url, { sizeBytes: 299990 }), 0, 10)
    assert.equal(outcome.code, 'argument')
    assert.match(outcome.failure, /sizeBytes is 299990, but the file has 300000 bytes/)
})

test('elsewhere, where Content-Range may not be read, compressed ranges are noticed', async () => {
    elsewhere()
    const server = await start({ gzip: 'hidden' })
    const outcome = await range(httpHost(server.url, {}), 0, 1000)
    assert.match(outcome.failure, /compresses ranges/)
})

test('a server that refuses every range is read as a whole', async () => {
    const server = await start({ ranges: 'refused' })
    const host = httpHost(server.url, {})
    assertBytes(await tail(host), 300000 - 65536, 65536)
    assertBytes(await range(host, 10, 10), 10, 10)
    assert.deepEqual(asked(server), [
        'GET bytes=-65536',
        'HEAD bytes=0-',
        'GET bytes=234464-299999',
        'GET null',
    ])
    assert.equal(host.warnings[0].code, 'no_ranges')
})

const SECRET = /hunter2|bob|SECRET/

for (const [source, code, path] of [
    ['http://bob:hunter2@data.example/x', 'argument', 'http://data.example/x'],
    ['http:\\\\bob:hunter2@data.example/x', 'argument', 'http://data.example/x'],
    ['http://bob:hunter2@data.exa mple/x', 'argument', 'data.exa mple/x'],
    ['bob:hunter2@host/x', 'argument', 'host/x'],
    ['//host/x?sig=SECRET', 'argument', '//host/x?…'],
    ['x.parquet#SECRET', 'argument', 'x.parquet?…'],
    ['C:\\data\\x.parquet', 'argument', 'C:\\data\\x.parquet'],
    ['s3://b/k?SECRET', 'unsupported', 's3://b/k?…'],
    ['ftp://bob:hunter2@host/x', 'unsupported', 'ftp://host/x'],
    [new URL('file:///data/x.parquet'), 'unsupported', 'file:///data/x.parquet'],
]) {
    test(`${source} is refused at once, and tells no secret`, () => {
        assert.throws(
            () => httpHost(source, {}),
            (error) => {
                assert.equal(error.code, code)
                assert.equal(error.path, path)
                assert.doesNotMatch(error.message, SECRET)
                if (code === 'unsupported') assert.match(error.message, /not supported/)
                return true
            },
        )
    })
}

test('what is secret in a URL is not shown', async () => {
    const host = httpHost('http://data.example/x?code=SECRET1&a=1#SECRET2', {})
    assert.equal(host.path, 'http://data.example/x?…')
    const failing = {
        retries: 0,
        fetch: () => Promise.reject(new Error('cannot reach http://bob:hunter2@h/x?SECRET.')),
    }
    const outcome = await range(httpHost('http://data.example/x?SECRET', failing), 0, 10)
    assert.match(outcome.failure, /cannot reach http:\/\/h\/x\?…/)
    assert.doesNotMatch(outcome.failure, SECRET)
})

test('a function that gives what cannot be opened fails at once', async () => {
    const outcome = await range(httpHost(() => 's3://b/k', {}), 0, 10)
    assert.equal(outcome.code, 'unsupported')
    assert.match(outcome.failure, /^s3: URLs are not supported yet/)
})

test('an operation that is not wanted any more ends its request', async () => {
    const server = await start({ delayMs: 3000 })
    const host = httpHost(server.url, {})
    const controller = new AbortController()
    const { path } = host
    const { signal } = controller
    const op = { kind: abi.ALI_OP_READ, path, offset: 0, length: 10, moved: 0, signal }
    const ended = new Promise((resolve) => (op.end = resolve))
    host.carry(op)
    setTimeout(() => {
        op.isEnded = true
        controller.abort()
    }, 20)
    const began = performance.now()
    await ended
    assert.ok(performance.now() - began < 1500)
    assert.equal(host.requests[0].status, 0)
})
