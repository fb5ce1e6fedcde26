// batch.js: record batches as JavaScript sees them.
import { arrowOf } from './arrow.js'
import { copyColumn, placeAt, viewColumn } from './builder.js'
import { Hold, INSPECT } from './column.js'
import { AlimentarError } from './errors.js'
import { checkDistinct, schemaOf } from './fields.js'

/** @typedef {import('./wasm.js').Core} Core */
/** @typedef {import('./column.js').Column} Column */
/** @typedef {import('./fields.js').Field} Field */
/** @typedef {import('./text.js').DictionaryCache} DictionaryCache */
/** @typedef {import('./budget.js').Budget} Budget */

/** Rows of a data set, by columns. */
export class Batch {
    /**
     * @param {Field[]} fields
     * @param {Column[]} columns
     * @param {number} numRows
     */
    constructor(fields, columns, numRows) {
        this.schema = schemaOf(fields, Object.create(null))
        this.columns = columns
        this.numRows = numRows
        this.numCols = columns.length
        this._fields = fields
        this._isDistinct = false
    }

    /**
     * @param {string} name or place, as it was asked for
     * @returns {any} the first column of that name, or null
     */
    getChild(name) {
        const byKey = this._fields.findIndex(({ key }) => key === name)
        const index = byKey >= 0 ? byKey : this._fields.findIndex((field) => field.name === name)
        return this.columns[index] ?? null
    }

    /** @param {string} name @returns {any} */
    column(name) {
        const found = this.getChild(name)
        if (found === null)
            throw new AlimentarError('not_found', `there is no column "${name}"`, { column: name })
        return found
    }

    /** @param {number} row @returns {import('./types.d.ts').Row} */
    get(row) {
        if (!this._isDistinct) checkDistinct(this._fields)
        this._isDistinct = true
        const made = Object.create(null)
        this._fields.forEach(({ key }, index) => (made[key] = this.columns[index].get(row)))
        return made
    }

    toArray() {
        return Array.from({ length: this.numRows }, (_, row) => this.get(row))
    }

    *[Symbol.iterator]() {
        for (let row = 0; row < this.numRows; row += 1) yield this.get(row)
    }

    /**
     * The rows as an Arrow IPC stream; only batches of views have them in the module still.
     * @returns {Uint8Array}
     */
    toArrow() {
        throw new AlimentarError(
            'state',
            'a batch of copies does not give Arrow: ask for batches({ views: true }), or for ' +
                'toArrow() of the data set',
        )
    }

    /** Does nothing for a batch of copies. */
    release() {}

    /** What the batch is; its rows are in toArray(). */
    toJSON() {
        const { numRows, numCols, _fields } = this
        return { numRows, numCols, columns: _fields.map(({ key }) => key) }
    }

    /** What console.log shows in Node. */
    [INSPECT]() {
        return `Batch (${this.numRows} rows of ${this.numCols} columns)`
    }
}

/** Releases of batches that nobody released. */
const forgotten = new FinalizationRegistry((/** @type {() => void} */ release) => release())

/** A batch whose arrays lie in the core's memory, until release(). */
export class ViewBatch extends Batch {
    /**
     * @param {Field[]} fields
     * @param {Column[]} columns
     * @param {number} numRows
     * @param {Hold} hold
     * @param {() => void} report called if it is forgotten
     */
    constructor(fields, columns, numRows, hold, report) {
        super(fields, columns, numRows)
        this._hold = hold
        forgotten.register(
            this,
            () => {
                if (hold.isReleased) return
                hold.release()
                report()
            },
            this,
        )
    }

    toArrow() {
        this._hold.check()
        return arrowOf(this._hold.core, this._hold.batch)
    }

    release() {
        forgotten.unregister(this)
        this._hold.release()
    }
}

const dispose = /** @type {any} */ (Symbol).dispose
if (dispose !== undefined) {
    ;/** @type {any} */ (Batch.prototype)[dispose] = function () {
        this.release()
    }
}

/**
 * A batch of copies; the core's batch stays the caller's.
 * @param {Core} core
 * @param {number} batch
 * @param {Field[]} fields
 * @param {number} row of the file, where the batch begins
 * @param {DictionaryCache} cache
 * @param {import('./drive.js').Task} task whose turn it is, between one column and the next
 * @param {Budget} budget
 */
export async function copyBatch(core, batch, fields, row, cache, task, budget) {
    const place = placeAt(row)
    const columns = []
    for (const [index, field] of fields.entries()) {
        if (task.isTurnOver()) await task.turn()
        const column = core.exports.batch_column(batch, index) >>> 0
        budget.field = field
        columns.push(copyColumn(core, column, field, place, cache, budget))
    }
    return new Batch(fields, columns, core.exports.batch_rows(batch))
}

/**
 * A batch of views where values can be shown as they lie in memory, and of copies elsewhere; the
 * core's batch stays the caller's.
 * @param {Core} core @param {number} batch @param {number} simple the same rows, simplified
 * @param {Field[]} fields @param {number} row
 * @param {DictionaryCache} cache @param {() => void} report @param {Budget} budget
 */
export function viewBatch(core, batch, simple, fields, row, cache, report, budget) {
    const hold = new Hold(core, batch, simple)
    try {
        const place = placeAt(row)
        const columns = fields.map((field, index) => {
            const column = core.exports.batch_column(simple, index) >>> 0
            budget.field = field
            return viewColumn(hold, column, field, place, cache, budget)
        })
        return new ViewBatch(fields, columns, core.exports.batch_rows(batch), hold, report)
    } catch (error) {
        hold.release()
        throw error
    }
}
