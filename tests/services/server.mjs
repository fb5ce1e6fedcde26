// An HTTP server that answers ranges as servers do, well or badly. The first part of a path says
// how: /good/x, /norange/x, /cut/x, ... Each path has a count of its own, so that "the first time"
// is of that path. What was asked is kept: `seen(path)`.
import { createServer } from 'node:http'

// Byte i of the pretended object, as tests/services/ranges.c expects it.
export function pattern(bytes) {
    const data = Buffer.alloc(bytes)
    for (let i = 0; i < bytes; i += 1) data[i] = (i * 7 + Math.floor(i / 251)) & 255
    return data
}

function rangeOf(request, size) {
    const match = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '')
    if (!match) return null
    const [, first, last] = match
    if (first === '')
        return { first: Math.max(0, size - Number(last)), last: size - 1, isSuffix: true }
    return {
        first: Number(first),
        last: last === '' ? size - 1 : Math.min(size - 1, Number(last)),
    }
}

const plain = (status, headers = {}) => ({ status, headers })

// What to answer: { status, headers, first, last (of the content), cutAfter, isChunked, isSilent }.
function whole(data, headers) {
    return { status: 200, headers, first: 0, last: data.length - 1 }
}

function part(request, data, headers) {
    const range = rangeOf(request, data.length)
    if (!range) return whole(data, headers)
    if (range.first > range.last || range.first >= data.length) {
        return { status: 416, headers: { ...headers, 'Content-Range': `bytes */${data.length}` } }
    }
    const contentRange = `bytes ${range.first}-${range.last}/${data.length}`
    return { status: 206, headers: { ...headers, 'Content-Range': contentRange }, ...range }
}

const isSuffix = (request) => (request.headers.range ?? '').startsWith('bytes=-')

// How each mode answers the n-th request (from 1) to a path.
export const modes = {
    good: (request, data, headers) => part(request, data, headers),
    norange: (request, data, headers) => whole(data, headers),
    chunked: (request, data, headers) => ({ ...whole(data, headers), isChunked: true }),
    emptychunked: (request, data) => ({ ...whole(data.subarray(0, 0), {}), isChunked: true }),
    norangecut: (request, data, headers, n) =>
        n === 1
            ? { ...whole(data, headers), cutAfter: Math.floor(data.length * 0.6) }
            : whole(data, headers),
    norangechange: (request, data, headers, n) =>
        n === 1
            ? { ...whole(data, headers), cutAfter: Math.floor(data.length * 0.6) }
            : whole(data, { ...headers, ETag: '"second"' }),
    nosuffix416: (request, data, headers) =>
        isSuffix(request) ? plain(416) : part(request, data, headers),
    nosuffix416size: (request, data, headers) =>
        isSuffix(request)
            ? plain(416, { 'Content-Range': `bytes */${data.length}` })
            : part(request, data, headers),
    nosuffix501: (request, data, headers) =>
        isSuffix(request) ? plain(501) : part(request, data, headers),
    wrongsuffix: (request, data, headers) => {
        if (!isSuffix(request)) return part(request, data, headers)
        request.headers.range = request.headers.range.replace('=-', '=0-')
        return part(request, data, headers)
    },
    headforbidden: (request, data, headers) => {
        if (request.method === 'HEAD') return plain(403)
        return isSuffix(request) ? plain(416) : part(request, data, headers)
    },
    headnolength: (request, data, headers) => {
        if (request.method === 'HEAD') return { status: 200, headers, isChunked: true }
        return isSuffix(request) ? plain(416) : part(request, data, headers)
    },
    change: (request, data, headers, n) =>
        part(request, data, { ...headers, ETag: n === 1 ? '"first"' : '"second"' }),
    changemodified: (request, data, headers, n) =>
        part(request, data, { 'Last-Modified': `Mon, 0${n === 1 ? 1 : 2} Jan 2024 00:00:00 GMT` }),
    novalidator: (request, data) => part(request, data, {}),
    weak: (request, data) => part(request, data, { ETag: 'W/"weak"' }),
    cut: (request, data, headers, n) => {
        const answer = part(request, data, headers)
        return n <= 2
            ? { ...answer, cutAfter: Math.floor((answer.last - answer.first) * 0.6) }
            : answer
    },
    cutalways: (request, data, headers) => ({ ...part(request, data, headers), cutAfter: 0 }),
    cutchange: (request, data, headers, n) => {
        const answer = part(request, data, { ETag: n === 1 ? '"first"' : '"second"' })
        return n === 1
            ? { ...answer, cutAfter: Math.floor((answer.last - answer.first) * 0.6) }
            : answer
    },
    shorter: (request, data, headers) => {
        const answer = part(request, data, headers)
        if (answer.status !== 206) return answer
        const last = Math.min(answer.last, answer.first + 99999)
        const contentRange = `bytes ${answer.first}-${last}/${data.length}`
        return { ...answer, last, headers: { ...answer.headers, 'Content-Range': contentRange } }
    },
    norangeheader: (request, data, headers) => {
        const answer = part(request, data, headers)
        return { ...answer, headers }
    },
    wrongplace: (request, data, headers) => {
        const answer = part(request, data, headers)
        const contentRange = `bytes ${answer.first + 1}-${answer.last}/${data.length}`
        return isSuffix(request)
            ? answer
            : {
                  ...answer,
                  first: answer.first + 1,
                  headers: { ...headers, 'Content-Range': contentRange },
              }
    },
    gzip: (request, data, headers) =>
        part(request, data, { ...headers, 'Content-Encoding': 'gzip' }),
    slow429: (request, data, headers, n) =>
        n === 1 ? plain(429, { 'Retry-After': '1' }) : part(request, data, headers),
    long429: () => plain(429, { 'Retry-After': '3600' }),
    delayed: (request, data, headers) => ({ ...part(request, data, headers), delayMs: 400 }),
    twice503: (request, data, headers, n) => (n <= 2 ? plain(503) : part(request, data, headers)),
    always503: () => plain(503),
    silent: () => ({ isSilent: true }),
    silentonce: (request, data, headers, n) =>
        n === 1 ? { isSilent: true } : part(request, data, headers),
    reset: (request, data, headers, n) =>
        n === 1 ? { isReset: true } : part(request, data, headers),
    empty: (request, data, headers) => part(request, data.subarray(0, 0), headers),
    small: (request, data, headers) => part(request, data.subarray(0, 1000), headers),
    bigerror: () => ({ status: 403, headers: {}, first: 0, last: 999999 }),
    redirect: (request, data, headers, n, other) =>
        plain(302, { Location: `${other}/good/target` }),
    redirectsame: (request) => plain(307, { Location: `/good/${request.url.split('/')[2]}` }),
    noranges416: (request, data, headers) =>
        request.headers.range
            ? plain(416, { ...headers, 'Content-Range': `bytes */${data.length}` })
            : whole(data, headers),
    noranges416bare: (request, data, headers) =>
        request.headers.range ? plain(416) : whole(data, headers),
    weakattimes: (request, data, headers, n) =>
        part(request, data, { ...headers, ETag: n === 2 ? '"one"' : 'W/"one"' }),
    dated503: (request, data, headers, n) =>
        n === 1
            ? plain(503, { 'Retry-After': new Date(Date.now() + 2000).toUTCString() })
            : part(request, data, headers),
    redirectexpiring: (request) =>
        plain(302, { Location: `/expiring/${request.url.split('/')[2].split('?')[0]}` }),
    expiring: (request, data, headers, n) => (n === 3 ? plain(403) : part(request, data, headers)),
    redirectloop: (request) => plain(302, { Location: request.url }),
    redirectfile: () => plain(302, { Location: 'file:///etc/hostname' }),
    redirectnowhere: () => plain(302),
}

