// wasm.js: instantiates the module, and gives typed access to its memory.
//
// One instance serves all open data sets of a thread. Memory grows only inside calls of the module,
// so views are made anew whenever the buffer has changed. Memory never shrinks: when nothing is
// open any more and the memory had become large, the next open makes a new instance.
import * as abi from './abi.js'
import { checkOptions, initRules } from './check.js'
import { AlimentarError } from './errors.js'
import { Found } from './find.js'
import { brotli } from './host_transform.js'

/** @typedef {import('./abi.js').Layout} Layout */
/** @typedef {{ [name: string]: any }} Fields */

const ABI_VERSION = 1
const SCRATCH_BYTES = 1024
const AREA_VALUES = 8192
const KEEP_BYTES = 64 * 1024 * 1024

const found = new Found('alimentar.wasm', 'wasm', new URL('./alimentar.wasm', import.meta.url))
/** @type {Core | undefined} */
let current

/**
 * Says where the wasm comes from. Optional: without it, it is looked for next to this file.
 * @param {import('./types.d.ts').InitOptions} [options]
 * @returns {Promise<void>}
 */
export async function init(options = {}) {
    checkOptions('init()', options, initRules)
    if (options.brotli !== undefined) brotli.take(options.brotli)
    if (options.wasm !== undefined) {
        found.take(options.wasm)
        current = undefined
    }
    await found.compile()
}

/**
 * The instance to open something in; each holder calls core.leave() once.
 * @returns {Promise<Core>}
 */
