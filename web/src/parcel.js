// parcel.js: columns as messages between threads: what the fields are is sent once, then the
// arrays, which are transferred.
//
// The values of a dictionary that several batches share are sent with the first of them.
import {
    DecimalColumn,
    FixedListColumn,
    IntervalColumn,
    ListColumn,
    MapColumn,
    StructColumn,
    UnionColumn,
} from './nested.js'
import { FixedColumn, NullColumn } from './column.js'
import { BinaryColumn, TextColumn, UuidColumn } from './text.js'
import { VariantColumn } from './variant.js'

/** @typedef {import('./column.js').Column} Column */
/** @typedef {import('./fields.js').Field} Field */
/** @typedef {import('./text.js').Dictionary} Dictionary */

/**
 * A field as it is sent: its form without functions.
 * @typedef {{ name: string, path: string, key: string, isAsked: boolean, nullable: boolean,
 *   metadata: { [key: string]: string }, form: any }} PackedField
 */
/**
 * A column as it is sent; `dictionary` is null where there is none, and without values where they
 * are those of the batch before.
 * @typedef {{ length: number, nullCount: number, areas: any, children: PackedColumn[],
 *   dictionary: { codes: Int32Array, values?: string[], plain?: any } | null }} PackedColumn
 */

/** @param {Field} field @returns {PackedField} */
export function packField({ name, path, key, isAsked, nullable, metadata, form }) {
    const { kind, type, storage, width, isObject, misfit, typeIds, options, show } = form
    const shows = show === undefined ? 'value' : isObject ? 'date' : 'boolean'
    const children = form.children.map(packField)
    const sent = { kind, type, storage, width, isObject, misfit, typeIds, options, shows, children }
    return { name, path, key, isAsked, nullable, metadata, form: sent }
}

/** @type {{ [name: string]: ((value: any) => any) | undefined }} */
const SHOWS = {
    value: undefined,
    date: (ms) => new Date(ms),
    boolean: (value) => value !== 0,
}

/**
 * @param {PackedField} packed @param {Types} [types] @returns {Field}
 */
export function unpackField(packed, types = new Types()) {
    const { form } = packed
    return {
        ...packed,
        metadata: bare(packed.metadata),
        form: {
            ...form,
            type: types.type(form.type),
            storage: types.type(form.storage),
            children: form.children.map((/** @type {any} */ child) => unpackField(child, types)),
            show: SHOWS[form.shows],
        },
    }
}

/** Without a prototype, which messages do not keep. @param {any} given @returns {any} */
export function bare(given) {
    return Object.assign(Object.create(null), given)
}

/**
 * Gives the metadata in the types of a message back what they were. Types share what lies below
 * them, and do so afterwards: each object is copied once, or deep ones would grow without end.
 */
export class Types {
    constructor() {
        /** @type {Map<object, any>} */
        this.made = new Map()
    }

    /** @param {any} type @returns {any} */
    type(type) {
        const known = this.made.get(type)
        if (known !== undefined) return known
        const made = { ...type }
        this.made.set(type, made)
        if (made.children !== undefined)
            made.children = made.children.map((/** @type {any} */ child) => this.field(child))
        if (made.dictionary !== undefined) made.dictionary = this.type(made.dictionary)
        return made
    }

    /** A field of a schema. @param {any} field @returns {any} */
    field(field) {
        const known = this.made.get(field)
        if (known !== undefined) return known
        const made = { ...field }
        this.made.set(field, made)
        made.type = this.type(field.type)
        made.storage = this.type(field.storage)
        made.metadata = bare(field.metadata)
        return made
    }
}

/** Packs the columns of one read, batch after batch. */
export class Packer {
    /** @param {Field[]} fields @param {boolean} isOnce whether there is one batch only */
    constructor(fields, isOnce) {
        this.fields = fields
        this.isOnce = isOnce
        /** The values that were sent last. @type {Map<Field, string[]>} */
        this.sent = new Map()
        /** @type {Set<ArrayBuffer>} */
        this.buffers = new Set()
    }

    /**
     * Columns, and the arrays that are transferred with them.
     * @param {Column[]} columns @returns {{ columns: PackedColumn[], transfer: ArrayBuffer[] }}
     */
    pack(columns) {
        this.buffers = new Set()
        const packed = columns.map((column, index) => this.column(column, this.fields[index]))
        return { columns: packed, transfer: [...this.buffers] }
    }

    /** @param {Column} column @param {Field} field @returns {PackedColumn} */
    column(column, field) {
        const { length, nullCount, _areas, children } = column
        const areas = { ..._areas }
        for (const array of Object.values(areas)) this.own(array)
        const below = children.map((child, index) => this.column(child, field.form.children[index]))
        const dictionary = this.dictionary(/** @type {any} */ (column)._dictionary ?? null, field)
        return { length, nullCount, areas, children: below, dictionary }
    }

    /** @param {Dictionary | null} dictionary @param {Field} field */
    dictionary(dictionary, field) {
        if (dictionary === null) return null
        const { codes, values, plain } = dictionary
        this.own(codes)
        if (this.sent.get(field) === values) return { codes }
        this.sent.set(field, values)
        const { offsets, data } = plain
        if (this.isOnce) this.own(offsets)
        if (this.isOnce) this.own(data)
        return { codes, values, plain: { offsets, data } }
    }

    /** @param {any} array */
    own(array) {
        if (ArrayBuffer.isView(array) && array.byteLength !== 0)
            this.buffers.add(/** @type {ArrayBuffer} */ (array.buffer))
    }
}

/** Makes columns of what a Packer made. */
export class Unpacker {
    /** @param {PackedField[]} fields */
    constructor(fields) {
        const types = new Types()
        this.fields = fields.map((field) => unpackField(field, types))
        /** @type {Map<Field, { values: string[], plain: any }>} */
        this.held = new Map()
    }

    /** @param {PackedColumn[]} columns @returns {Column[]} */
    unpack(columns) {
        return columns.map((column, index) => this.column(column, this.fields[index]))
    }

    /** @param {PackedColumn} packed @param {Field} field @returns {Column} */
    column(packed, field) {
        const { length, nullCount, areas } = packed
        const { kind } = field.form
        const children = packed.children.map((child, index) =>
            this.column(child, field.form.children[index]),
        )
        if (kind === 'text')
            return new TextColumn(field, length, nullCount, areas, this.dictionary(packed, field))
        if (kind === 'null') return new NullColumn(field, length, nullCount)
        if (kind === 'union') return new UnionColumn(field, length, areas, children)
        const Nested = NESTED[kind]
        if (Nested !== undefined) return new Nested(field, length, nullCount, areas, children)
        return new (PLAIN[kind] ?? FixedColumn)(field, length, nullCount, areas)
    }

    /** @param {PackedColumn} packed @param {Field} field @returns {Dictionary | null} */
    dictionary({ dictionary }, field) {
        if (dictionary === null) return null
        const { codes, values, plain } = dictionary
        if (values !== undefined) this.held.set(field, { values, plain })
        const held = this.held.get(field) ?? { values: [], plain: undefined }
        return { codes, ...held }
    }
}

/** @type {{ [kind: string]: any }} */
const NESTED = {
    list: ListColumn,
    map: MapColumn,
    fixed_list: FixedListColumn,
    struct: StructColumn,
    variant: VariantColumn,
}

/** @type {{ [kind: string]: any }} */
const PLAIN = {
    binary: BinaryColumn,
    uuid: UuidColumn,
    decimal: DecimalColumn,
    interval: IntervalColumn,
}
