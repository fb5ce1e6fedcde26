// column.js: columns as JavaScript sees them.
//
// The form of `values` and of `at` follows from type and options alone (forms.js). A column reads
// its arrays from its areas: arrays of its own, or over the core's memory (views: true), derived
// anew at each access. Text and binary values are in text.js, nested types in nested.js.
import * as abi from './abi.js'
import { grown, trimmed } from './budget.js'
import { AlimentarError } from './errors.js'

/** @typedef {import('./wasm.js').Core} Core */
/** @typedef {import('./fields.js').Field} Field */
/** @typedef {import('./forms.js').Form} Form */
/** @typedef {{ [name: string]: any }} Fields */

/**
 * The arrays of a column; which of them there are depends on its form.
 * @typedef {{ values?: any, validity: Uint8Array | null, offsets?: any, data?: any }} Areas
 */

/** A method that Node's console calls. */
export const INSPECT = Symbol.for('nodejs.util.inspect.custom')

/** Elements of an array of values; of more, engines end the whole process (V8: 2^27). */
const ARRAY_MAX = 1e8

/** @type {Areas} */
const NOTHING = { validity: null }

/** What every column has; its kinds add how a value looks. */
export class Column {
    /** @param {Field} field @param {number} length @param {number} nullCount
     * @param {Areas} [areas] */
    constructor(field, length, nullCount, areas = NOTHING) {
        this.name = field.name
        this.label = field.name
        this.type = field.form.type
        this.storage = field.form.storage
        this.metadata = field.metadata
        this.length = length
        this.nullCount = nullCount
        /** @type {'plain' | 'dictionary'} */
        this.encoding = 'plain'
        this._form = field.form
        this._areas = areas
    }

    /** @returns {any} */
    get values() {
        return undefined
    }

    /** @returns {Uint8Array | null} */
    get validity() {
        return this._areas.validity
    }

    /** The columns below a nested one. @returns {Column[]} */
    get children() {
        return []
    }

    /** The first column below of that name, or null. @param {string} name @returns {any} */
    getChild(name) {
        return this.children.find((child) => child.name === name) ?? null
    }

    /** The value of a row that is not null. @param {number} row @returns {any} */
    _value(row) {
        return row < 0 ? undefined : null
    }

    /** @param {number} row */
    isValid(row) {
        const { validity } = this._areas
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
        return this.isValid(row) ? this._value(row) : null
    }

    /** @returns {any} */
    toArray() {
        return this.range(0, this.length)
    }

    /** The rows [begin, end), as toArray() gives them. @param {number} begin @param {number} end
     * @returns {any} */
    range(begin, end) {
        const count = end - begin
        checkLength(this, count)
        const all = new Array(count)
        for (let row = begin; row < end; row += 1) all[row - begin] = this.get(row)
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

    // Observable Plot takes objects whose toString is Object's own for options, not for values.
    toString() {
        const { name, type, length, nullCount } = this
        const nulls = nullCount === 0 ? '' : `, ${nullCount} null`
        return `Column ${JSON.stringify(name)} (${type.name}, ${length} rows${nulls})`
    }

    /** What console.log shows in Node. */
    [INSPECT]() {
        return this.toString()
    }
}

/** Numbers, booleans and times: one typed array. */
export class FixedColumn extends Column {
    get values() {
        return this._areas.values
    }

    /** @param {number} row */
    _value(row) {
        const value = this._areas.values[row]
        return this._form.show === undefined ? value : this._form.show(value)
    }

    /** The array itself where there is one, but a copy of what lies in the core's memory. */
    toArray() {
        if (this.nullCount !== 0 || this._form.isObject) return super.range(0, this.length)
        return this._areas instanceof MemoryAreas ? this.values.slice() : this.values
    }

    /** @param {number} begin @param {number} end */
    range(begin, end) {
        return this._form.isObject || hasNull(this, begin, end)
            ? super.range(begin, end)
            : this.values.slice(begin, end)
    }
}

/** Fails for more values than go into one array. @param {Column} column @param {number} count */
export function checkLength(column, count) {
    if (count <= ARRAY_MAX) return
    throw new AlimentarError(
        'limit',
        `column "${column.name}" holds ${count} values, more than the ${ARRAY_MAX} that go into ` +
            'one array: read it by batches',
        { column: column.name },
    )
}

/** @param {Column} column @param {number} begin @param {number} end */
function hasNull(column, begin, end) {
    if (column.nullCount === 0) return false
    for (let row = begin; row < end; row += 1) if (!column.isValid(row)) return true
    return false
}

/** A column of nulls. */
export class NullColumn extends Column {
    /** @param {number} _row */
    isValid(_row) {
        return false
    }
}

/** A batch of views, as its columns know it. */
export class Hold {
    /** @param {Core} core @param {number} batch @param {number} simple the same rows, simplified */
    constructor(core, batch, simple) {
        this.core = core
        this.batch = batch
        this.simple = simple
        this.isReleased = false
        core.holders += 1
        core.exports.batch_retain(batch)
        core.exports.batch_retain(simple)
    }

