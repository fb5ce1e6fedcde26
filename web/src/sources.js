// sources.js: what open() takes, one or a list of them, and the hosts that read it.
import { elementsOf } from './elements.js'
import { AlimentarError, failArgument } from './errors.js'
import { backendHost, unlessAborted } from './host_backend.js'
import { blobHost } from './host_blob.js'
import { httpHost } from './host_http.js'
import { closeAll, joinedHost, nameInList } from './host_many.js'
import { memoryHost } from './host_memory.js'
import { responseHost, streamHost } from './host_stream.js'
import { isIterable, iterableStream } from './iterable.js'
import { Share } from './share.js'

/** @typedef {import('./drive.js').Host} Host */
/** @typedef {import('./types.d.ts').OpenOptions} OpenOptions */
/** @typedef {import('./types.d.ts').Progress} Progress */

/**
 * The host of what open() was given: that of a list is one of all its members, in their order.
 * @param {import('./types.d.ts').Source} source
 * @param {OpenOptions} options
 * @returns {Promise<Host>}
 */
export async function hostOf(source, options) {
    options.signal?.throwIfAborted()
    const sources = elementsOf(source)
    if (sources.length === 0) failArgument('open() takes at least one source: the list is empty')
    if (sources.length === 1) return singleHost(sources[0], options, new Share(options))
    checkForMany(options)
    return joinedHost(await hostsOf(sources, options), options)
}

/** Fails for options that tell something of one source. @param {OpenOptions} options */
export function checkForMany(options) {
    for (const name of /** @type {const} */ (['url', 'sizeBytes']))
        if (options[name] !== undefined)
            failArgument(`${name} is an option for one source, and the list has several`)
}

/**
 * The hosts of many sources. Where one fails, the others are not waited for.
 * @param {any[]} sources @param {OpenOptions} options
 */
async function hostsOf(sources, options) {
    const share = new Share(options)
    const controller = new AbortController()
    const stop = () => controller.abort(options.signal?.reason)
    const told = progressOf(sources.length, options)
    options.signal?.addEventListener('abort', stop)
    /** @param {any} source @param {number} index */
    const hostAt = async (source, index) => {
        const own = { ...options, signal: controller.signal, onProgress: told?.(index) }
        try {
            return await singleHost(source, own, share)
        } catch (error) {
            if (error instanceof AlimentarError) error.path = nameInList(error.path, index)
            controller.abort(error)
            throw error
        }
    }
    const results = await Promise.allSettled(sources.map(hostAt))
    options.signal?.removeEventListener('abort', stop)
    const hosts = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    if (hosts.length === sources.length) return hosts
    closeAll(hosts)
    throw controller.signal.reason
}

/**
 * The progress of one of many sources that are held before they can be read: told as that of all.
 * @param {number} count @param {OpenOptions} options
 */
function progressOf(count, { onProgress }) {
    if (onProgress === undefined) return undefined
    const bytes = Array(count).fill(0)
    return (/** @type {number} */ index) =>
        (/** @type {Progress} */ progress) => {
            bytes[index] = progress.bytes
            const sum = bytes.reduce((total, each) => total + each, 0)
            onProgress({ bytes: sum, bytesTotal: null, rows: 0 })
        }
}

/**
 * @param {any} source @param {OpenOptions} options @param {Share} share
 * @returns {Promise<Host>}
 */
async function singleHost(source, options, share) {
    // Outside browsers fetch() serves no proper ranges of blob: URLs.
    const isText = typeof source === 'string' || source instanceof URL
    if (isText && /^blob:/i.test(String(source)) && typeof location === 'undefined')
        return blobHost(await blobOf(String(source)), String(source))
    if (isText) return httpHost(source, options, share)
    if (typeof source === 'function')
        return unlessAborted(httpHost(source, options, share).begin(), options.signal)
    if (typeof Blob !== 'undefined' && source instanceof Blob) return blobHost(source)
    if (source instanceof ArrayBuffer) return memoryHost(new Uint8Array(source))
    if (ArrayBuffer.isView(source))
        return memoryHost(new Uint8Array(source.buffer, source.byteOffset, source.byteLength))
    if (isResponse(source)) return responseHost(source, options, share)
    if (typeof source?.getReader === 'function') return streamHost(source, options, share)
    if (isIterable(source)) return streamHost(iterableStream(source), options, share)
    if (typeof source?.read === 'function') return backendHost(source, options)
    return failArgument(
        'open() takes a URL, a Blob or File, a Uint8Array or an ArrayBuffer, a Response, a ' +
            'ReadableStream, an async iterable of bytes, an object with size and read(), or a ' +
            'list of these',
    )
}

/** @param {any} source */
function isResponse(source) {
    return typeof source?.arrayBuffer === 'function' && typeof source.status === 'number'
}

/** @param {string} url */
async function blobOf(url) {
    try {
        return await (await fetch(url)).blob()
    } catch {
        throw new AlimentarError('not_found', 'there is no such blob: URL', { path: url })
    }
}
