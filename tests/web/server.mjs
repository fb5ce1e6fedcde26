// server.mjs: a range server that lacks what it is told to lack, for the matrix of remote files.
import crypto from 'node:crypto'
import zlib from 'node:zlib'

import { rangeOf, serve } from '../../examples/serve.mjs'

/**
 * What a server does; everything is well without options.
 *   head      status of HEAD; 'silent' leaves Content-Length out
 *   ranges    'ignored' answers 200, 'nosuffix' answers suffix ranges with 416, 'misread'
 *             takes bytes=-n for bytes=0-n, 'wrong' sends other bytes than any that are asked for,
 *             'refused' answers every range with a bare 416
 *   expose    'none' exposes no header to other origins
 *   validator 'none' sends neither ETag nor Last-Modified, 'date' only Last-Modified, 'weak' makes
 *             every other ETag a weak one
 *   changes   the ETag changes after so many requests
 *   fails     statuses of the first answers, one after the other; 0 breaks the connection
 *   cuts      the first body ends after so many bytes
 *   gzip      'ranges' compresses them, 'hidden' so that Content-Range is not sent
 *   retryAfter seconds
 *   cors      false sends no Access-Control-Allow-Origin
 *   delayMs   before each answer
 */
export function dataServer(bytes, options = {}) {
    const state = {
        answered: 0,
        cut: false,
        keys: [],
        fails: [...(options.fails ?? [])],
        running: 0,
        most: 0,
    }
    const behave = (request, response) => {
        if (!request.url.startsWith('/data')) return false
        state.running += 1
        state.keys.push(request.headers['x-key'])
        state.most = Math.max(state.most, state.running)
        response.on('close', () => (state.running -= 1))
        setTimeout(() => answer(bytes, options, state, request, response), options.delayMs ?? 0)
        return true
    }
    const cors = options.cors === false ? {} : { 'Access-Control-Allow-Origin': '*' }
    const exposed =
        options.expose === 'none'
            ? {}
            : { 'Access-Control-Expose-Headers': 'Content-Range, ETag, Content-Encoding' }
    return serve({ headers: { ...cors, ...exposed }, behave }).then((server) =>
        Object.assign(server, { state, url: `${server.origin}/data.parquet` }),
    )
}

function validators(bytes, options, state) {
    if (options.validator === 'none') return {}
    const date = { 'Last-Modified': 'Fri, 01 Mar 2024 10:00:00 GMT' }
    if (options.validator === 'date') return date
    const isNew = options.changes !== undefined && state.answered > options.changes
    const hash = crypto.createHash('sha256').update(bytes).digest('hex').slice(0, 16)
    const mark = options.validator === 'weak' && state.answered % 2 === 1 ? 'W/' : ''
    return { ETag: `${mark}"${hash}${isNew ? '-new' : ''}"`, ...date }
}

function answer(bytes, options, state, request, response) {
    state.answered += 1
    const failure = state.fails.shift()
    if (failure === 0) return request.socket.destroy()
    const headers = { 'Content-Type': 'application/octet-stream' }
    if (failure !== undefined) {
        if (options.retryAfter !== undefined) headers['Retry-After'] = options.retryAfter
        response.writeHead(failure, headers)
        return response.end('failed')
    }
    Object.assign(headers, validators(bytes, options, state))
    if (request.method === 'OPTIONS') return response.writeHead(405).end()
    if (request.method === 'HEAD') return answerHead(bytes, options, response, headers)
    return answerGet(bytes, options, state, request, response, headers)
}

function answerHead(bytes, options, response, headers) {
    const { head = 200 } = options
    if (typeof head === 'number' && head !== 200) return response.writeHead(head, headers).end()
    if (head !== 'silent') headers['Content-Length'] = bytes.length
    return response.writeHead(200, headers).end()
}

function answerGet(bytes, options, state, request, response, headers) {
    const isSuffix = /^bytes=-/.test(request.headers.range ?? '')
    const asked = request.headers.range
    const header = options.ranges === 'misread' ? asked?.replace('=-', '=0-') : asked
    const range = options.ranges === 'ignored' ? null : rangeOf(header, bytes.length)
    if (range && options.ranges === 'wrong') range.first += 1
    if (range && options.ranges === 'refused') return response.writeHead(416, headers).end()
    if (range === false || (isSuffix && options.ranges === 'nosuffix')) {
        headers['Content-Range'] = `bytes */${bytes.length}`
        return response.writeHead(416, headers).end()
    }
    let body = range === null ? bytes : bytes.subarray(range.first, range.last + 1)
    if (range !== null) {
        headers['Content-Range'] = `bytes ${range.first}-${range.last}/${bytes.length}`
        if (options.gzip === 'ranges') headers['Content-Encoding'] = 'gzip'
        if (options.gzip !== undefined) body = zlib.gzipSync(body)
        if (options.gzip === 'hidden') delete headers['Content-Range']
    }
    response.writeHead(range === null ? 200 : 206, { ...headers, 'Content-Length': body.length })
    if (options.cuts !== undefined && !state.cut) {
        state.cut = true
        response.write(body.subarray(0, options.cuts))
        return setTimeout(() => request.socket.destroy(), 20)
    }
    return response.end(body)
}
