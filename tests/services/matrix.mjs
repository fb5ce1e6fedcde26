// The matrix of remote files: a server that plays every cell, and what is expected of each.
// Three drivers use it: tests/web/matrix.test.mjs (Node and Chromium) and
// tests/services/matrix_command.mjs.
//
// A cell is one word for each dimension, joined by "-", and the folder of a path:
// /cells/cross-403-206-none-gzip-cut/table.parquet. What a cell was asked is kept: `seen(cell)`.
import { gzipSync } from 'node:zlib'

import { rangeOf, sendBytes, serve } from '../../examples/serve.mjs'
import { parquet } from '../cli/parquet.mjs'

export const DIMENSIONS = {
    origin: ['same', 'cross'],
    head: ['200', '403', '405', 'nolength'],
    ranges: ['206', '200', '416'],
    expose: ['all', 'none'],
    coding: ['identity', 'gzip'],
    trouble: ['stable', 'changed', 'shorter', 'cut', '404', '401', '429', '503'],
}

/** A file whose footer is longer than the tail that is read first. */
export const WIDE = parquet(
    Array.from({ length: 1500 }, (_, index) => ({
        name: `column ${index}`,
        type: 'int32',
        values: [index],
    })),
)

/** All cells: every combination. */
export function cells() {
    let all = ['']
    for (const words of Object.values(DIMENSIONS))
        all = all.flatMap((begun) => words.map((word) => (begun ? `${begun}-${word}` : word)))
    return all
}

export function parseCell(cell) {
    const words = cell.split('-')
    return Object.fromEntries(Object.keys(DIMENSIONS).map((name, index) => [name, words[index]]))
}

// --- the file ------------------------------------------------------------------------------------

// Columns of 96,000 bytes: those that are read, a and c, lie further apart than what is joined.
const ROWS = 12000
const columns = ['a', 'b', 'c', 'd'].map((name, index) => ({
    name,
    type: 'int64',
    values: Array.from({ length: ROWS }, (_, row) => row * (index + 1)),
}))
export const TABLE = parquet(columns)
const OTHER = parquet(columns.map((column) => ({ ...column, values: column.values.map(() => 7) })))
export const WANTED = ['a', 'c']
/** What comes of reading them: the rows, and the sum of both columns. */
export const FACTS = { rows: ROWS, sum: 4 * ((ROWS * (ROWS - 1)) / 2) }
export const TAIL_BYTES = 65536
const RUNS = WANTED.length
const PAGE_HEADER_BYTES = (TABLE.length - footerBytes(TABLE) - 4) / 4 - ROWS * 8
const RUN_BYTES = ROWS * 8 + PAGE_HEADER_BYTES

function footerBytes(file) {
    return file.readUInt32LE(file.length - 8) + 8
}

// --- what is expected ----------------------------------------------------------------------------

/**
 * What a cell must give: `outcome`, `requests` (`requestsMost` where reads that are under way when
 * one fails may or may not have been sent), `bytes` of bodies that are used, `retries`,
 * `isWhole`: whether the file came as a whole.
 *   isElsewhere  the driver knows origins, and the cell is on another one
 *   takesGzip    the driver lets whole bodies be compressed
 *   losesCut     the driver may lose bytes of a body that is cut
 */
export function expected(cell, { isElsewhere, takesGzip }) {
    const { head, ranges, coding, trouble } = parseCell(cell)
    if (trouble === '404') return { outcome: 'not_found', requests: 1, retries: 0 }
    if (trouble === '401') return { outcome: 'host', requests: 1, retries: 0 }
    const isHeadGood = head === '200'
    const isSizeHidden = isElsewhere && !isHeadGood && coding === 'gzip' && takesGzip
    const isWhole = ranges !== '206' || isSizeHidden
    let requests = isElsewhere ? (isHeadGood ? 1 : 2) : 0 // for the size
    if (!isSizeHidden) {
        requests += 1 // the tail
        if (ranges === '416') requests += isElsewhere ? 1 : 2 // by its place; the whole
    }
    if (!isWhole && trouble === 'changed')
        return {
            outcome: 'changed',
            requests: requests + 1,
            requestsMost: requests + RUNS,
            retries: 0,
        }
    const retries = retriesOf(trouble, isWhole)
    return {
        outcome: 'ok',
        requests: requests + (isWhole ? 0 : RUNS) + retries,
        bytes: isWhole ? TABLE.length : TAIL_BYTES + RUNS * RUN_BYTES,
        retries,
        isWhole,
    }
}

