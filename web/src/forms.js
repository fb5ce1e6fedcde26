// forms.js: the form that each type of the core takes in JavaScript, as the options want it: the
// kind of column, how its values are read from memory, and what `type` and `storage` say. The table
// is docs/contracts/javascript.md.
//
// Forms are made from the schema of the file; the batches that they read are simplified ones, in
// which large types and views are plain, and run ends are expanded.
import * as abi from './abi.js'
import {
    dateReader,
    decimalReader,
    directReader,
    readBits,
    readHalfs,
    readInt32AsBigInt,
    readInt64,
    readNothing,
    readUint64,
    timeReader,
} from './readers.js'

/** @typedef {import('./types.d.ts').DataType} DataType */
/** @typedef {import('./fields.js').Field} Field */
/** @typedef {import('./readers.js').Reader} Reader */
/**
 * @typedef {{ int64: 'number' | 'bigint', times: 'ms' | 'Date' | 'bigint',
 *   decimal: 'number' | 'string' }} ValueOptions
 */
/**
 * @typedef {'fixed' | 'text' | 'binary' | 'uuid' | 'null' | 'decimal' | 'interval' | 'list' |
 *   'fixed_list' | 'struct' | 'map' | 'union' | 'variant' | 'unsupported'} Kind
 */

/**
 * `array` is the array of the values, `memory` the same if the core's memory can be shown as it is,
 * `width` the bytes of a value that is kept as it lies, `show` makes of an array's element what
 * at() gives, `misfit` says why a value does not fit. `children` are the fields below a nested
 * type.
 * @typedef {{
 *   kind: Kind, type: DataType, storage: DataType, width: number, array: any, memory: any,
 *   read: Reader, isObject: boolean, show: ((value: any) => any) | undefined, misfit: string,
 *   children: Field[], typeIds: number[], options: ValueOptions
 * }} Form
 */

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

/** What comes in place of types that only lie otherwise in memory. @type {Map<number, number>} */
const PLAIN_KINDS = new Map([
    [abi.ALI_TYPE_LARGE_UTF8, abi.ALI_TYPE_UTF8],
    [abi.ALI_TYPE_UTF8_VIEW, abi.ALI_TYPE_UTF8],
    [abi.ALI_TYPE_LARGE_BINARY, abi.ALI_TYPE_BINARY],
    [abi.ALI_TYPE_BINARY_VIEW, abi.ALI_TYPE_BINARY],
    [abi.ALI_TYPE_LARGE_LIST, abi.ALI_TYPE_LIST],
    [abi.ALI_TYPE_LIST_VIEW, abi.ALI_TYPE_LIST],
    [abi.ALI_TYPE_LARGE_LIST_VIEW, abi.ALI_TYPE_LIST],
])

const TEXT = { name: 'utf8', typeId: abi.ALI_TYPE_UTF8 }
const BINARY = { name: 'binary', typeId: abi.ALI_TYPE_BINARY }
const FLOAT64 = { name: 'float64', typeId: abi.ALI_TYPE_FLOAT, precision: 2 }

export const INT64_MISFIT =
    "is outside ±(2^53 - 1), which a number cannot hold exactly: ask for { int64: 'bigint' }"
export const DECIMAL_MISFIT = "has more digits than a number holds: ask for { decimal: 'string' }"
const DATE_MISFIT =
    "is outside ±8.64e15 ms, which a Date cannot hold: ask for { times: 'ms' } or 'bigint'"

/**
 * What the options of a read say, else those of its data set; both were checked.
 * @param {Partial<ValueOptions>} standard @param {Partial<ValueOptions>} [options]
 * @returns {ValueOptions}
 */
export function valueOptions(standard, options = {}) {
    return {
        int64: options.int64 ?? standard.int64 ?? 'number',
        times: options.times ?? standard.times ?? 'ms',
        decimal: options.decimal ?? standard.decimal ?? 'number',
    }
}

/**
 * @param {{ [name: string]: any }} info an ali_type_info, its zone as a text, `type_ids` as numbers
 * @param {string} spelling the core's name of the type
 * @param {Field[]} children
 * @param {ValueOptions} options
 * @returns {Form}
 */
