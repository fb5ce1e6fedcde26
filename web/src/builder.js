// builder.js: builds columns of JavaScript's own memory out of the core's columns, batch after
// batch. Where the number of rows is known, room for all of them is made at once, and each value is
// written where it stays.
import * as abi from './abi.js'
import { grown, guessed, trimmed } from './budget.js'
import {
    FixedColumn,
    MemoryAreas,
    NullColumn,
    RowsBuilder,
    describeColumn,
    offsetsOf,
    validityOf,
} from './column.js'
import { AlimentarError } from './errors.js'
import {
    DecimalColumn,
    FixedListColumn,
    IntervalColumn,
    ListColumn,
    MapColumn,
    StructColumn,
    UnionColumn,
} from './nested.js'
import { BinaryBuilder, TextBuilder, addOffsets, viewBytes } from './text.js'
import { VariantColumn } from './variant.js'

/** @typedef {import('./wasm.js').Core} Core */
/** @typedef {import('./fields.js').Field} Field */
/** @typedef {import('./text.js').DictionaryCache} DictionaryCache */
/** @typedef {import('./budget.js').Budget} Budget */
/** @typedef {{ [name: string]: any }} Fields */

/**
 * Tells which row of the file a value of a batch's column belongs to; -1 for one that no row shows.
 * @typedef {{ rowOf(index: number): number }} Place
 */

/**
 * @typedef {{
 *   length: number, expect(rows: number): void,
 *   append(core: Core, info: Fields, place: Place, cache: DictionaryCache): void,
 *   finish(): import('./column.js').Column
 * }} Builder
 */

/** The place of a batch's own columns. @param {number} row where the batch begins
 * @returns {Place} */
export function placeAt(row) {
    return { rowOf: (index) => row + index }
}

/** The place of a nested column's child.
 * @param {Place} above @param {Uint8Array | null} validity @param {(index: number) => number} find
 * the row above, or -1 @returns {Place} */
function below(above, validity, find) {
    return {
        rowOf(index) {
            const row = find(index)
            const isShown =
                row >= 0 && (validity === null || ((validity[row >> 3] >> (row & 7)) & 1) !== 0)
            return isShown ? above.rowOf(row) : -1
        },
    }
}

/** The row whose items [offsets[row], offsets[row + 1]) hold one, or -1.
 * @param {Int32Array} offsets @param {number} item */
function rowOfItem(offsets, item) {
    let [low, high] = [0, offsets.length - 1]
    while (low < high) {
        const middle = (low + high) >> 1
        if (offsets[middle + 1] > item) high = middle
        else low = middle + 1
    }
    return low < offsets.length - 1 && offsets[low] <= item ? low : -1
}

/** @param {Field} field @param {Place} place @param {number} index @param {string} why */
function failMisfit(field, place, index, why) {
    const row = place.rowOf(index)
    if (row < 0) return
    const sentence = `the value of column "${field.path}" in row ${row} ${why}`
    throw new AlimentarError('type', sentence, { column: field.path, row })
}

/** A typed array. */
class FixedBuilder extends RowsBuilder {
    /** @param {Field} field @param {number} expected @param {Budget} budget */
    constructor(field, expected, budget) {
        super(field, expected, budget)
        this.values = new field.form.array(0)
    }

    /** @param {Core} core @param {Fields} info @param {Place} place */
    append(core, info, place) {
        const end = this.length + info.length
        if (end > this.values.length)
            this.values = grown(this.values, end, this.expected, this.budget)
        const target = this.values.subarray(this.length, end)
        if (info.encoding === abi.ALI_ENCODING_DICTIONARY) this.gather(core, info, target, place)
        else this.convert(core, info, target, place)
        this.appendNulls(core, info)
    }

    /** @param {Core} core @param {Fields} info @param {any} target @param {Place} place */
    convert(core, info, target, place) {
        if (target.length === 0) return
        const { read, misfit } = this.field.form
        let at = read(core, info.values, target, 0)
        while (at >= 0) {
            failMisfit(this.field, place, at, misfit)
            target[at] = 0
            at = read(core, info.values, target, at + 1)
        }
    }

