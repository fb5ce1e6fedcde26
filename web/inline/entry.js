// entry.js: alimentar/inline: the package's names in one module that holds the wasm and the source
// of its worker.
//
// The worker is made of a blob: URL, in Node of a text. Where that is not allowed, by a policy for
// example, the same messages go to this thread, and a warning of each data set says so.
import { Client } from '../src/client.js'
import { AlimentarError } from '../src/errors.js'
import { postLate } from '../src/peer.js'
import { sameThread } from '../src/same_thread.js'
import { nodeWorker, webWorker } from '../src/start.js'
import * as packed from './packed.js'

export { AlimentarError } from '../src/errors.js'

/** @typedef {import('../src/client.js').Start} Start */
/** @typedef {import('../src/peer.js').Wire} Wire */

const client = new Client(start)
/** @type {Promise<string> | undefined} */
let unpacked
let isGiven = false

/** @type {typeof import('../src/types.d.ts').init} */
export async function init(options) {
    isGiven ||= options?.wasm !== undefined
    await unpack()
    await client.init(options)
}

/** @type {typeof import('../src/types.d.ts').open} */
export async function open(source, options) {
    await unpack()
    return /** @type {any} */ (client.open(source, options))
}

/** @returns {Promise<string>} the worker's source; the wasm goes to the client */
function unpack() {
    unpacked ??= unpackAll()
    return unpacked
}

async function unpackAll() {
    const bytes = isGiven ? undefined : new Uint8Array(await inflated(packed.wasm))
    const source = new TextDecoder().decode(await inflated(packed.worker))
    if (bytes !== undefined) client.modules[0] ??= { kind: 'bytes', bytes }
    return source
}

/** @param {string} text @returns {Promise<ArrayBuffer>} */
function inflated(text) {
    if (typeof DecompressionStream === 'undefined')
        throw new AlimentarError(
            'unsupported',
            'this engine does not have DecompressionStream, which alimentar/inline needs ' +
                '(Chrome 80, Firefox 113, Safari 16.4, Node 18 and later have it)',
        )
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
    return new Response(stream).arrayBuffer()
}

/** @type {Start} */
function start(take, fail) {
    /** @type {[unknown, Transferable[]][]} */
    const waiting = []
    /** @type {Wire | undefined} */
    let ready
    let isBusy = false
    const go = (/** @type {Wire} */ wire) => {
        ready = wire
        for (const [message, transfer] of waiting) postLate(wire, message, transfer, take)
        wire.busy?.(isBusy)
    }
    const fallBack = (/** @type {unknown} */ error) => {
        client.warning = noWorker(error)
        go(sameThread(take, fail))
    }
    void unpack().then((source) => attempt(source, take, fail, go, fallBack), fail)
    return {
        post(message, transfer) {
            if (ready === undefined) waiting.push([message, transfer])
            else ready.post(message, transfer)
        },
        busy(now) {
            isBusy = now
            ready?.busy?.(now)
        },
    }
}

/**
 * Starts a worker, and waits for its first message, or its failure.
 * @param {string} source
 * @param {(message: unknown) => void} take
 * @param {(error: unknown) => void} fail
 * @param {(wire: Wire) => void} go
 * @param {(error: unknown) => void} fallBack
 */
function attempt(source, take, fail, go, fallBack) {
    let isStarted = false
    /** @type {Wire | undefined} */
    let wire
    /** @param {unknown} message */
    const first = (message) => {
        const isFirst = !isStarted
        isStarted = true
        if (isFirst && wire !== undefined) go(wire)
        take(message)
    }
    /** @param {unknown} error */
    const failed = (error) => {
        if (isStarted) return fail(error)
        isStarted = true
        fallBack(error)
    }
    try {
        wire = starter(source)(first, failed)
        wire.busy?.(true)
    } catch (error) {
        failed(error)
    }
}

/** @param {string} source @returns {Start} */
function starter(source) {
    const head = `const assetBase = ${JSON.stringify(packed.base)};\n`
    if (typeof Worker !== 'undefined')
        return webWorker(() => {
            const blob = new Blob([head, source], { type: 'text/javascript' })
            const url = URL.createObjectURL(blob)
            const worker = new Worker(url)
            worker.addEventListener('message', () => URL.revokeObjectURL(url), { once: true })
            return worker
        })
    const node = /** @type {any} */ (globalThis).process
    const threads = node?.getBuiltinModule?.('node:worker_threads')
    if (threads === undefined) throw new Error('there are no workers here')
    return nodeWorker(() => new threads.Worker(head + source, { eval: true, execArgv: [] }))
}

/** @param {unknown} error @returns {import('../src/types.d.ts').Warning} */
function noWorker(error) {
    const isOther = error instanceof Error && !(error instanceof AlimentarError)
    const cause = isOther ? ` (${error.message})` : ''
    return {
        code: 'no_worker',
        message:
            'alimentar/inline reads in the thread of the page, since no worker of a blob: URL ' +
            `could be started${cause}: a policy allows one by worker-src blob:`,
        row: null,
        column: '',
    }
}
