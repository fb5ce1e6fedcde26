// serve.mjs: a small static server with byte ranges, for the examples and their tests.
//
//   node examples/serve.mjs [folder] [port]
//
// Serves a folder, the project's without one, until it is stopped.
//
// Single ranges of RFC 9110, section 14, suffix ranges among them; a strong ETag; HEAD. Left out:
// multipart ranges, If-Range, compression.
import crypto from 'node:crypto'
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const TYPES = {
    '.html': 'text/html; charset=utf-8',
    '.css': 'text/css; charset=utf-8',
    '.js': 'text/javascript; charset=utf-8',
    '.mjs': 'text/javascript; charset=utf-8',
    '.wasm': 'application/wasm',
    '.png': 'image/png',
}

/**
 * The first and last byte of a Range header's range; null if there is no such header, false if it
 * cannot be satisfied.
 */
export function rangeOf(header, size) {
    const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
    if (match === null || (match[1] === '' && match[2] === '')) return null
    const isSuffix = match[1] === ''
    const first = isSuffix ? Math.max(0, size - Number(match[2])) : Number(match[1])
    const last = isSuffix || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1)
    return first <= last ? { first, last } : false
}

function fileOf(root, url) {
    const name = decodeURIComponent(new URL(url, 'http://localhost').pathname)
    const file = path.resolve(root, `.${name.endsWith('/') ? `${name}index.html` : name}`)
    const isInside = file.startsWith(root + path.sep)
    return isInside && fs.statSync(file, { throwIfNoEntry: false })?.isFile() ? file : null
}

/** Answers a request with bytes, or a range of them. */
export function sendBytes(request, response, bytes, headers = {}) {
    const etag = `"${crypto.createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`
    const all = { 'Accept-Ranges': 'bytes', ETag: etag, 'Cache-Control': 'no-cache', ...headers }
    const range = rangeOf(request.headers.range, bytes.length)
    if (range === false) {
        response.writeHead(416, { ...all, 'Content-Range': `bytes */${bytes.length}` })
        return response.end()
    }
    const body = range === null ? bytes : bytes.subarray(range.first, range.last + 1)
    if (range !== null) all['Content-Range'] = `bytes ${range.first}-${range.last}/${bytes.length}`
    response.writeHead(range === null ? 200 : 206, { ...all, 'Content-Length': body.length })
    return response.end(request.method === 'HEAD' ? undefined : body)
}

/**
 * Starts a server. `behave(request, response)` may answer a request itself and return true;
 * `headers` are sent with every answer; `log` collects {method, url, range}. Resolves to {origin,
 * log, close()}.
 */
export function serve({
    root = fileURLToPath(new URL('../', import.meta.url)),
    port = 0,
    headers = {},
    behave = () => false,
} = {}) {
    const folder = path.resolve(root)
    const log = []
    const server = http.createServer((request, response) => {
        log.push({ method: request.method, url: request.url, range: request.headers.range ?? null })
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
        if (behave(request, response)) return
        const file =
            request.method === 'GET' || request.method === 'HEAD'
                ? fileOf(folder, request.url)
                : null
        if (file === null) {
            response.writeHead(404, { 'Content-Type': 'text/plain' })
            response.end('not found\n')
            return
        }
        const type = TYPES[path.extname(file)] ?? 'application/octet-stream'
        sendBytes(request, response, fs.readFileSync(file), { 'Content-Type': type })
    })
    return new Promise((resolve, reject) => {
        server.on('error', reject)
        server.listen(port, '127.0.0.1', () => {
            resolve({
                origin: `http://127.0.0.1:${server.address().port}`,
                log,
                close: () =>
                    new Promise((done) => {
                        server.closeAllConnections()
                        server.close(done)
                    }),
            })
        })
    })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const [root, port] = process.argv.slice(2)
    const server = await serve({ root, port: Number(port ?? 8080) })
    console.log(`${server.origin}/examples/dashboard/`)
}
