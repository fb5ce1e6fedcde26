// lend.js: what open() is given, as messages for the worker. Bytes are copied, Blobs go as they
// are where they can be cloned, and what only this thread can use is lent: functions, streams, a
// Response's body, own backends and other Blobs stay here, under a number, and the worker calls
// them by messages.
import { elementsOf, isList } from './elements.js'
import { unreadable } from './host_blob.js'
import { isIterable, iterableStream } from './iterable.js'
import { Sent } from './peer.js'

/** @typedef {import('./peer.js').Peer} Peer */
/** @typedef {{ [method: string]: (args: any[], signal: AbortSignal) => any }} Lendable */

/** What one data set, or one call, has lent. */
export class Lending {
    /** @param {Map<number, Lendable>} all those of this thread */
    constructor(all) {
        this.all = all
        /** @type {Set<number>} */
        this.own = new Set()
        /** @type {Transferable[]} */
        this.transfer = []
    }

    /** @param {Lendable} object @returns {number} */
    lend(object) {
        lent += 1
        this.all.set(lent, object)
        this.own.add(lent)
        return lent
    }

    /** Nothing of it may be called any more. */
    end() {
        for (const reference of this.own) this.all.delete(reference)
    }

    /**
     * A stream, until its end. @param {any} source @param {() => void} [abort] ends where it comes
     * from
     */
    stream(source, abort) {
        const of = this.lend({
            ...stream(source, abort),
            end: () => {
                this.all.delete(of)
                this.own.delete(of)
            },
        })
        return of
    }

    /** @param {any} source @returns {unknown} */
    source(source) {
        return isList(source)
            ? { kind: 'list', list: elementsOf(source).map((one) => this.single(one)) }
            : this.single(source)
    }

    /** @param {any} source @returns {unknown} */
    single(source) {
        if (typeof source === 'string' || source instanceof URL)
            return { kind: 'url', url: absoluteText(source) }
        if (typeof source === 'function')
            return { kind: 'function', of: this.lend(urlFunction(source)) }
        if (typeof Blob !== 'undefined' && source instanceof Blob)
            return this.blob(source)
        if (source instanceof ArrayBuffer || ArrayBuffer.isView(source))
            return { kind: 'bytes', bytes: this.copy(source) }
        if (typeof source?.arrayBuffer === 'function' && typeof source.status === 'number')
            return this.response(source)
        if (typeof source?.getReader === 'function')
            return { kind: 'stream', isLocked: Boolean(source.locked), of: this.stream(source) }
        if (isIterable(source)) return this.single(iterableStream(source))
        if (typeof source?.read === 'function')
            return { kind: 'backend', name: source.name, of: this.lend(backend(source)) }
        return { kind: 'other', value: typeof source === 'object' ? {} : source }
    }

    /** One that cannot be cloned, as those of files in Node, is read here. @param {Blob} blob */
    blob(blob) {
        const name = nameOf(blob)
        if (isCloneable(blob)) return { kind: 'blob', blob, name }
        return { kind: 'backend', name: name ?? 'blob:', of: this.lend(blobBackend(blob)) }
    }

    /** @param {ArrayBuffer | ArrayBufferView} bytes */
    copy(bytes) {
        const made = copyOf(bytes)
        this.transfer.push(made.buffer)
        return made
    }

    /** @param {Response} response @param {() => void} [abort] ends what it comes from */
    response(response, abort) {
        const { status, type, url, bodyUsed, redirected, body } = response
        const headers = [...response.headers]
        const isUsed = bodyUsed || Boolean(body?.locked)
        const of = body === null || isUsed ? 0 : this.stream(body, abort)
        return { kind: 'response', status, type, url, headers, isUsed, redirected, of }
    }

    /**
     * Options as they can be sent; the signal is the call's own.
     * @param {any} options @returns {{ [name: string]: unknown }}
     */
    options({ signal: _signal, onProgress, ...rest }) {
        const { headers, fetch, url } = rest
        if (typeof onProgress === 'function')
            rest.onProgress = this.lend({ call: ([progress]) => onProgress(progress) })
        if (typeof headers?.forEach === 'function' && !Array.isArray(headers))
            rest.headers = pairsOf(headers)
        if (typeof fetch === 'function') rest.fetch = this.lend(this.fetch(fetch))
        if (typeof url === 'function') rest.url = this.lend(urlFunction(url))
        return rest
    }

    /** @param {Function} fetch @returns {Lendable} */
    fetch(fetch) {
        return {
            call: async ([url, { headers, ...options }], signal) => {
                const controller = new AbortController()
                const abort = () => controller.abort(signal.reason)
                signal.addEventListener('abort', abort)
                const all = { ...options, headers: new Headers(headers) }
                const response = await fetch(url, { ...all, signal: controller.signal })
                signal.removeEventListener('abort', abort)
                return this.response(response, () => controller.abort())
            },
        }
    }
}

let lent = 0

/** A URL as this thread understands it: the worker lies elsewhere. @param {string | URL} source */
export function absoluteText(source) {
    const base = globalThis.document?.baseURI ?? globalThis.location?.href
    const text = String(source)
    return URL.canParse(text) || base === undefined || !URL.canParse(text, base)
        ? text
        : new URL(text, base).href
}

/** @param {ArrayBuffer | ArrayBufferView} bytes @returns {Uint8Array<ArrayBuffer>} */
export function copyOf(bytes) {
    return bytes instanceof ArrayBuffer
        ? new Uint8Array(bytes.slice(0))
        : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength).slice()
}

/** @param {{ forEach: Function }} headers @returns {[string, string][]} */
function pairsOf(headers) {
    /** @type {[string, string][]} */
    const pairs = []
    headers.forEach((/** @type {string} */ value, /** @type {string} */ name) =>
        pairs.push([name, value]),
    )
    return pairs
}

/** Where a File lies in the folder that was chosen, else its name. @param {any} file */
function nameOf({ name, webkitRelativePath }) {
    return webkitRelativePath || name
}

/** @param {Function} give @returns {Lendable} */
function urlFunction(give) {
    return { call: async () => absoluteText(await give()) }
}

/** Bytes as a copy of their own, which is transferred; anything else as it is.
 * @param {any} value */
function sent(value) {
    if (!(value instanceof ArrayBuffer) && !ArrayBuffer.isView(value)) return value
    const bytes = copyOf(value)
    return new Sent(bytes, [bytes.buffer])
}

/** @param {any} source @param {() => void} [abort] @returns {Lendable} */
function stream(source, abort) {
    /** @type {any} */
    let reader
    return {
        read: async () => {
            reader ??= source.getReader()
            const { done, value } = await reader.read()
            return done || value === undefined ? null : sent(value)
        },
        cancel: async ([reason]) => {
            abort?.()
            await (reader ?? source).cancel(reason)
        },
    }
}

/** @param {import('./types.d.ts').Backend} source @returns {Lendable} */
function backend(source) {
    return {
        size: () => source.size,
        read: async ([offset, length], signal) =>
            sent(await source.read(offset, length, { signal })),
    }
}

/** Engines without structuredClone() clone every Blob. @param {Blob} blob */
function isCloneable(blob) {
    try {
        globalThis.structuredClone?.(blob)
        return true
    } catch {
        return false
    }
}

/** @param {Blob} blob @returns {Lendable} */
function blobBackend(blob) {
    return backend({
        size: blob.size,
        async read(offset, length) {
            try {
                return await blob.slice(offset, offset + length).arrayBuffer()
            } catch (error) {
                throw new Error(unreadable(error))
            }
        },
    })
}
