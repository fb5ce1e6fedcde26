// same_thread.js: a client without a thread of its own to ask: what serves runs beside it.
import { serve } from './server.js'

/** @typedef {import('./client.js').Start} Start */

/** Messages are handed over in turns of this thread. @type {Start} */
export function sameThread(take) {
    const peer = serve({ post: (message) => queueMicrotask(() => take(message)) })
    return { post: (message) => queueMicrotask(() => peer.take(message)) }
}