    /** @param {Core} core @param {Fields} info @param {any} target @param {Place} place */
    gather(core, info, target, place) {
        const dictionary = describeColumn(core, info.dictionary)
        const values = new this.field.form.array(dictionary.length)
        const codes = new Int32Array(core.memory.buffer, info.values, info.length)
        const validity = validityOf(core, info)
        this.convert(
            core,
            dictionary,
            values,
            below(place, validity, (at) => codes.indexOf(at)),
        )
        if (values.length === 0) return
        for (let i = 0; i < codes.length; i += 1) target[i] = values[codes[i]]
        clearNulls(target, validity)
    }

    finish() {
        const { length, nullCount } = this.validity
        const areas = {
            values: trimmed(this.values, length, this.budget),
            validity: this.validity.finish(),
        }
        return new FixedColumn(this.field, length, nullCount, areas)
    }
}

/** @param {any} values @param {Uint8Array | null} validity */
function clearNulls(values, validity) {
    if (validity === null) return
    for (let i = 0; i < values.length; i += 1) {
        if (((validity[i >> 3] >> (i & 7)) & 1) === 0)
            values[i] = typeof values[i] === 'bigint' ? 0n : 0
    }
}

/** Counts nulls. */
class NullBuilder {
    /** @param {Field} field */
    constructor(field) {
        this.field = field
        this.length = 0
    }

    expect() {}

    /** @param {Core} _core @param {Fields} info */
    append(_core, info) {
        this.length += info.length
    }

    finish() {
        return new NullColumn(this.field, this.length, this.length)
    }
}

/** Values that are kept as they lie: decimals as texts, intervals. */
class RawBuilder extends RowsBuilder {
    /** @param {Field} field @param {number} expected @param {Budget} budget */
    constructor(field, expected, budget) {
        super(field, expected, budget)
        this.data = new Uint8Array(0)
    }

    /** @param {Core} core @param {Fields} info @param {Place} place */
    append(core, info, place) {
        const { width, kind, options } = this.field.form
        if (kind === 'interval' && width === 16 && options.int64 === 'number')
            this.checkNanos(core, info, place)
        const end = (this.length + info.length) * width
        if (end > this.data.length)
            this.data = grown(this.data, end, this.expected * width, this.budget)
        this.data.set(core.bytes(info.values, info.length * width), this.length * width)
        this.appendNulls(core, info)
    }

    /** @param {Core} core @param {Fields} info @param {Place} place */
    checkNanos(core, info, place) {
        const halves = new Int32Array(core.memory.buffer, info.values, info.length * 4)
        for (let i = 0; i < info.length; i += 1) {
            const high = halves[4 * i + 3]
            if (high >= 0x200000 || high < -0x200000)
                failMisfit(
                    this.field,
                    place,
                    i,
                    'has nanoseconds outside ±(2^53 - 1), which a ' +
                        "number cannot hold exactly: ask for { int64: 'bigint' }",
                )
        }
    }

    finish() {
        const { length, nullCount } = this.validity
        const data = trimmed(this.data, length * this.field.form.width, this.budget)
        const areas = { data, validity: this.validity.finish() }
        return this.field.form.kind === 'interval'
            ? new IntervalColumn(this.field, length, nullCount, areas)
            : new DecimalColumn(this.field, length, nullCount, areas)
    }
}

/** Lists and maps: offsets, and the items below. */
class ListBuilder extends RowsBuilder {
    /** @param {Field} field @param {number} expected @param {Budget} budget */
    constructor(field, expected, budget) {
        super(field, expected, budget)
        budget.take(Int32Array.BYTES_PER_ELEMENT)
        this.offsets = new Int32Array(1)
        this.child = builderOf(field.form.children[0], 0, budget)
    }

    /** @param {Core} core @param {Fields} info @param {Place} place
     * @param {DictionaryCache} cache */
    append(core, info, place, cache) {
        const end = this.length + info.length
        const shift = this.child.length
        const validity = validityOf(core, info)
        const offsets = offsetsOf(core, info)
        if (end + 1 > this.offsets.length)
            this.offsets = grown(this.offsets, end + 1, this.expected + 1, this.budget)
        addOffsets(this.offsets, this.length, offsets, shift)
        const items = below(place, validity, (item) => rowOfItem(offsets, item))
        const held = shift + offsets[info.length] - offsets[0]
        this.child.expect(guessed(held, end, this.expected, shift))
        appendChild(this.child, core, info, 0, items, cache)
        this.appendNulls(core, info)
    }

