// host_memory.js: carries out operations on bytes in memory, at once.
import * as abi from './abi.js'

/** @typedef {import('./drive.js').Operation} Operation */

/**
 * @param {Uint8Array} bytes @param {string} [path] named in errors
 * @returns {import('./drive.js').Host}
 */
export function memoryHost(bytes, path = 'memory:') {
    return {
        path,
        objectBytes: bytes.length,
        flags: 0,
        carry(op) {
            const objectBytes = bytes.length
            if (op.kind === abi.ALI_OP_READ) {
                const begin = rangeBegin(op, objectBytes)
                op.part(bytes.subarray(begin, begin + op.length))
            } else if (op.kind !== abi.ALI_OP_STAT) {
                op.end({ status: abi.ALI_ERR_HOST, failure: 'bytes in memory can only be read' })
                return
            }
            op.end({ objectBytes })
        },
    }
}

/**
 * Where the range of a READ begins in an object of this size.
 * @param {Operation} op
 * @param {number} objectBytes
 */
export function rangeBegin(op, objectBytes) {
    if (op.isFromEnd) return Math.max(0, objectBytes - op.length)
    return Math.min(op.offset, objectBytes)
}
