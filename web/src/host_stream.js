// host_stream.js: sources that cannot seek, a ReadableStream or a Response: they are read to their
// end and held in memory, up to memoryBytesMax.
//
// A Response is never asked for again by its URL: its body is under way already, and would be
// fetched twice.
import { AlimentarError, failArgument } from './errors.js'
import { memoryHost } from './host_memory.js'
import { joined, wordsOf } from './http_answer.js'
import { redacted, redactedSentence } from './redact.js'
import { Share } from './share.js'

/** @typedef {import('./drive.js').Host} Host */
/** @typedef {import('./types.d.ts').OpenOptions} OpenOptions */
/** @typedef {import('./types.d.ts').ByteStream} ByteStream */

const PROGRESS_MS = 50

/**
 * @param {Response} response @param {OpenOptions} options @param {Share} share
 * @returns {Promise<Host>}
 */
export async function responseHost(response, options, share) {
    const path = response.url === '' ? 'response:' : redacted(response.url)
    checkResponse(response, path)
    const length = response.headers.get('content-length')
    const isPlain = response.headers.get('content-encoding') === null
    const total = length !== null && isPlain ? Number(length) : null
    const bytes =
        response.body === null
            ? new Uint8Array()
            : await hold(response.body, path, total, options, share)
    return memoryHost(bytes, path)
}

/** @param {Response} response @param {string} path */
function checkResponse(response, path) {
    const { status, type } = response
    if (type === 'opaque' || type === 'opaqueredirect')
        throw new AlimentarError(
            'argument',
            'the Response is opaque: fetch() must be called with mode "cors" to give its bytes',
            { path },
        )
    if (response.bodyUsed || response.body?.locked)
        throw new AlimentarError('argument', 'the body of the Response is used already', { path })
    if (response.ok) return
    response.body?.cancel().catch(() => undefined)
    throw new AlimentarError(
        status === 404 || status === 410 ? 'not_found' : 'host',
        wordsOf(status),
        { path, httpStatus: status },
    )
}

/**
 * @param {ByteStream} stream @param {OpenOptions} options @param {Share} share
 * @param {string} [path] named in errors @returns {Promise<Host>}
 */
export async function streamHost(stream, options, share, path = 'stream:') {
    if (/** @type {any} */ (stream).locked) failArgument('the stream is used already')
    return memoryHost(await hold(stream, path, null, options, share), path)
}

/**
 * @param {ByteStream} stream
 * @param {string} path
 * @param {number | null} total
 * @param {OpenOptions} options
 * @param {Share} share
 * @returns {Promise<Uint8Array>}
 */
async function hold(stream, path, total, options, share) {
    const { signal, onProgress } = options
    const reader = stream.getReader()
    const stop = () => void reader.cancel(signal?.reason).catch(() => undefined)
    signal?.addEventListener('abort', stop)
    /** @type {Uint8Array[]} */
    const parts = []
    let bytes = 0
    let told = performance.now()
    try {
        for (;;) {
            const { done, value } = await reader.read()
            signal?.throwIfAborted()
            if (done || value === undefined) break
            parts.push(bytesOf(value))
            bytes += value.byteLength
            if (!share.hold(value.byteLength)) throw tooLong(share.max, path)
            if (performance.now() - told < PROGRESS_MS) continue
            told = performance.now()
            onProgress?.({ bytes, bytesTotal: total, rows: 0 })
        }
        return joined(parts, bytes)
    } catch (error) {
        signal?.throwIfAborted()
        void reader.cancel(error).catch(() => undefined)
        throw located(error, bytes, path)
    } finally {
        signal?.removeEventListener('abort', stop)
    }
}

/** @param {number} max @param {string} path */
function tooLong(max, path) {
    return new AlimentarError(
        'limit',
        `a stream cannot seek, so it is held in memory, and this one has more than ` +
            `memoryBytesMax = ${max} bytes`,
        { path },
    )
}

/** @param {unknown} error @param {number} bytes @param {string} path */
function located(error, bytes, path) {
    if (error instanceof AlimentarError) {
        error.path ||= path
        return error
    }
    const cause = redactedSentence(String(/** @type {any} */ (error)?.message ?? error))
    return new AlimentarError('host', `the stream broke off after ${bytes} bytes: ${cause}`, {
        path,
    })
}

/** @param {unknown} value @returns {Uint8Array} */
function bytesOf(value) {
    if (value instanceof Uint8Array) return value
    if (value instanceof ArrayBuffer) return new Uint8Array(value)
    if (ArrayBuffer.isView(value))
        return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    return failArgument(`a stream must give bytes, this one gave ${typeof value}`)
}
