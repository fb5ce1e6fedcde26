// member.js: a member of a struct column as a column of its own: what a path of names asks for. It
// is null where a struct above it is.
import { FixedColumn } from './column.js'
import { AlimentarError } from './errors.js'
import { TextColumn } from './text.js'

/** @typedef {import('./column.js').Areas} Areas */
/** @typedef {import('./column.js').Column} Column */
/** @typedef {import('./fields.js').Field} Field */

/**
 * The field of the member that a path leads to, out of the column that the path begins with.
 * @param {Field} field @param {readonly string[]} path @returns {Field}
 */
export function memberField(field, path) {
    if (path.length === 1) return field
    let member = field
    const members = path.slice(1).map((name) => {
        const { kind, children } = member.form
        const index = kind === 'struct' ? children.findIndex((each) => each.name === name) : -1
        if (index < 0) {
            const column = path.join('.')
            throw new AlimentarError('not_found', `there is no column "${column}"`, { column })
        }
        member = children[index]
        return index
    })
    return { ...member, whole: field, members }
}

/** The column of a field out of the one that was read. @param {Field} field
 * @param {Column} column @returns {Column} */
export function memberColumn({ members = [] }, column) {
    /** @type {Uint8Array | null} */
    let shown = null
    for (const index of members) {
        shown = both(shown, column.validity)
        column = column.children[index]
    }
    return shown === null ? column : masked(column, shown)
}

/** @param {Uint8Array | null} a @param {Uint8Array | null} b */
function both(a, b) {
    if (a === null || b === null) return (a ?? b)?.slice() ?? null
    return a.map((byte, at) => byte & b[at])
}

/** A column that has no values but where `shown` says so. @param {Column} column
 * @param {Uint8Array} shown */
function masked(column, shown) {
    const validity = /** @type {Uint8Array} */ (both(shown, column.validity))
    let nullCount = 0
    const isNull = (/** @type {number} */ row) => ((validity[row >> 3] >> (row & 7)) & 1) === 0
    for (let row = 0; row < column.length; row += 1) if (isNull(row)) nullCount += 1
    const areas = new MaskedAreas(column._areas, validity)
    const made = Object.assign(Object.create(Object.getPrototypeOf(column)), column, {
        _areas: areas,
        nullCount,
    })
    if (column instanceof FixedColumn) {
        const values = column.values.slice()
        for (let row = 0; row < values.length; row += 1)
            if (isNull(row)) values[row] = typeof values[row] === 'bigint' ? 0n : 0
        made._areas = { values, validity }
    }
    if (column instanceof TextColumn && column._dictionary !== null) {
        const codes = column._dictionary.codes.map((code, row) => (isNull(row) ? -1 : code))
        made._dictionary = { ...column._dictionary, codes }
    }
    return made
}

/** The areas of another column, with other nulls. */
class MaskedAreas {
    /** @param {Areas} areas @param {Uint8Array} validity */
    constructor(areas, validity) {
        this._areas = areas
        this.validity = validity
    }

    get values() {
        return this._areas.values
    }

    get offsets() {
        return this._areas.offsets
    }

    get data() {
        return this._areas.data
    }
}