    finish() {
        const { length, nullCount } = this.validity
        const areas = {
            offsets: trimmed(this.offsets, length + 1, this.budget),
            validity: this.validity.finish(),
        }
        const Kind = this.field.form.kind === 'map' ? MapColumn : ListColumn
        return new Kind(this.field, length, nullCount, areas, [this.child.finish()])
    }
}

/**
 * @param {Builder} builder @param {Core} core @param {Fields} info of the column above
 * @param {number} index @param {Place} place @param {DictionaryCache} cache
 */
function appendChild(builder, core, info, index, place, cache) {
    const child = core.exports.column_child(info.column, index) >>> 0
    builder.append(core, describeColumn(core, child), place, cache)
}

/** Structs, Variants and lists of one size: what lies below has its own length. */
class StructBuilder extends RowsBuilder {
    /** @param {Field} field @param {number} expected @param {Budget} budget */
    constructor(field, expected, budget) {
        super(field, expected, budget)
        const { kind, width, children } = field.form
        this.step = kind === 'fixed_list' ? width : 1
        this.children = children.map((child) => builderOf(child, expected * this.step, budget))
    }

    /** @param {number} rows in the end */
    expect(rows) {
        this.expected = rows
        for (const child of this.children) child.expect(rows * this.step)
    }

    /** @param {Core} core @param {Fields} info @param {Place} place
     * @param {DictionaryCache} cache */
    append(core, info, place, cache) {
        const validity = validityOf(core, info)
        const items = below(place, validity, (item) => Math.floor(item / this.step))
        this.children.forEach((child, index) => appendChild(child, core, info, index, items, cache))
        this.appendNulls(core, info)
    }

    finish() {
        const { length, nullCount } = this.validity
        const areas = { validity: this.validity.finish() }
        const children = this.children.map((child) => child.finish())
        const { kind } = this.field.form
        const Kind =
            kind === 'fixed_list'
                ? FixedListColumn
                : kind === 'struct'
                  ? StructColumn
                  : VariantColumn
        return new Kind(this.field, length, nullCount, areas, children)
    }
}

/** Unions: type ids, where they are dense also offsets, and the children. */
class UnionBuilder {
    /** @param {Field} field @param {number} expected @param {Budget} budget */
    constructor(field, expected, budget) {
        const { children, type } = field.form
        this.field = field
        this.expected = expected
        this.budget = budget
        this.length = 0
        this.typeIds = new Int8Array(0)
        this.offsets = type.mode === 1 ? new Int32Array(0) : null
        this.children = children.map((child) =>
            builderOf(child, this.offsets === null ? expected : 0, budget),
        )
    }

    /** @param {number} rows in the end */
    expect(rows) {
        this.expected = rows
        if (this.offsets === null) for (const child of this.children) child.expect(rows)
    }

    /** @param {Core} core @param {Fields} info @param {Place} place
     * @param {DictionaryCache} cache */
    append(core, info, place, cache) {
        const end = this.length + info.length
        const ids = new Int8Array(core.memory.buffer, info.values, info.length)
        if (end > this.typeIds.length)
            this.typeIds = grown(this.typeIds, end, this.expected, this.budget)
        this.typeIds.set(ids, this.length)
        const offsets =
            this.offsets === null
                ? null
                : new Int32Array(core.memory.buffer, info.offsets, info.length)
        if (offsets !== null) this.appendOffsets(ids, offsets)
        this.children.forEach((child, index) => {
            const id = this.field.form.typeIds[index]
            const items = below(place, null, (item) => rowOfVariant(ids, offsets, id, item))
            appendChild(child, core, info, index, items, cache)
        })
        this.length = end
    }

    /** @param {Int8Array} ids @param {Int32Array} offsets */
    appendOffsets(ids, offsets) {
        const end = this.length + ids.length
        if (end > /** @type {Int32Array} */ (this.offsets).length)
            this.offsets = grown(this.offsets, end, this.expected, this.budget)
        const to = /** @type {Int32Array} */ (this.offsets)
        const shifts = new Float64Array(256)
        this.field.form.typeIds.forEach((id, index) => {
            shifts[id & 255] = this.children[index].length
        })
        for (let i = 0; i < ids.length; i += 1)
            to[this.length + i] = offsets[i] + shifts[ids[i] & 255]
    }

