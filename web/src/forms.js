// forms.js: the form that each type of the core takes in JavaScript, as the options want it: the
// kind of array, how its values are read from memory, and what `type` and `storage` say. The table
// is docs/contracts/javascript.md. Left out: decimals, half floats and nested types, which the core
// does not read yet.
import * as abi from './abi.js'

/** @typedef {import('./types.d.ts').DataType} DataType */
/** @typedef {{ int64: 'number' | 'bigint', times: 'ms' | 'Date' | 'bigint' }} ValueOptions */

/**
 * How values are read: writes as many as `target` holds; returns the index of the first one that
 * does not fit, or -1.
 * @typedef {(buffer: ArrayBufferLike, address: number, target: any) => number} Reader
 */

/**
 * `array` is the array of the values, `memory` the same if the core's memory can be shown as it is,
 * `show` makes of an array's element what at() gives, `misfit` says why a value does not fit.
 * @typedef {{
 *   kind: 'fixed' | 'text' | 'binary' | 'null' | 'unsupported', type: DataType, storage: DataType,
 *   width: number, array: any, memory: any, read: Reader, isObject: boolean,
 *   show: ((value: any) => any) | undefined, misfit: string
 * }} Form
 */

/** The furthest that a Date goes from 1970. */
const DATE_MS_MAX = 8.64e15

/** Units in a millisecond, and milliseconds in a unit. */
const PER_MS = [0, 1, 1000, 1000000, 0]
const MS_PER = [1000, 1, 0, 0, 86400000]

/** By width and sign. @type {Map<string, any>} */
const INT_ARRAYS = new Map(
    /** @type {[string, any][]} */ ([
        ['8s', Int8Array],
        ['16s', Int16Array],
        ['32s', Int32Array],
        ['8u', Uint8Array],
        ['16u', Uint16Array],
        ['32u', Uint32Array],
    ]),
)

/**
 * What the options of a read say, else those of its data set; both were checked.
 * @param {Partial<ValueOptions>} standard @param {Partial<ValueOptions>} [options]
 * @returns {ValueOptions}
 */
export function valueOptions(standard, options = {}) {
    return {
        int64: options.int64 ?? standard.int64 ?? 'number',
        times: options.times ?? standard.times ?? 'ms',
    }
}

/**
 * @param {{ [name: string]: any }} info an ali_type_info, its zone as a text
 * @param {string} spelling the core's name of the type
 * @param {ValueOptions} options
 * @returns {Form}
 */
export function formOf(info, spelling, options) {
    const storage = storageOf(info, spelling)
    /** @type {Partial<Form>} */
    const found = find(info, storage, options) ?? { kind: 'unsupported' }
    return {
        kind: 'fixed',
        type: storage,
        storage,
        width: 0,
        array: undefined,
        memory: undefined,
        read: readNothing,
        show: undefined,
        isObject: false,
        misfit: '',
        ...found,
    }
}

/** @param {{ [name: string]: any }} info @param {string} name @returns {DataType} */
function storageOf(info, name) {
    /** @type {DataType} */
    const type = { name, typeId: info.kind }
    switch (info.kind) {
        case abi.ALI_TYPE_INT:
            return { ...type, bitWidth: info.bits, signed: info.is_signed !== 0 }
        case abi.ALI_TYPE_FLOAT:
            return { ...type, precision: info.bits === 16 ? 0 : info.bits === 32 ? 1 : 2 }
        case abi.ALI_TYPE_TIMESTAMP:
            return { ...type, unit: info.unit, timezone: info.zone === '' ? null : info.zone }
        case abi.ALI_TYPE_DATE:
            return { ...type, unit: info.unit === abi.ALI_UNIT_DAY ? 0 : 1 }
        case abi.ALI_TYPE_TIME:
            return { ...type, unit: info.unit, bitWidth: info.bits }
        case abi.ALI_TYPE_DURATION:
            return { ...type, unit: info.unit }
        case abi.ALI_TYPE_DECIMAL:
            return { ...type, precision: info.precision, scale: info.scale, bitWidth: info.bits }
        case abi.ALI_TYPE_FIXED_BINARY:
            return { ...type, stride: info.bits / 8 }
        default:
            return type
    }
}

/**
 * @param {{ [name: string]: any }} info
 * @param {DataType} storage
 * @param {ValueOptions} options
 * @returns {Partial<Form> | undefined}
 */
function find(info, storage, options) {
    switch (info.kind) {
        case abi.ALI_TYPE_NULL:
            return { kind: 'null' }
        case abi.ALI_TYPE_UTF8:
            return { kind: 'text' }
        case abi.ALI_TYPE_BINARY:
            return { kind: 'binary' }
        case abi.ALI_TYPE_FIXED_BINARY:
            return { kind: 'binary', width: info.bits / 8 }
        case abi.ALI_TYPE_BOOL:
            return { array: Uint8Array, read: readBits, show: (value) => value !== 0 }
        case abi.ALI_TYPE_INT:
            return info.bits === 64
                ? wide(info, options)
                : direct(INT_ARRAYS.get(info.bits + (info.is_signed ? 's' : 'u')))
        case abi.ALI_TYPE_FLOAT:
            return info.bits === 16
                ? undefined
                : direct(info.bits === 32 ? Float32Array : Float64Array)
        case abi.ALI_TYPE_DATE:
        case abi.ALI_TYPE_TIME:
        case abi.ALI_TYPE_TIMESTAMP:
        case abi.ALI_TYPE_DURATION:
            return time(info, storage, options)
        default:
            return undefined
    }
}

