// batch.js: schemas and record batches as JavaScript sees them.
import * as abi from './abi.js'
import { builderOf, viewOf } from './builder.js'
import { INSPECT, describeColumn } from './column.js'
import { AlimentarError, failArgument } from './errors.js'
import { formOf } from './forms.js'

/** @typedef {import('./wasm.js').Core} Core */
/** @typedef {import('./column.js').Column} Column */
/** @typedef {import('./forms.js').Form} Form */
/** @typedef {import('./forms.js').ValueOptions} ValueOptions */

/**
 * `key` stands for the column in results: its name, or its place ("#3") where it was asked for so.
 * @typedef {{ name: string, key: string, isAsked: boolean, nullable: boolean, form: Form }} Field
 */

const SPELLING_BYTES = 256

/**
 * The fields of one of the core's schemas, with the forms that their values take.
 * @param {Core} core @param {number} schema @param {ValueOptions} options @returns {Field[]}
 */
export function readFields(core, schema, options) {
    const count = core.exports.schema_count(schema)
    /** @type {Field[]} */
    const fields = []
    for (let index = 0; index < count; index += 1) {
        const field = core.describe(abi.ali_field_info, (address) =>
            core.exports.field_describe(schema, index, address),
        )
        const name = core.text(field.name, field.name_bytes)
        const info = core.describe(abi.ali_type_info, (address) =>
            core.exports.type_describe(field.type, address),
        )
        info.zone = core.text(info.zone, info.zone_bytes)
        const length = Math.min(
            core.exports.type_spell(field.type, core.scratch, SPELLING_BYTES),
            SPELLING_BYTES - 1,
        )
        fields.push({
            name,
            key: name,
            isAsked: false,
            nullable: field.nullable !== 0,
            form: formOf(info, core.text(core.scratch, length), options),
        })
    }
    return fields
}

/** @param {Field[]} fields @returns {import('./types.d.ts').Schema} */
export function schemaOf(fields) {
    return {
        fields: fields.map(({ name, nullable, form }) => ({
            name,
            type: form.type,
            storage: form.storage,
            nullable,
            metadata: {},
        })),
    }
}

/** Fails if two columns would have one key in a result. @param {Field[]} fields */
export function checkDistinct(fields) {
    /** @type {Map<string, number>} */
    const places = new Map()
    fields.forEach(({ key, isAsked }, index) => {
        const first = places.get(key)
        places.set(key, index)
        if (first === undefined) return
        if (isAsked)
            failArgument(`column "${key}" is asked for twice, which one result cannot hold`)
        const [one, other] = [`#${first + 1}`, `#${index + 1}`]
        failArgument(
            `columns ${one} and ${other} are both called "${key}", which one result cannot hold: ` +
                `ask for them by their places, { columns: ['${one}', '${other}'] }`,
        )
    })
}

/** Rows of a data set, by columns. */
export class Batch {
    /**
     * @param {Field[]} fields
     * @param {Column[]} columns
     * @param {number} numRows
     */
    constructor(fields, columns, numRows) {
        this.schema = schemaOf(fields)
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
     * @param {{ isReleased: boolean, release(): void }} hold
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
 * @param {import('./text.js').DictionaryCache} cache
 */
export function copyBatch(core, batch, fields, row, cache) {
    const numRows = core.exports.batch_rows(batch)
    const columns = fields.map(({ name, form }, index) =>
        copyColumn(core, batch, index, name, form, row, cache),
    )
    return new Batch(fields, columns, numRows)
}

/**
 * @param {Core} core
 * @param {number} batch
 * @param {number} index
 * @param {string} name
 * @param {Form} form
 * @param {number} row
 * @param {import('./text.js').DictionaryCache} cache @returns {Column}
 */
function copyColumn(core, batch, index, name, form, row, cache) {
    const info = describeColumn(core, core.exports.batch_column(batch, index) >>> 0)
    const builder = builderOf(name, form, info.length)
    builder.append(core, info, row, info.length, cache)
    return builder.finish()
}

/**
 * A batch of views where values can be shown as they lie in memory, and of copies elsewhere. Takes
 * the core's batch over.
 * @param {Core} core @param {number} batch @param {Field[]} fields @param {number} row
 * @param {import('./text.js').DictionaryCache} cache @param {() => void} report
 */
export function viewBatch(core, batch, fields, row, cache, report) {
    const hold = {
        isReleased: false,
        release() {
            if (hold.isReleased) return
            hold.isReleased = true
            core.exports.batch_release(batch)
            core.leave()
        },
    }
    const check = () => {
        if (hold.isReleased)
            throw new AlimentarError('state', 'the batch was released: its views are gone')
    }
    core.holders += 1
    try {
        const columns = fields.map(({ name, form }, index) => {
            const info = describeColumn(core, core.exports.batch_column(batch, index) >>> 0)
            return (
                viewOf(name, form, core, info, check) ??
                copyColumn(core, batch, index, name, form, row, cache)
            )
        })
        return new ViewBatch(fields, columns, core.exports.batch_rows(batch), hold, report)
    } catch (error) {
        hold.release()
        throw error
    }
}
