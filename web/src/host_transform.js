// host_transform.js: carries out TRANSFORM: brotli, by a module that is loaded when the first file
// needs it. Pages of several megabytes are decompressed in pieces, between which a tab has turns.
import * as abi from './abi.js'
import { Found } from './find.js'
import { pause } from './turns.js'

/** @typedef {import('./drive.js').Operation} Operation */
/** @typedef {{ [name: string]: any }} Exports */

const TURN_MS = 5
const KEEP_BYTES = 64 * 1024 * 1024

export const brotli = new Found('brotli.wasm', 'brotli', new URL('./brotli.wasm', import.meta.url))
/** What the instance is made of. @type {WebAssembly.Module | undefined} */
let made
/** @type {Exports | undefined} */
let instance
/** The block before must be done: the module knows one at a time. @type {Promise<void>} */
let last = Promise.resolve()

/** @param {Operation} op */
export function transform(op) {
    if (op.codec !== 'brotli') {
        op.end({ status: abi.ALI_ERR_NOT_FOUND, failure: `there is no codec ${op.codec} here` })
        return
    }
    last = last.then(() => run(op))
}

/** Never throws: every outcome goes to the operation. @param {Operation} op */
async function run(op) {
    if (op.isEnded) return
    try {
        const module = await brotli.compile()
        if (made !== module) instance = undefined
        instance ??= (await WebAssembly.instantiate(module, {})).exports
        made = module
    } catch (error) {
        const cause = error instanceof Error ? error.message : String(error)
        op.end({ status: abi.ALI_ERR_NOT_FOUND, failure: cause })
        return
    }
    const isWhole = await decompress(op, instance)
    instance.end()
    if (instance.memory.buffer.byteLength > KEEP_BYTES) instance = undefined
    op.end(isWhole ? {} : { status: abi.ALI_ERR_HOST })
}

/**
 * @param {Operation} op @param {Exports} exports
 * @returns {Promise<boolean>} false if the data is damaged or gives more than is expected
 */
async function decompress(op, exports) {
    if (op.isEnded) return false
    const address = exports.begin(op.inputLength) >>> 0
    if (address === 0) return false
    const input = op.task.core.bytes(op.inputAddress, op.inputLength)
    new Uint8Array(exports.memory.buffer, address, op.inputLength).set(input)
    let began = performance.now()
    while (!op.isEnded) {
        const count = exports.step()
        if (count < 0 || count > op.length - op.moved) return false
        op.part(new Uint8Array(exports.memory.buffer, exports.output_address() >>> 0, count))
        if (exports.is_done() === 1) return true
        if (performance.now() - began < TURN_MS) continue
        await pause()
        began = performance.now()
    }
    return false
}