// A cut body costs one request more. Whole bodies are cut once; of ranges, the tail and one more.
function retriesOf(trouble, isWhole) {
    const isCut = trouble === 'cut' || trouble === 'shorter'
    if (isCut) return isWhole ? 1 : 2
    return { 429: 1, 503: 2 }[trouble] ?? 0
}

/** What is wrong with what a driver found: { outcome, rows, sum, bytes?, warnings } of a cell. */
export function problemsOf(cell, driver, found, seen) {
    const wanted = expected(cell, driver)
    const problems = []
    const expect = (what, is, should) => {
        if (is !== should) problems.push(`${what} is ${is}, expected ${should}`)
    }
    expect('outcome', found.outcome, wanted.outcome)
    const { requestsMost = wanted.requests } = wanted
    if (seen.length < wanted.requests || seen.length > requestsMost)
        problems.push(`${seen.length} requests, expected ${wanted.requests}`)
    if (seen.some(({ method }) => method === 'OPTIONS')) problems.push('there was a preflight')
    if (wanted.outcome === 'ok') {
        expect('rows', found.rows, FACTS.rows)
        expect('sum', found.sum, FACTS.sum)
        expect('whole', found.isWhole, wanted.isWhole)
    } else if (!SENTENCES[parseCell(cell).trouble].test(found.message)) {
        problems.push(`the sentence is "${found.message}"`)
    }
    if (wanted.outcome === 'ok' && !wanted.isWhole) problems.push(...resumed(seen, driver))
    if (wanted.isWhole === false && parseCell(cell).trouble !== 'cut')
        expect('bytes sent', sum(seen), wanted.bytes)
    if (found.bytes !== undefined && wanted.bytes !== undefined && !wanted.isWhole)
        expect('bytes taken', found.bytes, wanted.bytes)
    return problems
}

const SENTENCES = {
    404: /HTTP 404/,
    401: /401/,
    changed: /changed while it was read/,
}

const sum = (seen) => seen.reduce((total, { used }) => total + (used ?? 0), 0)

// Of a body that was cut the rest was asked for, from the byte reached on. A browser that learns of
// the cut may drop what it has not yet handed to the page (`losesCut`).
function resumed(seen, { losesCut }) {
    const cut = seen.filter(({ sent }) => sent !== undefined)
    return cut
        .filter((entry) => {
            const { first, last, sent } = entry
            const least = losesCut ? first : first + 1
            const isRest = (other) => other !== entry && other.last === last && other.first >= least
            const rest = seen.find(isRest)
            return rest === undefined || rest.first > first + sent
        })
        .map(({ range }) => `the rest of ${range} was not asked for`)
}

// --- the server ----------------------------------------------------------------------------------

const EXPOSED = 'Content-Range, ETag, Content-Encoding, Accept-Ranges, Retry-After'
const CORS = { 'Access-Control-Allow-Origin': '*' }

/**
 * Starts two servers, so that there are two origins; both serve the project's folder too. Resolves
 * to { origins, url(cell), seen(cell), wide(origin), seenWide(), close() }: wide() is the URL of
 * the file with the long footer, seenWide() what it was asked for since the last call.
 */
export async function startMatrix() {
    const states = new Map()
    const behave = (request, response) => {
        const [, folder, cell] = new URL(request.url, 'http://x').pathname.split('/')
        if (folder === 'wide') return Boolean(sendBytes(request, response, WIDE, CORS))
        if (folder !== 'cells') return false
        if (!states.has(cell)) states.set(cell, { asked: [], ranged: 0, wholes: 0, isNew: false })
        play(parseCell(cell), states.get(cell), request, response)
        return true
    }
    const servers = [await serve({ behave }), await serve({ behave })]
    const origins = servers.map((server) => server.origin)
    return {
        origins,
        url: (cell) => `${origins[cell.startsWith('same') ? 0 : 1]}/cells/${cell}/table.parquet`,
        wide: (origin) => `${origins[origin === 'same' ? 0 : 1]}/wide/${Math.random()}.parquet`,
        seenWide: () => servers.flatMap(({ log }) => wideOf(log.splice(0))),
        seen: (cell) => states.get(cell)?.asked ?? [],
        close: () => Promise.all(servers.map((server) => server.close())),
    }
}

const wideOf = (log) =>
    log
        .filter(({ url }) => url.startsWith('/wide/'))
        .map(({ method, range }) => `${method} ${range}`)

/** What the file with the long footer must be asked for. */
export function wideRequests(isElsewhere) {
    const size = WIDE.length
    const footer = size - footerBytes(WIDE)
    const tail = size - TAIL_BYTES
    return isElsewhere
        ? ['HEAD bytes=0-', `GET bytes=${tail}-${size - 1}`, `GET bytes=${footer}-${tail - 1}`]
        : [`GET bytes=-${TAIL_BYTES}`, `GET bytes=${footer}-${tail - 1}`]
}

