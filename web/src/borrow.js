// borrow.js: what open() was given in another thread, as this one takes it: functions, streams and
// backends that are called by messages.
import { AlimentarError } from './errors.js'

/** @typedef {import('./peer.js').Peer} Peer */

/** @param {string} what @returns {never} */
function failShape(what) {
    throw new AlimentarError('argument', `the message holds no ${what} of alimentar`)
}

/** @param {unknown} of @returns {number} */
function reference(of) {
    return typeof of === 'number' && Number.isSafeInteger(of) ? of : failShape('reference')
}

/**
 * A method of what the other thread lent.
 * @param {Peer} peer @param {number} of @param {string} method
 * @returns {(args: unknown[], signal?: AbortSignal) => Promise<any>}
 */
function methodOf(peer, of, method) {
    return (args, signal) => peer.call('lent', [of, method, args], { signal })
}

/** @param {Peer} peer @param {any} packed @returns {any} a source for open() */
export function sourceOf(peer, packed) {
    const { kind, list } = packed ?? {}
    if (kind !== 'list') return singleOf(peer, packed)
    return Array.isArray(list) ? list.map((one) => singleOf(peer, one)) : failShape('list')
}

/** @param {Peer} peer @param {any} packed @returns {any} */
function singleOf(peer, packed) {
    const { kind, url, blob, name, bytes, of, value } = packed ?? {}
    switch (kind) {
        case 'url':
            return typeof url === 'string' ? url : failShape('URL')
        case 'function':
            return urlOf(peer, of)
        case 'blob':
            return blob instanceof Blob ? named(blob, name) : failShape('Blob')
        case 'bytes':
            return bytes instanceof Uint8Array ? bytes : failShape('bytes')
        case 'answered':
            return told(new Response(bytes), packed)
        case 'response':
            return responseOf(peer, packed)
        case 'stream':
            return Object.assign(streamOf(peer, reference(of)), lockOf(packed.isLocked))
        case 'backend':
            return backendOf(peer, reference(of), name)
        case 'other':
            return value
        default:
            return failShape('source')
    }
}

/** Node's Files lose their names on the way. @param {Blob} blob @param {unknown} name */
function named(blob, name) {
    const isNamed = typeof name !== 'string' || /** @type {any} */ (blob).name === name
    return isNamed ? blob : Object.defineProperty(blob.slice(), 'name', { value: name })
}

/** @param {Peer} peer @param {unknown} of @returns {() => Promise<string>} */
function urlOf(peer, of) {
    const call = methodOf(peer, reference(of), 'call')
    return () => call([])
}

/** @param {boolean} isLocked */
function lockOf(isLocked) {
    return isLocked ? { locked: true } : {}
}

/** @param {Peer} peer @param {number} of @returns {any} */
function streamOf(peer, of) {
    const read = methodOf(peer, of, 'read')
    return {
        getReader: () => ({
            async read() {
                const value = await read([])
                return value === null ? { done: true } : { done: false, value }
            },
            async cancel() {
                peer.tell('drop', [of])
            },
        }),
    }
}

/** @param {Peer} peer @param {number} of @param {unknown} name */
function backendOf(peer, of, name) {
    const read = methodOf(peer, of, 'read')
    return {
        name,
        size: methodOf(peer, of, 'size')([]),
        /** @param {number} offset @param {number} length @param {{ signal: AbortSignal }} more */
        read: (offset, length, { signal }) => read([offset, length], signal),
    }
}

/**
 * A Response that says what the other thread's says; its body comes by messages.
 * @param {Peer} peer @param {any} packed @param {AbortSignal} [signal] ends the body
 */
function responseOf(peer, packed, signal) {
    const { status, headers, isUsed, of } = packed ?? {}
    if (typeof status !== 'number' || !Array.isArray(headers)) return failShape('Response')
    const body = isUsed || of === 0 ? null : bodyOf(peer, reference(of), signal)
    const isBodiless = [204, 205, 304].includes(status) || status < 200 || status > 599
    return told(new Response(isBodiless ? null : body), packed)
}

/** A Response that says what another said. @param {Response} made @param {any} packed */
function told(made, { status, type, url, redirected, headers, isUsed }) {
    const ok = status >= 200 && status <= 299
    const all = { status, type, url, redirected, ok, headers: new Headers(headers) }
    for (const [name, value] of Object.entries(all)) Object.defineProperty(made, name, { value })
    return isUsed ? Object.defineProperty(made, 'bodyUsed', { value: true }) : made
}

/** @param {Peer} peer @param {number} of @param {AbortSignal | undefined} signal */
function bodyOf(peer, of, signal) {
    const read = methodOf(peer, of, 'read')
    const drop = () => peer.tell('drop', [of])
    signal?.addEventListener('abort', drop)
    const end = () => signal?.removeEventListener('abort', drop)
    return new ReadableStream(
        {
            async pull(controller) {
                const value = await read([], signal)
                if (value !== null) return controller.enqueue(value)
                end()
                peer.tell('lent', [of, 'end', []])
                controller.close()
            },
            cancel() {
                end()
                drop()
            },
        },
        { highWaterMark: 0 },
    )
}

/**
 * Options with the functions that the other thread lent.
 * @param {Peer} peer @param {any} packed @param {AbortSignal} signal
 */
export function optionsOf(peer, packed, signal) {
    if (typeof packed !== 'object' || packed === null) return failShape('options')
    const options = { ...packed, signal }
    const { onProgress, fetch, url } = packed
    if (onProgress !== undefined) {
        const of = reference(onProgress)
        options.onProgress = (/** @type {unknown} */ progress) =>
            peer.tell('lent', [of, 'call', [progress]])
    }
    if (url !== undefined) options.url = urlOf(peer, url)
    if (fetch !== undefined) options.fetch = fetchOf(peer, reference(fetch))
    return options
}

/** @param {Peer} peer @param {number} of */
function fetchOf(peer, of) {
    const call = methodOf(peer, of, 'call')
    /** @param {string} url @param {any} options */
    return async (url, { headers, signal, ...options }) =>
        responseOf(peer, await call([url, { ...options, headers: [...headers] }], signal), signal)
}
