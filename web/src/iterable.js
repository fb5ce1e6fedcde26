// iterable.js: an async iterable of bytes, as Node's Readable is one, as a stream that is read by
// getReader().

/** @param {any} source @returns {boolean} one that is no ReadableStream */
export function isIterable(source) {
    return (
        typeof source?.[Symbol.asyncIterator] === 'function' &&
        typeof source.getReader !== 'function'
    )
}

/**
 * A read that waits ends with cancel(), also where the iterable itself would not give way.
 * @param {any} source @returns {any}
 */
export function iterableStream(source) {
    /** @type {AsyncIterator<any> | undefined} */
    let iterator
    let end = () => {}
    /** @type {Promise<{ done: boolean, value?: any }>} */
    const ended = new Promise((resolve) => (end = () => resolve({ done: true })))
    const reader = {
        read() {
            iterator ??= /** @type {AsyncIterator<any>} */ (source[Symbol.asyncIterator]())
            return Promise.race([iterator.next(), ended])
        },
        async cancel() {
            end()
            source.destroy?.()
            await iterator?.return?.()
        },
    }
    // Node ends a program whose stream fails before anybody listens; the first read tells.
    source.on?.('error', () => undefined)
    const locked = Boolean(source.destroyed || source.readableDidRead)
    return { locked, getReader: () => reader, cancel: reader.cancel }
}
