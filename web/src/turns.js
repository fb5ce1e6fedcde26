// turns.js: gives the event loop turns between pieces of work.

/** @type {(() => void)[]} */
const waiting = []
/** @type {MessagePort | undefined} */
let port

/** Lets the event loop do something else. @returns {Promise<void>} */
export function pause() {
    const immediate = /** @type {any} */ (globalThis).setImmediate
    if (typeof immediate === 'function') return new Promise((resolve) => immediate(resolve))
    if (port === undefined) {
        const channel = new MessageChannel()
        channel.port1.onmessage = () => waiting.shift()?.()
        port = channel.port2
    }
    const sender = port
    return new Promise((resolve) => {
        waiting.push(resolve)
        sender.postMessage(0)
    })
}