    check() {
        if (this.isReleased)
            throw new AlimentarError('state', 'the batch was released: its views are gone')
    }

    release() {
        if (this.isReleased) return
        this.isReleased = true
        this.core.exports.batch_release(this.simple)
        this.core.exports.batch_release(this.batch)
        this.core.leave()
    }
}

/** Areas in the core's memory: arrays are derived anew at each access, until the release. */
export class MemoryAreas {
    /** @param {Hold} hold @param {Fields} info @param {any} array of the values */
    constructor(hold, info, array) {
        this._hold = hold
        this._info = info
        this._array = array
    }

    get values() {
        this._hold.check()
        const { values, length } = this._info
        return new this._array(this._hold.core.memory.buffer, values, length)
    }

    get validity() {
        this._hold.check()
        return validityOf(this._hold.core, this._info)
    }

    get offsets() {
        this._hold.check()
        return offsetsOf(this._hold.core, this._info)
    }

    get data() {
        this._hold.check()
        return this._hold.core.bytes(this._info.data, this._info.data_bytes)
    }
}

/** A bitmap that is made with the first null; 1 means that there is a value. */
export class ValidityBuilder {
    /** @param {import('./budget.js').Budget} budget */
    constructor(budget) {
        this.budget = budget
        this.nullCount = 0
        this.length = 0
        /** @type {Uint8Array | null} */
        this.bits = null
    }

    /**
     * @param {number} count @param {Uint8Array | null} bits @param {number} nullCount
     * @param {number} expected rows in the end; 0 if that is not known
     */
    append(count, bits, nullCount, expected) {
        if (nullCount !== 0 || this.bits !== null)
            this.put(count, nullCount === 0 ? null : bits, expected)
        this.nullCount += nullCount
        this.length += count
    }

    /** @param {number} count @param {Uint8Array | null} bits @param {number} expected */
    put(count, bits, expected) {
        const begin = this.length
        const all = this.reserve(begin + count, expected)
        if (bits === null) setBits(all, begin, begin + count)
        else copyBits(all, begin, bits, count)
    }

    /** @param {number} length @param {number} expected */
    reserve(length, expected) {
        const needed = Math.ceil(length / 8)
        const old = this.bits ?? new Uint8Array(0)
        if (this.bits !== null && old.length >= needed) return old
        const bits = grown(old, needed, Math.ceil(expected / 8), this.budget)
        if (this.bits === null) setBits(bits, 0, this.length)
        this.bits = bits
        return bits
    }

    /** @returns {Uint8Array | null} */
    finish() {
        const size = Math.ceil(this.length / 8)
        return this.bits === null ? null : trimmed(this.bits, size, this.budget)
    }
}

/** What builders of columns have in common: rows, some of them null. */
export class RowsBuilder {
    /**
     * @param {Field} field @param {number} expected rows in the end; 0 if that is not known
     * @param {import('./budget.js').Budget} budget
     */
    constructor(field, expected, budget) {
        this.field = field
        this.expected = expected
        this.budget = budget
        this.validity = new ValidityBuilder(budget)
    }

    get length() {
        return this.validity.length
    }

    /** @param {number} rows in the end, as it seems now */
    expect(rows) {
        this.expected = rows
    }

    /** Takes note of rows whose values have come. @param {Core} core @param {Fields} info */
    appendNulls(core, info) {
        const { length, null_count: nulls } = info
        this.validity.append(length, validityOf(core, info), nulls, this.expected)
    }
}

/** @param {any} to @param {number} begin @param {number} end */
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

// The bits of `to` from `begin` on are 0 before.
/** @param {Uint8Array} to @param {number} begin @param {Uint8Array} from @param {number} count */
function copyBits(to, begin, from, count) {
    const shift = begin & 7
    const first = begin >> 3
    const whole = count >> 3
    if (shift === 0) to.set(from.subarray(0, whole), first)
    for (let at = 0; shift !== 0 && at < whole; at += 1) {
        to[first + at] |= from[at] << shift
        to[first + at + 1] |= from[at] >> (8 - shift)
    }
    for (let i = whole * 8; i < count; i += 1)
        if (((from[i >> 3] >> (i & 7)) & 1) !== 0) setBit(to, begin + i)
}

/** @param {Core} core @param {number} column @returns {Fields} */
export function describeColumn(core, column) {
    const info = core.describe(abi.ali_column_info, (address) =>
        core.exports.column_describe(column, address),
    )
    info.column = column
    return info
}

/** @param {Core} core @param {Fields} info @returns {Uint8Array | null} */
export function validityOf(core, info) {
    return info.validity === 0 || info.null_count === 0
        ? null
        : core.bytes(info.validity, Math.ceil(info.length / 8))
}

/** @param {Core} core @param {Fields} info @returns {Int32Array} */
export function offsetsOf(core, info) {
    return info.offsets === 0
        ? new Int32Array(info.length + 1)
        : new Int32Array(core.memory.buffer, info.offsets, info.length + 1)
}
