// column.js: columns as JavaScript sees them.
//
// The form of `values` and of `at` follows from type and options alone (forms.js). Columns over the
// core's memory (views: true) derive their arrays anew at each access. Text is in text.js.
import * as abi from './abi.js'

/** @typedef {import('./wasm.js').Core} Core */
/** @typedef {import('./forms.js').Form} Form */
/** @typedef {{ [name: string]: any }} Fields */

/** A method that Node's console calls. */
export const INSPECT = Symbol.for('nodejs.util.inspect.custom')

/** What every column has; its kinds add how a value looks. */
export class Column {
    /** @param {string} name @param {Form} form @param {number} length @param {number} nullCount */
    constructor(name, form, length, nullCount) {
        this.name = name
        this.label = name
        this.type = form.type
        this.storage = form.storage
        this.length = length
        this.nullCount = nullCount
        /** @type {'plain' | 'dictionary'} */
        this.encoding = 'plain'
    }

    /** @returns {any} */
    get values() {
        return undefined
    }

    /** @returns {Uint8Array | null} */
    get validity() {
        return null
    }

    /** The value of a row that is not null. @param {number} row @returns {any} */
    value(row) {
        return row < 0 ? undefined : null
    }

    /** @param {number} row */
    isValid(row) {
        const { validity } = this
        return validity === null || ((validity[row >> 3] >> (row & 7)) & 1) !== 0
    }

    /** @param {number} row counted from the end if it is negative @returns {any} */
    at(row) {
        return this.get(row < 0 ? row + this.length : row)
    }

    /**
     * @param {number} row
     * @returns {any} null for a null, undefined for a row that does not exist
     */
    get(row) {
        if (!(row >= 0 && row < this.length)) return undefined
        return this.isValid(row) ? this.value(row) : null
    }

    /** @returns {any} */
    toArray() {
        const all = new Array(this.length)
        for (let row = 0; row < this.length; row += 1) all[row] = this.get(row)
        return all
    }

    /** @returns {IterableIterator<any>} */
    *[Symbol.iterator]() {
        for (let row = 0; row < this.length; row += 1) yield this.get(row)
    }

    /** What the column is; its values are in toArray(). */
    toJSON() {
        const { name, type, length, nullCount } = this
        return { name, type: type.name, length, nullCount }
    }

    /** What console.log shows in Node. */
    [INSPECT]() {
        const { name, type, length, nullCount } = this
        const nulls = nullCount === 0 ? '' : `, ${nullCount} null`
        return `Column ${JSON.stringify(name)} (${type.name}, ${length} rows${nulls})`
    }
}

/** Numbers, booleans and times: one typed array. */
export class FixedColumn extends Column {
    /**
     * @param {string} name
     * @param {Form} form
     * @param {number} length
     * @param {number} nullCount
     * @param {any} values
     * @param {Uint8Array | null} validity
     */
    constructor(name, form, length, nullCount, values, validity) {
        super(name, form, length, nullCount)
        this._values = values
        this._validity = validity
        this._form = form
    }

    get values() {
        return this._values
    }

    get validity() {
        return this._validity
    }

    /** @param {number} row */
    value(row) {
        const value = this.values[row]
        return this._form.show === undefined ? value : this._form.show(value)
    }

    toArray() {
        return this.nullCount === 0 && !this._form.isObject ? this.values : super.toArray()
    }
}

/**
 * A typed array over the core's memory, derived anew at each access, until its batch is released.
 */
export class ViewColumn extends FixedColumn {
    /**
     * @param {string} name
     * @param {Form} form
     * @param {Core} core
     * @param {Fields} info
     * @param {() => void} check
     */
    constructor(name, form, core, info, check) {
        super(name, form, info.length, info.null_count, undefined, null)
        this._core = core
        this._info = info
        this._check = check
    }

    get values() {
        this._check()
        return new this._form.memory(this._core.memory.buffer, this._info.values, this.length)
    }

    get validity() {
        this._check()
        if (this._info.validity === 0) return null
        return this._core.bytes(this._info.validity, Math.ceil(this.length / 8))
    }

    toArray() {
        return super.toArray().slice()
    }
}

/** A column of nulls. */
export class NullColumn extends Column {
    /** @param {number} _row */
    isValid(_row) {
        return false
    }
}

/** A bitmap that is made with the first null; 1 means that there is a value. */
export class ValidityBuilder {
    constructor() {
        this.nullCount = 0
        this.length = 0
        /** @type {Uint8Array | null} */
        this.bits = null
    }

    /** @param {number} count @param {Uint8Array | null} bits @param {number} nullCount */
    append(count, bits, nullCount) {
        if (nullCount !== 0 || this.bits !== null) this.put(count, nullCount === 0 ? null : bits)
        this.nullCount += nullCount
        this.length += count
    }

    /** @param {number} count @param {Uint8Array | null} bits */
    put(count, bits) {
        const begin = this.length
        const all = this.reserve(begin + count)
        if (bits === null) setBits(all, begin, begin + count)
        else copyBits(all, begin, bits, count)
    }

    /** @param {number} length */
    reserve(length) {
        const needed = (length + 7) >> 3
        if (this.bits === null) {
            this.bits = new Uint8Array(needed)
            setBits(this.bits, 0, this.length)
        } else if (this.bits.length < needed) {
            const grown = new Uint8Array(Math.max(needed, this.bits.length * 2))
            grown.set(this.bits)
            this.bits = grown
        }
        return this.bits
    }

    /** @returns {Uint8Array | null} */
    finish() {
        const size = (this.length + 7) >> 3
        return this.bits === null || this.bits.length === size
            ? this.bits
            : this.bits.slice(0, size)
    }
}

/** @param {Uint8Array} to @param {number} begin @param {number} end */
function setBits(to, begin, end) {
    let at = begin
    while (at < end && (at & 7) !== 0) setBit(to, at++)
    to.fill(255, at >> 3, Math.max(at, end) >> 3)
    for (at = Math.max(at, end & ~7); at < end; at += 1) setBit(to, at)
}

/** @param {Uint8Array} to @param {number} at */
function setBit(to, at) {
    to[at >> 3] |= 1 << (at & 7)
}

/** @param {Uint8Array} to @param {number} begin @param {Uint8Array} from @param {number} count */
function copyBits(to, begin, from, count) {
    if ((begin & 7) === 0) {
        to.set(from.subarray(0, (count + 7) >> 3), begin >> 3)
        if ((count & 7) !== 0) to[(begin + count) >> 3] &= (1 << (count & 7)) - 1
        return
    }
    for (let i = 0; i < count; i += 1) {
        if (((from[i >> 3] >> (i & 7)) & 1) !== 0) setBit(to, begin + i)
    }
}

/** @param {Core} core @param {number} column @returns {Fields} */
export function describeColumn(core, column) {
    return core.describe(abi.ali_column_info, (address) =>
        core.exports.column_describe(column, address),
    )
}

/** @param {Core} core @param {Fields} info @returns {Uint8Array | null} */
export function validityOf(core, info) {
    return info.validity === 0 || info.null_count === 0
        ? null
        : core.bytes(info.validity, Math.ceil(info.length / 8))
}