export async function acquire() {
    const module = await found.compile()
    if (current === undefined || current.module !== module) current = await Core.make(module)
    current.holders += 1
    return current
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

/** An instance of the module with its memory. */
export class Core {
    /** @param {WebAssembly.Module} module */
    static async make(module) {
        const core = new Core(module)
        const imports = {
            host: { submit: (/** @type {number} */ address) => core.submit(address >>> 0) },
        }
        const instance = await WebAssembly.instantiate(module, imports)
        core.begin(/** @type {Fields} */ (instance.exports))
        return core
    }

    /** @param {WebAssembly.Module} module */
    constructor(module) {
        this.module = module
        this.holders = 0
        /** The module's functions, without their prefix `ali_`. @type {Fields} */
        this.exports = Object.create(null)
        /** @type {WebAssembly.Memory} */
        this.memory = /** @type {any} */ (undefined)
        /** Where results are put by address. @type {number} */
        this.scratch = 0
        /** Where converted values lie until they are copied out. @type {number} */
        this.area = 0
        /** Operations that the running step listed. @type {Fields[]} */
        this.listed = []
        this._view = new DataView(new ArrayBuffer(0))
    }

    /** @param {Fields} exports */
    begin(exports) {
        for (const [name, value] of Object.entries(exports)) {
            this.exports[name.replace(/^ali_/, '')] = value
        }
        this.memory = exports.memory
        const version = this.exports.abi_version()
        if (version !== ABI_VERSION) {
            throw new AlimentarError(
                'state',
                `alimentar.wasm has the interface ${version}, this package needs ${ABI_VERSION}`,
            )
        }
        this.scratch = this.allocate(SCRATCH_BYTES)
        this.area = this.allocate(AREA_VALUES * 8)
    }

    /** Gives an acquired instance back. */
    leave() {
        this.holders -= 1
        const isLarge = this.memory.buffer.byteLength > KEEP_BYTES
        if (this.holders === 0 && isLarge && current === this) current = undefined
    }

    // Called by the module, after a step, for each operation that the step listed.
    /** @param {number} address */
    submit(address) {
        const op = this.read(abi.ali_op, address)
        op.path = this.text(op.path, op.path_bytes)
        op.etag = this.text(op.etag, op.etag_bytes)
        op.why = this.text(op.why, op.why_bytes)
        op.headers = this.text(op.headers, op.headers_bytes)
        op.codec = this.text(op.codec, op.codec_bytes)
        op.token = this.text(op.token, op.token_bytes)
        this.listed.push(op)
    }

    /** @returns {DataView} */
    view() {
        if (this._view.buffer !== this.memory.buffer) this._view = new DataView(this.memory.buffer)
        return this._view
    }

    /** @param {number} address @param {number} length @returns {Uint8Array<ArrayBuffer>} */
    bytes(address, length) {
        return new Uint8Array(/** @type {ArrayBuffer} */ (this.memory.buffer), address, length)
    }

    /** @param {number} address */
    u32(address) {
        return this.view().getUint32(address, true)
    }

    /** @param {number} address @param {number} length */
    text(address, length) {
        return length === 0 ? '' : decoder.decode(this.bytes(address, length))
    }

    /**
     * 64-bit integers as doubles, times a factor or by a divisor: writes those from index `from`
     * on; returns the index of the first one below `least` or beyond 2^53 - 1, or -1.
     * @param {number} address @param {Float64Array} target @param {number} from
     * @param {{ factor: number, divisor: number, least: number }} how
     */
    narrow(address, target, from, { factor, divisor, least }) {
        for (let at = from; at < target.length;) {
            const count = Math.min(AREA_VALUES, target.length - at)
            const begin = address + 8 * at
            const done = this.exports.narrow(begin, this.area, count, factor, divisor, least)
            target.set(new Float64Array(this.memory.buffer, this.area, done), at)
            at += done
            if (done < count) return at
        }
        return -1
    }

    /** A text that ends with a zero byte. @param {number} address */
    terminated(address) {
        if (address === 0) return ''
        const all = new Uint8Array(this.memory.buffer)
        return decoder.decode(all.subarray(address, all.indexOf(0, address)))
    }

    /** @param {number} length @returns {number} */
    allocate(length) {
        const address = this.exports.allocate(length) >>> 0
        if (address === 0)
            throw new AlimentarError('memory', `out of memory: ${length} bytes could not be had`)
        return address
    }

    /**
     * A struct's fields by name: sizes and counts as numbers, null where they are not known.
     * @param {Layout} layout @param {number} address @returns {Fields}
     */
    read(layout, address) {
        const view = this.view()
        /** @type {Fields} */
        const fields = {}
        for (const [name, [offset, kind]] of Object.entries(layout.fields)) {
            const at = address + offset
            fields[name] =
                kind === 'u64'
                    ? readU64(view, at)
                    : kind === 'i32'
                      ? view.getInt32(at, true)
                      : view.getUint32(at, true)
        }
        return fields
    }

    /**
     * Writes a struct: the fields given, zero for the others, its own size into size_bytes.
     * @param {Layout} layout @param {number} address @param {Fields} fields
     */
    write(layout, address, fields) {
        this.bytes(address, layout.size).fill(0)
        const view = this.view()
        view.setUint32(address + layout.fields.size_bytes[0], layout.size, true)
        for (const [name, value] of Object.entries(fields)) {
            const [offset, kind] = layout.fields[name]
            if (kind === 'u64')
                view.setBigUint64(
                    address + offset,
                    value === null ? 0xffffffffffffffffn : BigInt(value),
                    true,
                )
            else if (kind === 'i32') view.setInt32(address + offset, value, true)
            else view.setUint32(address + offset, value, true)
        }
    }

    /**
     * Calls a function that describes something into a struct.
     * @param {Layout} layout @param {(address: number) => number} call @returns {Fields}
     */
    describe(layout, call) {
        const address = this.scratch
        this.write(layout, address, {})
        this.check(call(address))
        return this.read(layout, address)
    }

    /**
     * Runs `work` with a function that puts bytes, texts and structs into memory for that long.
     * @template T
     * @param {(put: Put) => T} work @returns {T}
     */
    lend(work) {
        const put = new Put(this)
        try {
            return work(put)
        } finally {
            put.release()
        }
    }

    /** @param {number} status */
    statusName(status) {
        return this.terminated(this.exports.status_name(status) >>> 0)
    }

    /**
     * Throws if a call failed that has no error of its own.
     * @param {number} status
     */
    check(status) {
        if (status < 0)
            throw new AlimentarError(
                this.statusName(status),
                `the core refused a call (${this.statusName(status)})`,
            )
    }

    /** An ali_error as an AlimentarError. @param {number} address @param {Fields} [more] */
    error(address, more = {}) {
        const error = this.read(abi.ali_error, address)
        const place = {
            path: this.terminated(error.object),
            offset: error.offset_bytes,
            column: this.terminated(error.column),
            row: error.row,
            httpStatus: error.http_status,
            ...more,
        }
        const made = new AlimentarError(
            this.statusName(error.status),
            this.terminated(error.sentence),
            place,
        )
        return { error: made, op_id: error.op_id, status: error.status }
    }
}

/** What JavaScript puts into the module's memory for the time of a call. */
export class Put {
    /** @param {Core} core */
    constructor(core) {
        this.core = core
        /** @type {[number, number][]} */
        this.held = []
    }

    /** @param {number} length @returns {number} */
    room(length) {
        const address = this.core.allocate(length)
        this.held.push([address, length])
        return address
    }

    /** A terminated text. @param {string} text @returns {{ address: number, length: number }} */
    text(text) {
        const bytes = encoder.encode(text)
        const address = this.room(bytes.length + 1)
        const target = this.core.bytes(address, bytes.length + 1)
        target.set(bytes)
        target[bytes.length] = 0
        return { address, length: bytes.length }
    }

    /** @param {Layout} layout @param {Fields} fields @returns {number} */
    struct(layout, fields) {
        const address = this.room(layout.size)
        this.core.write(layout, address, fields)
        return address
    }

    /**
     * Structs one after the other.
     * @param {Layout} layout @param {Fields[]} all @returns {number}
     */
    structs(layout, all) {
        const { size } = layout
        const address = this.room(size * all.length)
        all.forEach((fields, index) => this.core.write(layout, address + index * size, fields))
        return address
    }

    /** Addresses one after the other. @param {number[]} addresses @returns {number} */
    list(addresses) {
        if (addresses.length === 0) return 0
        const address = this.room(addresses.length * 4)
        const view = this.core.view()
        addresses.forEach((item, index) => view.setUint32(address + index * 4, item, true))
        return address
    }

    release() {
        for (const [address, length] of this.held) this.core.exports.release(address, length)
        this.held = []
    }
}

/** @param {DataView} view @param {number} at @returns {number | null} */
function readU64(view, at) {
    const low = view.getUint32(at, true)
    const high = view.getUint32(at + 4, true)
    return low === 0xffffffff && high === 0xffffffff ? null : high * 4294967296 + low
}