    finish() {
        const { length } = this
        const areas = {
            validity: null,
            values: trimmed(this.typeIds, length, this.budget),
            offsets:
                this.offsets === null ? undefined : trimmed(this.offsets, length, this.budget),
        }
        const children = this.children.map((child) => child.finish())
        return new UnionColumn(this.field, length, areas, children)
    }
}

/** The row that shows an item of the child with an id, or -1.
 * @param {Int8Array} ids @param {Int32Array | null} offsets @param {number} id
 * @param {number} item */
function rowOfVariant(ids, offsets, id, item) {
    if (offsets === null) return ids[item] === id ? item : -1
    return ids.findIndex((each, row) => each === id && offsets[row] === item)
}

/**
 * What builds a column out of batches. `expected` is how many rows there will be in the end, 0 if
 * that is not known.
 * @param {Field} field @param {number} expected @param {Budget} budget @returns {Builder}
 */
export function builderOf(field, expected, budget) {
    switch (field.form.kind) {
        case 'text':
            return new TextBuilder(field, expected, budget)
        case 'binary':
        case 'uuid':
            return new BinaryBuilder(field, expected, budget)
        case 'null':
            return new NullBuilder(field)
        case 'fixed':
            return new FixedBuilder(field, expected, budget)
        case 'decimal':
        case 'interval':
            return new RawBuilder(field, expected, budget)
        case 'list':
        case 'map':
            return new ListBuilder(field, expected, budget)
        case 'struct':
        case 'variant':
        case 'fixed_list':
            return new StructBuilder(field, expected, budget)
        case 'union':
            return new UnionBuilder(field, expected, budget)
        default: {
            const { name } = field.form.storage
            const sentence = `type ${name} is not supported (column "${field.path}")`
            throw new AlimentarError('unsupported', sentence, { column: field.path })
        }
    }
}

/** A copy of one column of a batch.
 * @param {Core} core @param {number} column @param {Field} field @param {Place} place
 * @param {DictionaryCache} cache @param {Budget} budget */
export function copyColumn(core, column, field, place, cache, budget) {
    const info = describeColumn(core, column)
    const builder = builderOf(field, info.length, budget)
    builder.append(core, info, place, cache)
    return builder.finish()
}

/**
 * A column over the core's memory where it lies there as JavaScript shows it, else a copy.
 * @param {import('./column.js').Hold} hold @param {number} column @param {Field} field
 * @param {Place} place @param {DictionaryCache} cache @param {Budget} budget
 * @returns {import('./column.js').Column}
 */
export function viewColumn(hold, column, field, place, cache, budget) {
    const { core } = hold
    const { form } = field
    const info = describeColumn(core, column)
    if (form.memory !== undefined && info.encoding === abi.ALI_ENCODING_PLAIN)
        return new FixedColumn(
            field,
            info.length,
            info.null_count,
            new MemoryAreas(hold, info, form.memory),
        )
    if (form.kind === 'text' || form.kind === 'binary')
        return viewBytes(field, hold, info) ?? copyColumn(core, column, field, place, cache, budget)
    const Kind = {
        list: ListColumn,
        map: MapColumn,
        fixed_list: FixedListColumn,
        struct: StructColumn,
    }[/** @type {string} */ (form.kind)]
    if (Kind === undefined) return copyColumn(core, column, field, place, cache, budget)
    const validity = validityOf(core, info)
    const isList = form.kind === 'list' || form.kind === 'map'
    const step = form.kind === 'fixed_list' ? form.width : 1
    const offsets = isList ? offsetsOf(core, info) : null
    const items = below(place, validity, (item) =>
        offsets === null ? Math.floor(item / step) : rowOfItem(offsets, item),
    )
    const children = form.children.map((child, index) =>
        viewColumn(
            hold,
            core.exports.column_child(column, index) >>> 0,
            child,
            items,
            cache,
            budget,
        ),
    )
    const areas = new MemoryAreas(hold, info, Uint8Array)
    return new Kind(field, info.length, info.null_count, areas, children)
}
