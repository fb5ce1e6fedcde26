// nested.js: columns of lists, structs, maps and unions, and of what is kept as its bytes:
// intervals and decimals. The columns below them are in `children`.
import { Column } from './column.js'
import { AlimentarError } from './errors.js'
import { decimalText, wideInteger } from './readers.js'

/** @typedef {import('./column.js').Areas} Areas */
/** @typedef {import('./fields.js').Field} Field */

/** A column with others below it. */
export class NestedColumn extends Column {
    /**
     * @param {Field} field
     * @param {number} length
     * @param {number} nullCount
     * @param {Areas} areas
     * @param {Column[]} children
     */
    constructor(field, length, nullCount, areas, children) {
        super(field, length, nullCount, areas)
        this._children = children
    }

    get children() {
        return this._children
    }
}

/** Lists: row i holds the items [offsets[i], offsets[i + 1]) of the child. */
export class ListColumn extends NestedColumn {
    /** @returns {Int32Array} */
    get offsets() {
        return this._areas.offsets
    }

    /** @param {number} row */
    _value(row) {
        const { offsets } = this._areas
        return this._children[0].range(offsets[row], offsets[row + 1])
    }
}

/** Lists of one size: row i holds the items [i * size, (i + 1) * size) of the child. */
export class FixedListColumn extends NestedColumn {
    /** @returns {Int32Array} as those of other lists */
    get offsets() {
        const { width } = this._form
        return Int32Array.from({ length: this.length + 1 }, (_, row) => row * width)
    }

    /** @param {number} row */
    _value(row) {
        const { width } = this._form
        return this._children[0].range(row * width, (row + 1) * width)
    }
}

/** Structs: objects without a prototype. */
export class StructColumn extends NestedColumn {
    /** @param {number} row */
    _value(row) {
        const made = Object.create(null)
        for (const child of this._children) {
            if (child.name in made) throw doubled(this, child.name)
            made[child.name] = child.get(row)
        }
        return made
    }
}

/** @param {Column} column @param {string} name */
function doubled(column, name) {
    return new AlimentarError(
        'argument',
        `column "${column.name}" has several members "${name}", which one object cannot hold: ` +
            'they are in its children',
        { column: column.name },
    )
}

/** Maps: arrays of pairs; the child is a struct of key and value. */
export class MapColumn extends ListColumn {
    /** @param {number} row */
    _value(row) {
        const { offsets } = this._areas
        const [keys, values] = this._children[0].children
        const pairs = new Array(offsets[row + 1] - offsets[row])
        for (let i = 0; i < pairs.length; i += 1)
            pairs[i] = [keys.get(offsets[row] + i), values?.get(offsets[row] + i) ?? null]
        return pairs
    }
}

/** Unions: the value of one of the children, which the row's type id names. */
export class UnionColumn extends NestedColumn {
    /** @param {Field} field @param {number} length @param {Areas} areas
     * @param {Column[]} children */
    constructor(field, length, areas, children) {
        super(field, length, 0, areas, children)
        this._childOf = new Int16Array(256).fill(-1)
        field.form.typeIds.forEach((id, index) => (this._childOf[id & 255] = index))
    }

    /** The id of each row's type, among `type.typeIds`. @returns {Int8Array} */
    get typeIds() {
        return this._areas.values
    }

    /** Where each row's value stands in its child; null where that is the row itself.
     * @returns {Int32Array | null} */
    get offsets() {
        return this._areas.offsets ?? null
    }

    /** @param {number} row */
    _value(row) {
        const child = this._children[this._childOf[this.typeIds[row] & 255]]
        return child.get(this.offsets === null ? row : this.offsets[row])
    }
}

/** Intervals: their parts, as they lie in memory. */
export class IntervalColumn extends Column {
    /** @param {number} row @returns {import('./types.d.ts').Interval} */
    _value(row) {
        const { buffer, byteOffset } = this._areas.data
        const { width, options } = this._form
        const view = new DataView(buffer, byteOffset + row * width, width)
        return intervalOf(view, width, options.int64 === 'bigint')
    }
}

/** @param {DataView} view @param {number} width @param {boolean} isBig */
function intervalOf(view, width, isBig) {
    const first = view.getInt32(0, true)
    if (width === 4) return { months: first, days: 0, nanos: isBig ? 0n : 0 }
    const second = view.getInt32(4, true)
    if (width === 8) {
        const nanos = isBig ? BigInt(second) * 1000000n : second * 1e6
        return { months: 0, days: first, nanos }
    }
    const nanos = view.getBigInt64(8, true)
    return { months: first, days: second, nanos: isBig ? nanos : Number(nanos) }
}

/** Decimals with all their digits. */
export class DecimalColumn extends Column {
    /** @type {(string | null)[] | undefined} */
    _texts = undefined

    /** Texts, null where there is no value. */
    get values() {
        this._texts ??= /** @type {(string | null)[]} */ (super.range(0, this.length))
        return this._texts
    }

    /** @param {number} row */
    _value(row) {
        const { data } = this._areas
        const words = this._form.width / 4
        const all = new Int32Array(data.buffer, data.byteOffset, this.length * words)
        const { scale } = this._form.storage.dictionary ?? this._form.storage
        return decimalText(wideInteger(all, row * words, words), scale ?? 0)
    }
}
