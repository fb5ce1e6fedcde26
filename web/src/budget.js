// budget.js: what columns of JavaScript's own will take, counted before they are made. Values that
// take no bytes in a file, such as those of a fixed list of nulls, take some here.
import * as abi from './abi.js'
import { describeColumn } from './column.js'
import { AlimentarError } from './errors.js'

/** @typedef {import('./wasm.js').Core} Core */
/** @typedef {import('./fields.js').Field} Field */
/** @typedef {{ [name: string]: any }} Fields */

/** Bytes that columns of a data set may take together. */
export class Budget {
    /** @param {number} max */
    constructor(max) {
        this.max = max
        this.held = 0
    }

    /** Counts the columns of a batch, or fails.
     * @param {Core} core @param {number} batch simplified @param {Field[]} fields */
    take(core, batch, fields) {
        fields.forEach((field, index) => {
            this.held += weigh(core, core.exports.batch_column(batch, index) >>> 0, field)
            if (this.held > this.max) throw tooLarge(field, this.max)
        })
    }
}

/** @param {Field} field @param {number} max */
function tooLarge(field, max) {
    return new AlimentarError(
        'limit',
        `column "${field.path}" does not fit into the ${max} bytes that columns may take ` +
            '(memoryBytesMax): read fewer rows, or by batches',
        { column: field.path },
    )
}

/** The bytes of a column, and of those below it.
 * @param {Core} core @param {number} column @param {Field} field */
function weigh(core, column, field) {
    let bytes = 0
    const left = [{ column, field }]
    for (let at = left.pop(); at !== undefined; at = left.pop()) {
        const info = describeColumn(core, at.column)
        bytes += bytesOf(core, info, at.field.form)
        at.field.form.children?.forEach((/** @type {Field} */ child, /** @type {number} */ index) =>
            left.push({
                column: core.exports.column_child(info.column, index) >>> 0,
                field: child,
            }),
        )
    }
    return bytes
}

/** The bytes of a column's own arrays.
 * @param {Core} core @param {Fields} info @param {Fields} form */
function bytesOf(core, info, form) {
    const { length } = info
    const isCoded = info.encoding === abi.ALI_ENCODING_DICTIONARY
    const bits = info.null_count === 0 ? 0 : length / 8
    switch (form.kind) {
        case 'text':
            return bits + 4 * length + (isCoded ? 0 : info.data_bytes)
        case 'binary':
            return bits + 4 * length + (isCoded ? gathered(core, info) : plainBytes(info, form))
        case 'uuid':
            return bits + 20 * length
        case 'fixed':
            return bits + length * (form.array.BYTES_PER_ELEMENT ?? 8)
        case 'decimal':
        case 'interval':
            return bits + length * form.width
        case 'list':
        case 'map':
            return bits + 4 * length
        case 'union':
            return 5 * length
        default:
            return form.kind === 'null' ? 0 : bits
    }
}

/** @param {Fields} info of binary values @param {Fields} form */
function plainBytes(info, form) {
    return info.offsets === 0 ? info.length * (form.width ?? 0) : info.data_bytes
}

/** The bytes that binary values come to on the average, out of their dictionary.
 * @param {Core} core @param {Fields} info */
function gathered(core, info) {
    const dictionary = describeColumn(core, info.dictionary)
    return dictionary.length === 0 ? 0 : (info.length * dictionary.data_bytes) / dictionary.length
}
