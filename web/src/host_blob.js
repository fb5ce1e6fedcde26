// host_blob.js: carries out operations on a Blob or File by slices of it.
import * as abi from './abi.js'
import { rangeBegin } from './host_memory.js'

/** @typedef {import('./drive.js').Operation} Operation */

/**
 * @param {Blob} blob
 * @param {string} [path] named in errors
 * @returns {import('./drive.js').Host}
 */
export function blobHost(blob, path) {
    const { name, webkitRelativePath } = /** @type {any} */ (blob)
    return {
        path: path ?? (webkitRelativePath || (typeof name === 'string' ? name : 'blob:')),
        objectBytes: blob.size,
        flags: 0,
        carry(op) {
            if (op.kind === abi.ALI_OP_STAT) op.end({ objectBytes: blob.size })
            else if (op.kind === abi.ALI_OP_READ) void read(blob, op)
            else op.end({ status: abi.ALI_ERR_HOST, failure: 'a Blob can only be read' })
        },
    }
}

/** @param {Blob} blob @param {Operation} op */
async function read(blob, op) {
    const begin = rangeBegin(op, blob.size)
    try {
        const reader = blob
            .slice(begin, Math.min(blob.size, begin + op.length))
            .stream()
            .getReader()
        for (;;) {
            const { done, value } = await reader.read()
            if (done) break
            if (!op.part(value)) {
                await reader.cancel()
                break
            }
        }
        op.end({ objectBytes: blob.size })
    } catch (error) {
        op.end({ status: abi.ALI_ERR_HOST, failure: unreadable(error) })
    }
}

/** A file that was changed or removed after it was chosen. @param {unknown} error */
export function unreadable(error) {
    const cause = error instanceof Error ? error.message : String(error)
    return `the file could not be read: ${cause}`
}
