// start.js: starts threads for a client: workers of browsers, and threads of Node.
import { AlimentarError } from './errors.js'
import { absoluteText } from './lend.js'
import { redacted } from './redact.js'

/** @typedef {import('./client.js').Start} Start */

/**
 * When a worker that was silent so far is looked after, and given up: both after its start, so that
 * modules may take their time on slow networks.
 * @typedef {{ lookMs: number, readyMs: number }} Bounds
 */

/** @type {Bounds} */
const BOUNDS = { lookMs: 5000, readyMs: 30000 }

/**
 * A worker of a browser. Its first word is that it is ready: without it, what the server has in its
 * place is looked at, and told.
 * @param {(address?: string) => Worker} make @param {Bounds} [bounds] @returns {Start}
 */
export function webWorker(make, bounds = BOUNDS) {
    return (take, fail, address) => {
        const began = performance.now()
        const { worker, url, error } = started(() => make(address))
        if (worker === undefined) {
            fail(notStarted(url, error))
            return { post: () => undefined }
        }
        let isReady = false
        let isOver = false
        const end = (/** @type {unknown} */ cause) => {
            isOver = true
            clearTimeout(timer)
            worker.terminate()
            fail(cause)
        }
        const look = async () => {
            const found = await foundAt(url, bounds.lookMs)
            if (isReady || isOver) return
            if (found !== '') return end(notStarted(url, found))
            const left = began + bounds.readyMs - performance.now()
            timer = setTimeout(() => end(notStarted(url, silent(bounds))), Math.max(0, left))
        }
        let timer = setTimeout(look, bounds.lookMs)
        worker.addEventListener('message', ({ data }) => {
            isReady ||= data?.kind === 'tell' && data?.name === 'ready'
            if (isReady) clearTimeout(timer)
            if (isReady && !isOver) take(data)
        })
        worker.addEventListener('messageerror', () => {
            if (isReady && !isOver) end(broken('one of its messages could not be read'))
        })
        worker.addEventListener('error', async ({ message, filename }) => {
            if (isOver) return
            if (isReady) return end(broken(message))
            isOver = true
            const found = message || (await foundAt(url, bounds.lookMs))
            end(notStarted(filename || url, found))
        })
        return { post: (message, transfer) => worker.postMessage(message, transfer) }
    }
}

/**
 * Makes a worker, and sees of which URL: bundlers choose it, and a worker does not tell.
 * @param {() => Worker} make
 * @returns {{ worker?: Worker, url: string, error?: unknown }}
 */
function started(make) {
    const scope = /** @type {{ Worker: any }} */ (globalThis)
    const { Worker } = scope
    let url = ''
    /** @param {any[]} given */
    function Seen(...given) {
        url = absoluteText(given[0])
        return Reflect.construct(Worker, given)
    }
    try {
        // Where the page does not allow it, the URL is not known.
        if (Object.getOwnPropertyDescriptor(scope, 'Worker')?.writable) scope.Worker = Seen
        return { worker: make(), url }
    } catch (error) {
        return { url, error }
    } finally {
        if (scope.Worker === Seen) scope.Worker = Worker
    }
}

/**
 * What a server has in place of a worker; '' if it may be one, or if nothing is known.
 * @param {string} url @param {number} ms at most
 */
async function foundAt(url, ms) {
    if (!/^https?:/.test(url)) return ''
    const controller = new AbortController()
    const timer = setTimeout(() => controller.abort(), ms)
    try {
        const { ok, status, headers } = await fetch(url, { signal: controller.signal })
        if (!ok) return `HTTP ${status}`
        const type = (headers.get('content-type') ?? '').split(';')[0]
        return /javascript|ecmascript/i.test(type) ? '' : `the server sent ${type || 'no type'}`
    } catch {
        return ''
    } finally {
        clearTimeout(timer)
        controller.abort()
    }
}

/** @param {Bounds} bounds */
function silent({ readyMs }) {
    return `what was loaded is silent after ${readyMs / 1000} s, as another script would be`
}

/**
 * A thread of Node, which keeps the program from ending only while something is asked of it.
 * @param {(address?: string) => import('node:worker_threads').Worker} make @returns {Start}
 */
export function nodeWorker(make) {
    return (take, fail, address) => {
        const worker = make(address)
        worker.unref()
        worker.on('message', take)
        worker.on('messageerror', () => fail(broken('one of its messages could not be read')))
        worker.on('error', (error) => fail(broken(String(error))))
        worker.on('exit', () => fail(broken('it ended')))
        return {
            post: (message, transfer) => worker.postMessage(message, /** @type {any} */ (transfer)),
            busy: (isBusy) => (isBusy ? worker.ref() : worker.unref()),
        }
    }
}

/** @param {string} url or '' @param {unknown} cause an error, a text, or nothing that is known */
function notStarted(url, cause) {
    const why = cause instanceof Error ? cause.message : (cause ?? '')
    const at = /^https?:/.test(url) ? ` at ${redacted(url)}` : ''
    return new AlimentarError(
        'not_found',
        `the worker of alimentar could not be started${at}${why === '' ? '' : ` (${why})`}: ` +
            "serve worker.js there, and allow it by worker-src of the page's policy, or say " +
            'where it is by init({ worker: its URL }) before open(); or import from ' +
            "'alimentar/inline', which holds it, or from 'alimentar', which needs none",
    )
}

/** @param {string} why */
function broken(why) {
    return new AlimentarError('internal', `the worker of alimentar broke off: ${why}`)
}
