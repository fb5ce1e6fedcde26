// sources.js: what open() takes, one or a list of them, and the hosts that read it.
import { AlimentarError, failArgument } from './errors.js'
import { backendHost, unlessAborted } from './host_backend.js'
import { blobHost } from './host_blob.js'
import { httpHost } from './host_http.js'
import { memoryHost } from './host_memory.js'
import { responseHost, streamHost } from './host_stream.js'

/** @typedef {import('./drive.js').Host} Host */
/** @typedef {import('./types.d.ts').OpenOptions} OpenOptions */

/**
 * The hosts of what open() was given: one for each member of a list, in its order.
 * @param {import('./types.d.ts').Source} source
 * @param {OpenOptions} options
 * @returns {Promise<Host[]>}
 */
export async function hostsOf(source, options) {
    options.signal?.throwIfAborted()
    const sources = Array.isArray(source) ? source : [source]
    if (sources.length === 0) failArgument('open() takes at least one source: the list is empty')
    const results = await Promise.allSettled(sources.map((one) => hostOf(one, options)))
    const failed = results.find((result) => result.status === 'rejected')
    const hosts = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    if (failed === undefined) return hosts
    closeAll(hosts)
    throw failed.reason
}

/**
 * The one host of a list; several files are not joined yet.
 * @param {Host[]} hosts closed if there are several
 * @returns {Host}
 */
export function onlyHost(hosts) {
    if (hosts.length === 1) return hosts[0]
    closeAll(hosts)
    throw new AlimentarError(
        'unsupported',
        `reading ${hosts.length} files as one is not supported yet: open them one by one`,
        { path: hosts[0].path },
    )
}

/** @param {Host[]} hosts */
function closeAll(hosts) {
    for (const host of hosts) host.close?.()
}

/** @param {any} source @param {OpenOptions} options @returns {Promise<Host>} */
async function hostOf(source, options) {
    // Outside browsers fetch() serves no proper ranges of blob: URLs.
    const isText = typeof source === 'string' || source instanceof URL
    if (isText && /^blob:/i.test(String(source)) && typeof location === 'undefined')
        return blobHost(await blobOf(String(source)), String(source))
    if (isText) return httpHost(source, options)
    if (typeof source === 'function')
        return unlessAborted(httpHost(source, options).begin(), options.signal)
    if (typeof Blob !== 'undefined' && source instanceof Blob) return blobHost(source)
    if (source instanceof ArrayBuffer) return memoryHost(new Uint8Array(source))
    if (ArrayBuffer.isView(source))
        return memoryHost(new Uint8Array(source.buffer, source.byteOffset, source.byteLength))
    if (isResponse(source)) return responseHost(source, options)
    if (typeof source?.getReader === 'function') return streamHost(source, options)
    if (typeof source?.read === 'function') return backendHost(source, options)
    return failArgument(
        'open() takes a URL, a Blob or File, a Uint8Array or an ArrayBuffer, a Response, a ' +
            'ReadableStream, an object with size and read(), or a list of these',
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
