// start.js: starts threads for a client: workers of browsers, and threads of Node.
import { AlimentarError } from './errors.js'
import { redacted } from './redact.js'

/** @typedef {import('./client.js').Start} Start */

/**
 * A worker of a browser.
 * @param {() => Worker} make @returns {Start}
 */
export function webWorker(make) {
    return (take, fail) => {
        let isReady = false
        /** @type {Worker} */
        let worker
        try {
            worker = make()
        } catch (error) {
            fail(notStarted(error))
            return { post: () => undefined }
        }
        worker.addEventListener('message', ({ data }) => {
            isReady = true
            take(data)
        })
        worker.addEventListener('error', (event) => {
            worker.terminate()
            fail(isReady ? broken(event.message) : notStarted(event))
        })
        return { post: (message, transfer) => worker.postMessage(message, transfer) }
    }
}

/**
 * A thread of Node, which keeps the program from ending only while something is asked of it.
 * @param {() => import('node:worker_threads').Worker} make @returns {Start}
 */
export function nodeWorker(make) {
    return (take, fail) => {
        const worker = make()
        worker.unref()
        worker.on('message', take)
        worker.on('error', (error) => fail(broken(String(error))))
        worker.on('exit', () => fail(broken('it ended')))
        return {
            post: (message, transfer) => worker.postMessage(message, /** @type {any} */ (transfer)),
            busy: (isBusy) => (isBusy ? worker.ref() : worker.unref()),
        }
    }
}

/** @param {unknown} cause an error, or a worker's event, which may not say why */
function notStarted(cause) {
    const { message, filename } = /** @type {any} */ (cause)
    const at = filename ? ` at ${redacted(filename)}` : ''
    const why = message ? ` (${message})` : ''
    return new AlimentarError(
        'not_found',
        `the worker of alimentar could not be started${at}${why}: serve worker.js there, and ` +
            "allow it by worker-src of the page's policy; or import from 'alimentar/inline', " +
            "which holds it, or from 'alimentar', which needs none",
    )
}

/** @param {string} why */
function broken(why) {
    return new AlimentarError('internal', `the worker of alimentar broke off: ${why}`)
}
