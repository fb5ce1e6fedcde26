// host_backend.js: carries out operations by a caller's own object { size, read }.
import * as abi from './abi.js'
import { AlimentarError } from './errors.js'
import { rangeBegin } from './host_memory.js'
import { redactedSentence } from './redact.js'

/** @typedef {import('./drive.js').Operation} Operation */
/** @typedef {import('./types.d.ts').Backend} Backend */

/**
 * @param {Backend} backend
 * @param {import('./types.d.ts').OpenOptions} options
 * @returns {Promise<import('./drive.js').Host>}
 */
export async function backendHost(backend, { signal }) {
    const path = backend.name ?? 'source:'
    const size = await unlessAborted(backend.size, signal)
    if (!Number.isSafeInteger(size) || size < 0)
        throw new AlimentarError(
            'argument',
            `size of a source must be a number of bytes, or a promise of one, not ${String(size)}`,
            { path },
        )
    return {
        path,
        objectBytes: size,
        flags: 0,
        carry(op) {
            if (op.kind === abi.ALI_OP_STAT) op.end({ objectBytes: size })
            else if (op.kind === abi.ALI_OP_READ) void read(backend, op, size)
            else op.end({ status: abi.ALI_ERR_HOST, failure: 'a source can only be read' })
        },
    }
}

/**
 * What a promise gives, unless the signal is aborted before.
 * @template T
 * @param {T | Promise<T>} value @param {AbortSignal | undefined} signal @returns {Promise<T>}
 */
export function unlessAborted(value, signal) {
    if (signal === undefined) return Promise.resolve(value)
    return new Promise((resolve, reject) => {
        const stop = () => reject(signal.reason)
        signal.addEventListener('abort', stop)
        Promise.resolve(value)
            .then(resolve, reject)
            .finally(() => signal.removeEventListener('abort', stop))
    })
}

/** @param {Backend} backend @param {Operation} op @param {number} size */
async function read(backend, op, size) {
    const begin = rangeBegin(op, size)
    const length = Math.min(op.length, size - begin)
    try {
        if (length !== 0) {
            const given = await backend.read(begin, length, { signal: op.signal })
            op.part(checked(given, begin, length))
        }
        op.end({ objectBytes: size })
    } catch (error) {
        const { message, code } = /** @type {any} */ (error ?? {})
        op.end({
            status: abi.ALI_ERR_HOST,
            failure: redactedSentence(String(message ?? error)),
            code: error instanceof AlimentarError ? code : undefined,
        })
    }
}

/** @param {unknown} given @param {number} begin @param {number} length @returns {Uint8Array} */
function checked(given, begin, length) {
    const bytes =
        given instanceof ArrayBuffer
            ? new Uint8Array(given)
            : ArrayBuffer.isView(given)
              ? new Uint8Array(given.buffer, given.byteOffset, given.byteLength)
              : undefined
    if (bytes === undefined)
        throw new Error(
            `read(${begin}, ${length}) of the source gave no Uint8Array or ArrayBuffer`,
        )
    if (bytes.length !== length)
        throw new Error(`read(${begin}, ${length}) of the source gave ${bytes.length} bytes`)
    return bytes
}
