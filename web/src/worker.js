// worker.js: the module of the worker that alimentar/worker starts, in browsers and in Node.
import { serve } from './server.js'

/** @typedef {{ postMessage(message: unknown, transfer: Transferable[]): void,
 *   addEventListener(name: string, take: (event: { data: unknown }) => void): void,
 *   start?(): void }} Port */

const threads = /** @type {any} */ (globalThis).process?.getBuiltinModule?.('node:worker_threads')
/** @type {Port} */
const port = threads?.parentPort ?? /** @type {any} */ (globalThis)

const peer = serve({ post: (message, transfer) => port.postMessage(message, transfer) })
port.addEventListener('message', ({ data }) => peer.take(data))
port.start?.()
peer.tell('ready', [])