export function formOf(info, spelling, children, options) {
    const storage = storageOf(info, spelling, children)
    if (info.kind === abi.ALI_TYPE_RUN_END) return { ...children[1].form, storage }
    const plain = storage.dictionary ?? storage
    /** @type {Partial<Form>} */
    const found = find(info, plain, children, options) ?? { kind: 'unsupported' }
    return {
        kind: 'fixed',
        type: plain,
        storage,
        width: 0,
        array: undefined,
        memory: undefined,
        read: readNothing,
        show: undefined,
        isObject: false,
        misfit: '',
        children,
        typeIds: info.type_ids,
        options,
        ...found,
    }
}

/**
 * The file's own type.
 * @param {{ [name: string]: any }} info @param {string} name @param {Field[]} children
 * @returns {DataType}
 */
function storageOf(info, name, children) {
    if (info.index_bits === 0) return ownType(info, name, children.map(storedField))
    const end = name.lastIndexOf(', ')
    return {
        name,
        typeId: -1,
        indices: {
            name: name.slice(end + 2, -1),
            typeId: abi.ALI_TYPE_INT,
            bitWidth: info.index_bits,
            signed: info.index_is_signed !== 0,
        },
        dictionary: ownType(
            info,
            name.slice(name.indexOf('<') + 1, end),
            children.map(storedField),
        ),
        ordered: (info.flags & abi.ALI_TYPE_IS_ORDERED) !== 0,
    }
}

/** @param {Field} field */
function storedField({ name, nullable, metadata, form }) {
    return { name, type: form.storage, storage: form.storage, nullable, metadata }
}

/** A field as users see it. @param {Field} field @returns {import('./types.d.ts').Field} */
export function shownField({ name, nullable, metadata, form }) {
    return { name, type: form.type, storage: form.storage, nullable, metadata }
}

/**
 * @param {{ [name: string]: any }} info @param {string} name
 * @param {import('./types.d.ts').Field[]} children @returns {DataType}
 */
function ownType(info, name, children) {
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
        case abi.ALI_TYPE_INTERVAL:
            return { ...type, unit: info.bits === 32 ? 0 : info.bits === 64 ? 1 : 2 }
        case abi.ALI_TYPE_DECIMAL:
            return { ...type, precision: info.precision, scale: info.scale, bitWidth: info.bits }
        case abi.ALI_TYPE_FIXED_BINARY:
            return { ...type, stride: info.bits / 8 }
        case abi.ALI_TYPE_FIXED_LIST:
            return { ...type, listSize: info.list_size, children }
        case abi.ALI_TYPE_MAP:
            return { ...type, keysSorted: (info.flags & abi.ALI_TYPE_KEYS_SORTED) !== 0, children }
        case abi.ALI_TYPE_UNION: {
            const mode = (info.flags & abi.ALI_TYPE_IS_DENSE) === 0 ? 0 : 1
            return { ...type, mode, typeIds: info.type_ids, children }
        }
        default:
            return children.length === 0 && info.kind !== abi.ALI_TYPE_STRUCT
                ? type
                : { ...type, children }
    }
}

/**
 * @param {{ [name: string]: any }} info
 * @param {DataType} own
 * @param {Field[]} children
 * @param {ValueOptions} options
 * @returns {Partial<Form> | undefined}
 */
function find(info, own, children, options) {
    const kind = PLAIN_KINDS.get(info.kind) ?? info.kind
    switch (kind) {
        case abi.ALI_TYPE_NULL:
            return { kind: 'null' }
        case abi.ALI_TYPE_UTF8:
            return { kind: 'text', type: TEXT }
        case abi.ALI_TYPE_BINARY:
            return { kind: 'binary', type: BINARY }
        case abi.ALI_TYPE_FIXED_BINARY:
            return info.extension === abi.ALI_EXTENSION_UUID && info.bits === 128
                ? { kind: 'uuid', type: TEXT, width: 16 }
                : { kind: 'binary', width: info.bits / 8 }
        case abi.ALI_TYPE_BOOL:
            return { array: Uint8Array, read: readBits, show: (value) => value !== 0 }
        case abi.ALI_TYPE_INT:
            return info.bits === 64
                ? wide(info, options)
                : direct(INT_ARRAYS.get(info.bits + (info.is_signed ? 's' : 'u')))
        case abi.ALI_TYPE_FLOAT:
            return info.bits === 16
                ? {
                      type: { ...FLOAT64, name: 'float32', precision: 1 },
                      array: Float32Array,
                      read: readHalfs,
                  }
                : direct(info.bits === 32 ? Float32Array : Float64Array)
        case abi.ALI_TYPE_DECIMAL:
            return decimal(info, options)
        case abi.ALI_TYPE_DATE:
        case abi.ALI_TYPE_TIME:
        case abi.ALI_TYPE_TIMESTAMP:
        case abi.ALI_TYPE_DURATION:
            return time(info, own, options)
        case abi.ALI_TYPE_INTERVAL:
            return { kind: 'interval', width: info.bits / 8 }
        default:
            return nested(info, kind, own, children)
    }
}

