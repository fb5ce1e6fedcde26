// serve.mjs: files of some folders over HTTP, for pages whose clocks are to be exact (they are
// cross-origin isolated).
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'

const TYPES = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' }
const HEADERS = { 'cross-origin-opener-policy': 'same-origin', 'cache-control': 'no-store',
    'cross-origin-embedder-policy': 'require-corp', 'cross-origin-resource-policy': 'cross-origin' }

/** @param {{ [name: string]: string }} roots folders by the first part of a path */
export function serve(roots) {
    const server = http.createServer((request, response) => {
        const { pathname } = new URL(request.url, 'http://localhost')
        const [, first, ...rest] = pathname.split('/')
        if (first === '') {
            response.writeHead(200, { ...HEADERS, 'content-type': 'text/html' })
            response.end('<!doctype html><title>bench</title>')
            return
        }
        const file = path.join(roots[first] ?? '', ...rest)
        if (!roots[first] || !fs.existsSync(file) || !fs.statSync(file).isFile()) {
            response.writeHead(404, HEADERS)
            response.end()
            return
        }
        response.writeHead(200, { ...HEADERS, 'content-length': fs.statSync(file).size,
            'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream' })
        fs.createReadStream(file, { highWaterMark: 1 << 20 }).pipe(response)
    })
    return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}