const statusOf = (mode) => (/^\d{3}$/.test(mode) ? Number(mode) : 0)

function send(request, response, data, answer, stats) {
    if (answer.isSilent) return
    if (answer.isReset) return void request.socket.resetAndDestroy()
    const body =
        answer.first === undefined ? Buffer.alloc(0) : data.subarray(answer.first, answer.last + 1)
    const headers = { ...answer.headers }
    if (!answer.isChunked) headers['Content-Length'] = body.length
    response.writeHead(answer.status, headers)
    if (request.method === 'HEAD') return void response.end()
    const kept = answer.cutAfter === undefined ? body : body.subarray(0, answer.cutAfter)
    stats.bytes += kept.length
    if (answer.cutAfter === undefined) return void response.end(kept)
    response.write(kept.length > 0 ? kept : '', () =>
        setTimeout(() => request.socket.destroy(), 20),
    )
    if (kept.length === 0) response.flushHeaders()
}

// Starts two servers, so that there are two origins. `objects` gives contents by the path's last
// part.
export async function start(objects) {
    const log = []
    const counts = new Map()
    const origins = []
    const stats = { bytes: 0 }
    const handle = (index) => (request, response) => {
        const path = request.url.split('?')[0]
        const [, mode, name] = path.split('/')
        const key = `${index}${path}`
        counts.set(key, (counts.get(key) ?? 0) + 1)
        log.push({
            index,
            path,
            method: request.method,
            range: request.headers.range ?? '',
            headers: request.headers,
        })
        const data = objects[name] ?? objects.object
        const standard = { ETag: '"one"', 'Accept-Ranges': 'bytes' }
        const answer = statusOf(mode)
            ? plain(statusOf(mode))
            : modes[mode]
              ? modes[mode](request, data, standard, counts.get(key), origins[1])
              : plain(404)
        together.now += 1
        together.most = Math.max(together.most, together.now)
        setTimeout(() => {
            together.now -= 1
            send(request, response, data, answer, stats)
        }, answer.delayMs ?? 0)
    }
    const together = { now: 0, most: 0, connections: 0 }
    const servers = [0, 1].map((index) => createServer(handle(index)))
    for (const server of servers) {
        server.on('connection', () => (together.connections += 1))
        await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
        origins.push(`http://127.0.0.1:${server.address().port}`)
    }
    return {
        origins,
        stats,
        together,
        seen: (path) => log.filter((entry) => entry.path === path),
        forget: () => {
            log.length = 0
            counts.clear()
            stats.bytes = 0
        },
        stop: () => {
            for (const server of servers) {
                server.closeAllConnections()
                server.close()
            }
        },
    }
}