/** Values that lie in memory as JavaScript shows them. @param {any} array
 * @returns {Partial<Form>} */
function direct(array) {
    return { array, memory: array, read: directReader(array) }
}

/** @param {{ [name: string]: any }} info @param {ValueOptions} options @returns {Partial<Form>} */
function wide(info, options) {
    if (options.int64 === 'bigint') return direct(info.is_signed ? BigInt64Array : BigUint64Array)
    return {
        type: FLOAT64,
        array: Float64Array,
        read: info.is_signed ? readInt64 : readUint64,
        misfit: INT64_MISFIT,
    }
}

/** @param {{ [name: string]: any }} info @param {ValueOptions} options @returns {Partial<Form>} */
function decimal(info, options) {
    if (options.decimal === 'string') return { kind: 'decimal', type: TEXT, width: info.bits / 8 }
    return {
        type: FLOAT64,
        array: Float64Array,
        read: decimalReader(info.bits, info.scale),
        misfit: DECIMAL_MISFIT,
    }
}

/**
 * @param {{ [name: string]: any }} info
 * @param {DataType} own
 * @param {ValueOptions} options
 * @returns {Partial<Form>}
 */
function time(info, own, options) {
    const isWide = info.bits === 64
    if (options.times === 'bigint') {
        return isWide ? direct(BigInt64Array) : { array: BigInt64Array, read: readInt32AsBigInt }
    }
    const name =
        info.kind === abi.ALI_TYPE_DATE
            ? 'date64'
            : own.name.replace(/\[(s|ms|us|ns)/, '[ms').replace(/^time\d+/, 'time32')
    const type = { ...own, name, unit: 1 }
    if (info.kind === abi.ALI_TYPE_TIME) type.bitWidth = 32
    if (options.times === 'ms')
        return { type, array: Float64Array, read: timeReader(info.bits, info.unit) }
    return {
        type,
        array: Float64Array,
        read: dateReader(info.bits, info.unit),
        isObject: true,
        show: (ms) => new Date(ms),
        misfit: DATE_MISFIT,
    }
}

/**
 * @param {{ [name: string]: any }} info @param {number} kind @param {DataType} own
 * @param {Field[]} children @returns {Partial<Form> | undefined}
 */
function nested(info, kind, own, children) {
    const names = children.map(({ form }) => form.type.name)
    const type = { ...own, typeId: kind, children: children.map(shownField) }
    switch (kind) {
        case abi.ALI_TYPE_LIST:
            return { kind: 'list', type: { ...type, name: `list<${names[0]}>` } }
        case abi.ALI_TYPE_FIXED_LIST:
            return {
                kind: 'fixed_list',
                type: { ...type, name: `fixed_list<${names[0]}, ${info.list_size}>` },
                width: info.list_size,
            }
        case abi.ALI_TYPE_STRUCT:
            return info.extension === abi.ALI_EXTENSION_VARIANT
                ? { kind: 'variant', type: { ...own, name: 'variant' } }
                : { kind: 'struct', type: { ...type, name: `struct<${members(children)}>` } }
        case abi.ALI_TYPE_MAP: {
            const pair = children[0]?.form.children.map(({ form }) => form.type.name) ?? []
            return { kind: 'map', type: { ...type, name: `map<${pair.join(', ')}>` } }
        }
        case abi.ALI_TYPE_UNION: {
            const each = names.map((name, index) => `${info.type_ids[index]}: ${name}`)
            const mode = own.mode === 1 ? 'dense_union' : 'sparse_union'
            return { kind: 'union', type: { ...type, name: `${mode}<${each.join(', ')}>` } }
        }
        default:
            return undefined
    }
}

/** @param {Field[]} children */
function members(children) {
    return children.map(({ name, form }) => `${name}: ${form.type.name}`).join(', ')
}