function play(how, state, request, response) {
    const entry = { method: request.method, range: request.headers.range ?? null }
    state.asked.push(entry)
    const headers = { ...CORS, Vary: 'Accept-Encoding', 'Accept-Ranges': 'bytes' }
    if (how.expose === 'all') headers['Access-Control-Expose-Headers'] = EXPOSED
    const status = failureOf(how, state)
    if (status !== 0) {
        if (status === 429) headers['Retry-After'] = '1'
        response.writeHead(status, headers).end()
        return
    }
    headers.ETag = state.isNew ? '"second"' : '"first"'
    headers['Last-Modified'] = `Fri, 0${state.isNew ? 2 : 1} Mar 2024 10:00:00 GMT`
    headers['Content-Type'] = 'application/octet-stream'
    if (request.method === 'OPTIONS') response.writeHead(403, CORS).end()
    else if (request.method === 'HEAD') playHead(how, request, response, headers)
    else playGet(how, state, entry, request, response, headers)
}

function failureOf({ trouble }, { asked }) {
    if (trouble === '404' || trouble === '401') return Number(trouble)
    if (trouble === '429' && asked.length === 1) return 429
    return trouble === '503' && asked.length <= 2 ? 503 : 0
}

const compresses = ({ coding }, request) =>
    coding === 'gzip' && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')

// As servers do that compress on the fly: no length, and a weak ETag.
function compressed(headers) {
    return { ...headers, ETag: `W/${headers.ETag}`, 'Content-Encoding': 'gzip' }
}

function playHead(how, request, response, headers) {
    if (how.head === '403' || how.head === '405') response.writeHead(Number(how.head), headers)
    else if (compresses(how, request)) response.writeHead(200, compressed(headers))
    else if (how.head === 'nolength') response.writeHead(200, headers)
    else response.writeHead(200, { ...headers, 'Content-Length': TABLE.length })
    response.end()
}

function playGet(how, state, entry, request, response, headers) {
    const content = state.isNew ? OTHER : TABLE
    const range = rangeOf(request.headers.range, content.length)
    if (range && how.ranges === '416') {
        headers['Content-Range'] = `bytes */${content.length}`
        return response.writeHead(416, headers).end()
    }
    if (!range || how.ranges === '200' || compresses(how, request))
        return playWhole(how, state, entry, content, request, response, headers)
    return playRange(how, state, entry, content, range, response, headers)
}

// A GET without Range that follows a HEAD asks for the size, and is ended after its headers, where
// they tell it.
function isForSize(state, request) {
    const before = state.asked.at(-2)
    return request.headers.range === undefined && before?.method === 'HEAD'
}

function playWhole(how, state, entry, content, request, response, headers) {
    const isGzip = compresses(how, request)
    if (isForSize(state, request) && !isGzip) {
        response.writeHead(200, { ...headers, 'Content-Length': content.length })
        return response.end(content)
    }
    state.wholes += 1
    const body = isGzip ? gzipSync(content, { level: 1 }) : content
    if (isGzip) response.writeHead(200, compressed(headers))
    else response.writeHead(200, { ...headers, 'Content-Length': body.length })
    const isCut = how.trouble === 'cut' || how.trouble === 'shorter'
    if (isCut && state.wholes === 1) return cut(response, body.subarray(0, body.length * 0.6))
    entry.used = content.length
    if (how.trouble === 'changed') response.on('finish', () => (state.isNew = true))
    return response.end(body)
}

function cut(response, part) {
    response.write(part, () => setTimeout(() => response.socket?.destroy(), 100))
}

function playRange(how, state, entry, content, { first, last }, response, headers) {
    state.ranged += 1
    const isTrouble = state.ranged === 1 || state.ranged === 3
    const part = Math.floor((last - first) * 0.6)
    const isShorter = how.trouble === 'shorter' && isTrouble
    const end = isShorter ? first + part - 1 : last
    const body = content.subarray(first, end + 1)
    const isEnd = last === content.length - 1
    Object.assign(entry, { first, last, used: body.length })
    headers['Content-Range'] = `bytes ${first}-${end}/${content.length}`
    response.writeHead(206, { ...headers, 'Content-Length': body.length })
    if (isShorter) entry.sent = part
    if (how.trouble === 'changed' && isEnd) response.on('finish', () => (state.isNew = true))
    if (how.trouble !== 'cut' || !isTrouble) return response.end(body)
    entry.sent = part
    return cut(response, body.subarray(0, part))
}