/**
 * Values that lie in memory as JavaScript shows them.
 * @param {any} array
 * @returns {Partial<Form>}
 */
function direct(array) {
    return {
        array,
        memory: array,
        read(buffer, address, target) {
            target.set(new array(buffer, address, target.length))
            return -1
        },
    }
}

/** @param {{ [name: string]: any }} info @param {ValueOptions} options @returns {Partial<Form>} */
function wide(info, options) {
    if (options.int64 === 'bigint') return direct(info.is_signed ? BigInt64Array : BigUint64Array)
    return {
        type: { name: 'float64', typeId: abi.ALI_TYPE_FLOAT, precision: 2 },
        array: Float64Array,
        read: info.is_signed ? readInt64 : readUint64,
        misfit: "±(2^53 - 1), which a number cannot hold exactly: ask for { int64: 'bigint' }",
    }
}

/**
 * @param {{ [name: string]: any }} info
 * @param {DataType} storage
 * @param {ValueOptions} options
 * @returns {Partial<Form>}
 */
function time(info, storage, options) {
    const isWide = info.bits === 64
    if (options.times === 'bigint') {
        return isWide ? direct(BigInt64Array) : { array: BigInt64Array, read: readInt32AsBigInt }
    }
    const name =
        info.kind === abi.ALI_TYPE_DATE
            ? 'date64'
            : storage.name.replace(/\[(s|ms|us|ns)/, '[ms').replace(/^time\d+/, 'time32')
    const type = { ...storage, name, unit: 1 }
    if (info.kind === abi.ALI_TYPE_TIME) type.bitWidth = 32
    const read = timeReader(isWide, info.unit)
    if (options.times === 'ms') return { type, array: Float64Array, read }
    return {
        type,
        array: Float64Array,
        read: (buffer, address, target) => {
            read(buffer, address, target)
            return target.findIndex((/** @type {number} */ ms) => Math.abs(ms) > DATE_MS_MAX)
        },
        isObject: true,
        show: (ms) => new Date(ms),
        misfit: "±8.64e15 ms, which a Date cannot hold: ask for { times: 'ms' } or 'bigint'",
    }
}

/** @type {Reader} */
function readNothing() {
    return -1
}

/** @type {Reader} */
function readBits(buffer, address, target) {
    const bits = new Uint8Array(buffer, address, (target.length + 7) >> 3)
    for (let i = 0; i < target.length; i += 1) target[i] = (bits[i >> 3] >> (i & 7)) & 1
    return -1
}

/** @type {Reader} */
function readInt32AsBigInt(buffer, address, target) {
    const values = new Int32Array(buffer, address, target.length)
    for (let i = 0; i < values.length; i += 1) target[i] = BigInt(values[i])
    return -1
}

// 64-bit integers are put together of their halves: BigInt would cost ten times as much.
/** @type {Reader} */
function readInt64(buffer, address, target) {
    const halves = new Int32Array(buffer, address, target.length * 2)
    for (let i = 0; i < target.length; i += 1) {
        const high = halves[2 * i + 1]
        const value = high * 4294967296 + (halves[2 * i] >>> 0)
        if (high >= 0x200000 || high < -0x200000 || value === -9007199254740992) return i
        target[i] = value
    }
    return -1
}

/** @type {Reader} */
function readUint64(buffer, address, target) {
    const halves = new Uint32Array(buffer, address, target.length * 2)
    for (let i = 0; i < target.length; i += 1) {
        if (halves[2 * i + 1] >= 0x200000) return i
        target[i] = halves[2 * i + 1] * 4294967296 + halves[2 * i]
    }
    return -1
}

/** @param {boolean} isWide @param {number} unit @returns {Reader} */
function timeReader(isWide, unit) {
    if (!isWide)
        return (buffer, address, target) =>
            readTimes32(new Int32Array(buffer, address, target.length), unit, target)
    return (buffer, address, target) => readTimes64(buffer, address, unit, target)
}

/** @param {Int32Array} values @param {number} unit @param {Float64Array} target */
function readTimes32(values, unit, target) {
    const per = PER_MS[unit]
    const factor = MS_PER[unit]
    for (let i = 0; i < values.length; i += 1)
        target[i] = per === 0 ? values[i] * factor : values[i] / per
    return -1
}

// The double nearest to the exact number of milliseconds. Below 2^53 one division or product rounds
// once. Above, the whole milliseconds and the rest are taken apart first: the sum then has so few
// bits left behind the point that adding the rounded rest rounds the same way.
/**
 * @param {ArrayBufferLike} buffer
 * @param {number} address
 * @param {number} unit
 * @param {Float64Array} target
 */
function readTimes64(buffer, address, unit, target) {
    const halves = new Int32Array(buffer, address, target.length * 2)
    const wide = new BigInt64Array(buffer, address, target.length)
    const per = PER_MS[unit]
    const factor = MS_PER[unit]
    for (let i = 0; i < target.length; i += 1) {
        const high = halves[2 * i + 1]
        if (high < 0x200000 && high >= -0x200000) {
            const value = high * 4294967296 + (halves[2 * i] >>> 0)
            target[i] = per === 0 ? value * factor : value / per
        } else {
            target[i] =
                per === 0 ? Number(wide[i] * BigInt(factor)) : quotient(wide[i], BigInt(per))
        }
    }
    return -1
}

/** @param {bigint} value @param {bigint} per */
function quotient(value, per) {
    return Number(value / per) + Number(value % per) / Number(per)
}
