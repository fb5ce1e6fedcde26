// wasm.js: finds, compiles and instantiates the module, and gives typed access to its memory.
//
// One instance serves all open data sets of a thread. Memory grows only inside calls of the module,
// so views are made anew whenever the buffer has changed. Memory never shrinks: when nothing is
// open any more and the memory had become large, the next open makes a new instance.
import * as abi from './abi.js'
import { checkOptions, initRules } from './check.js'
import { AlimentarError } from './errors.js'
import { redacted, redactedSentence } from './redact.js'

/** @typedef {import('./abi.js').Layout} Layout */
/** @typedef {{ [name: string]: any }} Fields */

const ABI_VERSION = 1
const SCRATCH_BYTES = 1024
const AREA_VALUES = 8192
const KEEP_BYTES = 64 * 1024 * 1024

// A module of one function that uses a SIMD128 instruction.
const SIMD_PROBE = new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253,
    15, 253, 98, 11,
])

/** @type {import('./types.d.ts').WasmSource | undefined} */
let given
/** @type {Promise<WebAssembly.Module> | undefined} */
let compiled
/** @type {Core | undefined} */
let current

/**
 * Says where the wasm comes from. Optional: without it, it is looked for next to this file.
 * @param {import('./types.d.ts').InitOptions} [options]
 * @returns {Promise<void>}
 */
export async function init(options = {}) {
    checkOptions('init()', options, initRules)
    if (options.wasm !== undefined) {
        given = options.wasm
        compiled = undefined
        current = undefined
    }
    await compile()
}

/** @returns {Promise<WebAssembly.Module>} */
function compile() {
    if (compiled === undefined) {
        compiled = find(given ?? new URL('./alimentar.wasm', import.meta.url))
        compiled.catch(() => {
            compiled = undefined
        })
    }
    return compiled
}

/** @param {import('./types.d.ts').WasmSource} source */
async function find(source) {
    if (source instanceof WebAssembly.Module) return source
    if (source instanceof ArrayBuffer || ArrayBuffer.isView(source))
        return compileBytes(/** @type {BufferSource} */ (source))
    if (typeof Response !== 'undefined' && source instanceof Response)
        return compileResponse(source, source.url)
    const url = urlOf(String(source))
    if (url.protocol === 'file:') return compileBytes(await readFile(url))
    let response
    try {
        response = await fetch(url)
    } catch (error) {
        throw notFound(url.href, error instanceof Error ? error.message : String(error))
    }
    return compileResponse(response, url.href)
}

/** @param {string} source @returns {URL} */
function urlOf(source) {
    try {
        return new URL(source, typeof location === 'undefined' ? undefined : location.href)
    } catch {
        throw notFound(source, 'that is not a URL')
    }
}

/** @param {URL} url @returns {Promise<Uint8Array<ArrayBuffer>>} */
async function readFile(url) {
    const fs = /** @type {any} */ (globalThis).process?.getBuiltinModule?.('node:fs')
    if (fs === undefined) throw notFound(url.href, 'files cannot be read here')
    try {
        return await fs.promises.readFile(url)
    } catch (error) {
        throw notFound(url.href, /** @type {any} */ (error).code ?? String(error))
    }
}

/** @param {Response} response @param {string} url */
async function compileResponse(response, url) {
    if (!response.ok) throw notFound(url, `HTTP ${response.status}`)
    const bytes = new Uint8Array(await response.arrayBuffer())
    const isWasm = bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d
    if (!isWasm)
        throw notFound(
            url,
            `the server sent ${response.headers.get('content-type') ?? 'something else'}`,
        )
    return compileBytes(bytes)
}

/** @param {BufferSource} bytes */
async function compileBytes(bytes) {
    try {
        return await WebAssembly.compile(bytes)
    } catch (error) {
        if (!WebAssembly.validate(SIMD_PROBE)) {
            throw new AlimentarError(
                'unsupported',
                'this engine does not have WebAssembly SIMD128, which alimentar needs ' +
                    '(Chrome 91, Firefox 89, Safari 16.4, Node 16.4 and later have it)',
            )
        }
        throw error
    }
}

/** @param {string} url @param {string} cause */
function notFound(url, cause) {
    const path = redacted(url)
    return new AlimentarError(
        'not_found',
        `alimentar.wasm was not found at ${path} (${redactedSentence(cause)}): serve it there, ` +
            "next to your bundle or the package's index.js, or call " +
            "init({ wasm: its URL or bytes }) before open(), or import from 'alimentar/inline', " +
            'which holds it',
        { path },
    )
}

/**
 * The instance to open something in; each holder calls core.leave() once.
 * @returns {Promise<Core>}
 */
export async function acquire() {
    const module = await compile()
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
