// builder.js: builds columns of JavaScript's own memory out of the core's columns, batch after
// batch.
import * as abi from './abi.js'
import {
    FixedColumn,
    NullColumn,
    ValidityBuilder,
    ViewColumn,
    describeColumn,
    validityOf,
} from './column.js'
import { AlimentarError } from './errors.js'
import { BinaryBuilder, TextBuilder } from './text.js'

/** @typedef {import('./wasm.js').Core} Core */
/** @typedef {import('./forms.js').Form} Form */
/** @typedef {{ [name: string]: any }} Fields */

/** A typed array that grows by what arrives, up to what is expected. */
class FixedBuilder {
    /** @param {string} name @param {Form} form @param {number} capacity */
    constructor(name, form, capacity) {
        this.name = name
        this.form = form
        this.values = new form.array(capacity)
        this.validity = new ValidityBuilder()
    }

    /** @param {number} length @param {number} expected */
    reserve(length, expected) {
        if (length <= this.values.length) return
        const capacity = Math.max(
            length,
            Math.min(this.values.length * 2, Math.max(expected, length)),
        )
        const grown = new this.form.array(capacity)
        grown.set(this.values)
        this.values = grown
    }

    /**
     * @param {Core} core
     * @param {Fields} info
     * @param {number} row of the file
     * @param {number} expected
     */
    append(core, info, row, expected) {
        const count = info.length
        const at = this.validity.length
        this.reserve(at + count, expected)
        const target = this.values.subarray(at, at + count)
        if (info.encoding === abi.ALI_ENCODING_DICTIONARY) this.gather(core, info, target, row)
        else this.convert(core, info, target, row)
        this.validity.append(count, validityOf(core, info), info.null_count)
    }

    /** @param {Core} core @param {Fields} info @param {any} target @param {number} row */
    convert(core, info, target, row) {
        const misfit = this.form.read(core.memory.buffer, info.values, target)
        if (misfit >= 0) {
            throw new AlimentarError(
                'type',
                `the value of column "${this.name}" in row ${row + misfit} is outside ` +
                    this.form.misfit,
                { column: this.name, row: row + misfit },
            )
        }
    }

    /** @param {Core} core @param {Fields} info @param {any} target @param {number} row */
    gather(core, info, target, row) {
        const dictionary = describeColumn(core, info.dictionary)
        const values = new this.form.array(dictionary.length)
        const codes = new Int32Array(core.memory.buffer, info.values, info.length)
        if (values.length === 0) return
        const misfit = this.form.read(core.memory.buffer, dictionary.values, values)
        if (misfit >= 0)
            this.convert(
                core,
                dictionary,
                values,
                row + Math.max(0, codes.indexOf(misfit)) - misfit,
            )
        for (let i = 0; i < codes.length; i += 1) target[i] = values[codes[i]]
        clearNulls(target, validityOf(core, info))
    }

    finish() {
        const { validity } = this
        const values =
            validity.length === this.values.length
                ? this.values
                : this.values.slice(0, validity.length)
        return new FixedColumn(
            this.name,
            this.form,
            validity.length,
            validity.nullCount,
            values,
            validity.finish(),
        )
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
    /** @param {string} name @param {Form} form */
    constructor(name, form) {
        this.name = name
        this.form = form
        this.length = 0
    }

    /** @param {Core} _core @param {Fields} info */
    append(_core, info) {
        this.length += info.length
    }

    finish() {
        return new NullColumn(this.name, this.form, this.length, this.length)
    }
}

/**
 * What builds a column of a form out of batches. `capacity` is how many rows to make room for at
 * first.
 * @param {string} name @param {Form} form @param {number} capacity
 */
export function builderOf(name, form, capacity) {
    if (form.kind === 'unsupported') {
        const sentence = `type ${form.storage.name} is not supported yet (column "${name}")`
        throw new AlimentarError('unsupported', sentence, { column: name })
    }
    if (form.kind === 'text') return new TextBuilder(name, form)
    if (form.kind === 'binary') return new BinaryBuilder(name, form)
    if (form.kind === 'null') return new NullBuilder(name, form)
    return new FixedBuilder(name, form, capacity)
}

/**
 * A column over the core's memory where its values lie there as JavaScript shows them, else null.
 * @param {string} name
 * @param {Form} form
 * @param {Core} core
 * @param {Fields} info
 * @param {() => void} check throws once released
 */
export function viewOf(name, form, core, info, check) {
    const isDirect = form.memory !== undefined && info.encoding === abi.ALI_ENCODING_PLAIN
    return isDirect ? new ViewColumn(name, form, core, info, check) : null
}
