// variant.js: values of the binary Variant encoding as plain values (https://github.com/apache/
// parquet-format/blob/master/VariantEncoding.md). Objects have no prototype; 64-bit integers,
// decimals and times take the forms that the options say. Left out: shredded Variants, which the
// core has put together.
import { AlimentarError } from './errors.js'
import { DECIMAL_MISFIT, INT64_MISFIT } from './forms.js'
import { NestedColumn } from './nested.js'
import { decimalNumber, decimalText } from './readers.js'
import { uuidText } from './text.js'

/** @typedef {import('./forms.js').ValueOptions} ValueOptions */

/** Objects and arrays inside one another at most. */
const DEPTH_MAX = 512

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Says what is wrong with a value. */
class Misfit extends Error {
    /** @param {string} code @param {string} message */
    constructor(code, message) {
        super(message)
        this.code = code
    }
}

/** Variants: a struct of two binary columns, "metadata" and "value". */
export class VariantColumn extends NestedColumn {
    /** @param {number} row @returns {any} */
    _value(row) {
        const metadata = this.getChild('metadata')?.get(row)
        const value = this.getChild('value')?.get(row)
        if (!(value instanceof Uint8Array)) return null
        try {
            const reader = new Reader(metadata ?? new Uint8Array(0), value, this._form.options)
            return reader.value(0, 0)
        } catch (error) {
            if (error instanceof RangeError) throw this.failure('corrupt', 'is cut short', row)
            if (!(error instanceof Misfit)) throw error
            throw this.failure(error.code, error.message, row)
        }
    }

    /** @param {string} code @param {string} what @param {number} row */
    failure(code, what, row) {
        return new AlimentarError(
            code,
            `the Variant in row ${row} of column "${this.name}" ${what}`,
            { column: this.name, row },
        )
    }
}

/** Reads one Variant. DataView checks the bounds. */
class Reader {
    /** @param {Uint8Array} metadata @param {Uint8Array} value @param {ValueOptions} options */
    constructor(metadata, value, options) {
        this.metadata = metadata
        this.bytes = value
        this.view = new DataView(value.buffer, value.byteOffset, value.length)
        this.options = options
        /** @type {string[] | undefined} */
        this.read = undefined
        // Values that overlap must not make more of a Variant than it has bytes.
        this.left = value.length
    }

    /** The names of members, by number. */
    get names() {
        this.read ??= namesOf(this.metadata)
        return this.read
    }

    /** @param {number} at @param {number} depth @returns {any} */
    value(at, depth) {
        if (depth > DEPTH_MAX) throw new Misfit('limit', `is nested deeper than ${DEPTH_MAX}`)
        const header = this.view.getUint8(at)
        this.left -= 1
        if (this.left < 0) throw new Misfit('corrupt', 'has values that overlap')
        switch (header & 3) {
            case 0:
                return this.primitive(header >> 2, at + 1)
            case 1:
                return this.text(at + 1, header >> 2)
            case 2:
                return this.object(header >> 2, at + 1, depth)
            default:
                return this.array(header >> 2, at + 1, depth)
        }
    }

    /** @param {number} at @param {number} width 1 to 4 */
    number(at, width) {
        return numberAt(this.view, at, width)
    }

    /** @param {number} at @param {number} length */
    slice(at, length) {
        if (at + length > this.bytes.length) throw new RangeError()
        return this.bytes.slice(at, at + length)
    }

    /** @param {number} at @param {number} length */
    text(at, length) {
        return decoder.decode(this.slice(at, length))
    }

    /** @param {number} flags @param {number} at @param {number} depth */
    object(flags, at, depth) {
        const offsetWidth = (flags & 3) + 1
        const idWidth = ((flags >> 2) & 3) + 1
        const countWidth = (flags & 16) === 0 ? 1 : 4
        const count = this.number(at, countWidth)
        const ids = at + countWidth
        const offsets = ids + count * idWidth
        const values = offsets + (count + 1) * offsetWidth
        const made = Object.create(null)
        for (let i = 0; i < count; i += 1) {
            const name = this.names[this.number(ids + i * idWidth, idWidth)]
            if (name === undefined) throw new Misfit('corrupt', 'has a member without a name')
            made[name] = this.value(
                values + this.number(offsets + i * offsetWidth, offsetWidth),
                depth + 1,
            )
        }
        return made
    }

    /** @param {number} flags @param {number} at @param {number} depth */
    array(flags, at, depth) {
        const offsetWidth = (flags & 3) + 1
        const countWidth = (flags & 4) === 0 ? 1 : 4
        const count = this.number(at, countWidth)
        const offsets = at + countWidth
        const values = offsets + (count + 1) * offsetWidth
        const made = []
        for (let i = 0; i < count; i += 1)
            made.push(
                this.value(values + this.number(offsets + i * offsetWidth, offsetWidth), depth + 1),
            )
        return made
    }

    /** @param {number} type @param {number} at @returns {any} */
    primitive(type, at) {
        const { view } = this
        switch (type) {
            case 0:
                return null
            case 1:
            case 2:
                return type === 1
            case 3:
                return view.getInt8(at)
            case 4:
                return view.getInt16(at, true)
            case 5:
                return view.getInt32(at, true)
            case 6:
                return this.integer(view.getBigInt64(at, true))
            case 7:
                return view.getFloat64(at, true)
            case 8:
                return this.decimal(BigInt(view.getInt32(at + 1, true)), at)
            case 9:
                return this.decimal(view.getBigInt64(at + 1, true), at)
            case 10:
                return this.decimal(
                    (view.getBigInt64(at + 9, true) << 64n) | view.getBigUint64(at + 1, true),
                    at,
                )
            case 11:
                return this.time(BigInt(view.getInt32(at, true)), 86400000n, 1n)
            case 12:
            case 13:
            case 17:
                return this.time(view.getBigInt64(at, true), 1n, 1000n)
            case 14:
                return view.getFloat32(at, true)
            case 15:
                return this.slice(at + 4, view.getUint32(at, true))
            case 16:
                return this.text(at + 4, view.getUint32(at, true))
            case 18:
            case 19:
                return this.time(view.getBigInt64(at, true), 1n, 1000000n)
            case 20:
                return uuidText(this.slice(at, 16))
            default:
                throw new Misfit(
                    'unsupported',
                    `has a value of type ${type}, which is not supported`,
                )
        }
    }

    /** @param {bigint} value */
    integer(value) {
        if (this.options.int64 === 'bigint') return value
        if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER)
            throw new Misfit('type', `holds an integer that ${INT64_MISFIT}`)
        return Number(value)
    }

    /** @param {bigint} value @param {number} at of its scale */
    decimal(value, at) {
        const scale = this.view.getUint8(at)
        if (this.options.decimal === 'string') return decimalText(value, scale)
        const number = decimalNumber(value, scale)
        if (Number.isNaN(number)) throw new Misfit('type', `holds a decimal that ${DECIMAL_MISFIT}`)
        return number
    }

    /**
     * Milliseconds, a Date, or the value itself.
     * @param {bigint} value @param {bigint} factor ms in a unit @param {bigint} per units in a ms
     */
    time(value, factor, per) {
        if (this.options.times === 'bigint') return value
        const ms = Number((value * factor) / per) + Number((value * factor) % per) / Number(per)
        return this.options.times === 'ms' ? ms : new Date(ms)
    }
}

/** @param {DataView} view @param {number} at @param {number} width 1 to 4 */
function numberAt(view, at, width) {
    let value = 0
    for (let i = width - 1; i >= 0; i -= 1) value = value * 256 + view.getUint8(at + i)
    return value
}

/** @param {Uint8Array} metadata @returns {string[]} */
function namesOf(metadata) {
    const view = new DataView(metadata.buffer, metadata.byteOffset, metadata.length)
    const header = view.getUint8(0)
    const width = (header >> 6) + 1
    const count = numberAt(view, 1, width)
    const begin = 1 + (count + 2) * width
    const names = []
    for (let i = 0; i < count; i += 1) {
        const from = begin + numberAt(view, 1 + (i + 1) * width, width)
        const to = begin + numberAt(view, 1 + (i + 2) * width, width)
        if (from > to || to > metadata.length)
            throw new Misfit('corrupt', 'has names that do not lie in its metadata')
        names.push(decoder.decode(metadata.subarray(from, to)))
    }
    return names
}
