// text.js: columns of text and of binary values, and what builds them.
//
// A text column is either dictionary-encoded (codes, and each value once) or plain (offsets and
// bytes); `encoding` says which, and the other form is made when it is asked for. Plain text is
// decoded in blocks of rows (decode.js).
import * as abi from './abi.js'
import { UNLIMITED, grown, guessed, trimmed } from './budget.js'
import {
    Column,
    MemoryAreas,
    RowsBuilder,
    checkLength,
    describeColumn,
    offsetsOf,
    validityOf,
} from './column.js'
import { decodeTexts } from './decode.js'
import { AlimentarError } from './errors.js'

/** @typedef {import('./wasm.js').Core} Core */
/** @typedef {import('./fields.js').Field} Field */
/** @typedef {import('./column.js').Areas} Areas */
/** @typedef {{ [name: string]: any }} Fields */
/** @typedef {{ offsets: Int32Array, data: Uint8Array }} Plain */
/** @typedef {import('./budget.js').Budget} Budget */

/** Rows of a block, and about how many bytes: engines move shorter strings again and again, and a
 * text that is kept keeps its block. */
const BLOCK_ROWS = 1024
const BLOCK_BYTES = 1 << 18
const DATA_MAX = 0x7fffffff

/** About what a text takes, and one of those that are looked for, beside its characters. */
const TEXT_BYTES = 24
const KNOWN_BYTES = 64

/** Rows that are decoded at one go: a power of two. @param {Plain} plain @param {number} length */
function blockRows({ offsets }, length) {
    const bytes = Math.max(1, offsets[length] - offsets[0]) / Math.max(1, length)
    return 2 ** Math.max(0, Math.min(10, Math.floor(Math.log2(BLOCK_BYTES / bytes))))
}

/**
 * The values of a dictionary: each one once, and the bytes of them.
 * @typedef {{ codes: Int32Array, values: string[], plain: Plain }} Dictionary
 */

/** Text: codes and values, or offsets and bytes. */
export class TextColumn extends Column {
    /**
     * @param {Field} field
     * @param {number} length
     * @param {number} nullCount
     * @param {Areas} areas
     * @param {Dictionary | null} dictionary
     */
    constructor(field, length, nullCount, areas, dictionary) {
        super(field, length, nullCount, areas)
        /** @type {'plain' | 'dictionary'} */
        this.encoding = dictionary === null ? 'plain' : 'dictionary'
        this._dictionary = dictionary
        /** @type {Plain | null} */
        this._expanded = null
        /** @type {string[][]} */
        this._blocks = []
        this._blockRows = 0
        /** @type {{ codes: Int32Array, values: string[] } | undefined} */
        this._coded = undefined
    }

    /** @param {number} row */
    _value(row) {
        if (this._dictionary !== null) return this._dictionary.values[this._dictionary.codes[row]]
        if (this._blockRows === 0) this._blockRows = blockRows(this.views(), this.length)
        const index = (row / this._blockRows) | 0
        const block = (this._blocks[index] ??= this.decode(index))
        return block[row - index * this._blockRows]
    }

    /** @param {number} index */
    decode(index) {
        const begin = index * this._blockRows
        return decodeTexts(this.views(), begin, Math.min(this.length, begin + this._blockRows))
    }

    /** @param {number} begin @param {number} end */
    range(begin, end) {
        if (this._dictionary !== null || end - begin < BLOCK_ROWS) return super.range(begin, end)
        const plain = this.views()
        const rows = blockRows(plain, this.length)
        checkLength(this, end - begin)
        const all = new Array(end - begin)
        for (let at = begin; at < end; at += rows) {
            const texts = decodeTexts(plain, at, Math.min(end, at + rows))
            for (let i = 0; i < texts.length; i += 1) all[at - begin + i] = texts[i]
        }
        const { validity } = this
        for (let row = begin; validity !== null && row < end; row += 1)
            if (((validity[row >> 3] >> (row & 7)) & 1) === 0) all[row - begin] = null
        return all
    }

    /** @returns {{ codes: Int32Array, values: string[] }} */
    dictionary() {
        if (this._dictionary === null) {
            this._coded ??= encode(this)
            return this._coded
        }
        return { codes: this._dictionary.codes, values: this._dictionary.values }
    }

    /** @returns {Plain} */
    views() {
        if (this._dictionary === null) return plainAreas(this._areas)
        if (this._expanded === null) {
            const { codes, plain } = this._dictionary
            const builder = new PlainBuilder(this.name, codes.length, UNLIMITED)
            builder.gather(codes, plain.offsets, plain.data)
            this._expanded = builder.finish()
        }
        return this._expanded
    }
}

/** @param {Areas} areas @returns {Plain} */
function plainAreas({ offsets, data }) {
    return { offsets, data }
}

/** @param {TextColumn} column */
function encode(column) {
    const codes = new Int32Array(column.length)
    /** @type {Map<string, number>} */
    const known = new Map()
    for (let row = 0; row < column.length; row += 1) {
        const text = column.get(row)
        codes[row] = text === null ? -1 : codeOf(known, text)
    }
    return { codes, values: [...known.keys()] }
}

/** @param {Map<string, number>} known @param {string} text */
function codeOf(known, text) {
    let code = known.get(text)
    if (code === undefined) {
        code = known.size
        known.set(text, code)
    }
    return code
}

/** Binary values: copies out of one array of bytes. */
export class BinaryColumn extends Column {
    /** @param {number} row */
    _value(row) {
        const { offsets, data } = this._areas
        return data.slice(offsets[row], offsets[row + 1])
    }

    views() {
        return plainAreas(this._areas)
    }
}

/** UUIDs: 16 bytes each, big-endian (RFC 9562). */
export class UuidColumn extends BinaryColumn {
    /** @param {number} row */
    _value(row) {
        return uuidText(super._value(row))
    }
}

/** @param {Uint8Array} bytes 16 of them @returns {string} lower case, with dashes */
export function uuidText(bytes) {
    const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
    return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** Offsets and bytes that grow by what arrives, or to what is likely to come. */
export class PlainBuilder {
    /** @param {string} name @param {number} expected rows in the end; 0 if that is not known
     * @param {Budget} budget */
    constructor(name, expected, budget) {
        this.name = name
        this.expected = expected
        this.budget = budget
        budget.take(Int32Array.BYTES_PER_ELEMENT)
        this.offsets = new Int32Array(1)
        this.data = new Uint8Array(0)
        this.length = 0
    }

    /** @param {number} rows @param {number} bytes */
    reserve(rows, bytes) {
        const rowsNeeded = this.length + rows + 1
        const bytesNeeded = this.offsets[this.length] + bytes
        if (bytesNeeded > DATA_MAX) {
            throw new AlimentarError(
                'limit',
                `column "${this.name}" holds more than 2^31 - 1 bytes: read it by batches`,
                { column: this.name },
            )
        }
        const { expected, budget } = this
        if (rowsNeeded > this.offsets.length)
            this.offsets = grown(this.offsets, rowsNeeded, expected + 1, budget)
        if (bytesNeeded > this.data.length) {
            const likely = guessed(bytesNeeded, rowsNeeded - 1, expected, this.data.length)
            this.data = grown(this.data, bytesNeeded, Math.min(likely, DATA_MAX), budget)
        }
    }

    /** @param {Int32Array} offsets @param {Uint8Array} data */
    append(offsets, data) {
        const rows = offsets.length - 1
        const bytes = offsets[rows] - offsets[0]
        this.reserve(rows, bytes)
        const base = this.offsets[this.length]
        this.data.set(data.subarray(offsets[0], offsets[rows]), base)
        addOffsets(this.offsets, this.length, offsets, base - offsets[0])
        this.length += rows
    }

    /** Values of one width. @param {number} rows @param {number} width @param {Uint8Array} data */
    appendFixed(rows, width, data) {
        this.reserve(rows, rows * width)
        const base = this.offsets[this.length]
        this.data.set(data, base)
        for (let i = 1; i <= rows; i += 1) this.offsets[this.length + i] = base + i * width
        this.length += rows
    }

    /**
     * Values by codes; those below 0 are empty.
     * @param {Int32Array} codes
     * @param {Int32Array} offsets
     * @param {Uint8Array} data
     */
    gather(codes, offsets, data) {
        let bytes = 0
        for (const code of codes) if (code >= 0) bytes += offsets[code + 1] - offsets[code]
        this.reserve(codes.length, bytes)
        let at = this.offsets[this.length]
        for (const code of codes) {
            if (code >= 0) {
                const end = offsets[code + 1]
                if (end - offsets[code] > 64) {
                    this.data.set(data.subarray(offsets[code], end), at)
                    at += end - offsets[code]
                } else {
                    for (let from = offsets[code]; from < end; from += 1)
                        this.data[at++] = data[from]
                }
            }
            this.length += 1
            this.offsets[this.length] = at
        }
    }

    /** @returns {Plain} */
    finish() {
        return {
            offsets: trimmed(this.offsets, this.length + 1, this.budget),
            data: trimmed(this.data, this.offsets[this.length], this.budget),
        }
    }
}

/**
 * Puts the ends of other offsets behind the first `length` rows, moved.
 * @param {Int32Array} to @param {number} length @param {Int32Array} from @param {number} shift
 */
export function addOffsets(to, length, from, shift) {
    if (shift === 0) to.set(from.subarray(1), length + 1)
    else for (let i = 1; i < from.length; i += 1) to[length + i] = from[i] + shift
}

/**
 * @param {Core} core
 * @param {Fields} info of a plain column
 * @returns {Plain} over the core's memory
 */
function plainOf(core, info) {
    return { offsets: offsetsOf(core, info), data: core.bytes(info.data, info.data_bytes) }
}

/** @param {Core} core @param {Fields} info of values of one width @param {number} width
 * @returns {Plain} */
function fixedOf(core, { values, length }, width) {
    const offsets = Int32Array.from({ length: length + 1 }, (_, row) => row * width)
    return { offsets, data: core.bytes(values, length * width) }
}

/**
 * Writes codes, -1 for nulls; those of another dictionary as `recoded` says.
 * @param {Int32Array} to @param {Int32Array} codes @param {Uint8Array | null} validity
 * @param {Int32Array | null} recoded
 */
function writeCodes(to, codes, validity, recoded) {
    if (recoded === null) to.set(codes)
    else for (let i = 0; i < codes.length; i += 1) to[i] = recoded[codes[i]]
    if (validity === null) return
    for (let i = 0; i < codes.length; i += 1) {
        if ((i & 7) === 0 && validity[i >> 3] === 255) i += 7
        else if (((validity[i >> 3] >> (i & 7)) & 1) === 0) to[i] = -1
    }
}

/**
 * Dictionaries that were decoded already, by dictionary_id: one a column suffices, since row groups
 * come one after the other.
 * @typedef {Map<Field, { id: number, values: string[], plain: Plain, budget: Budget }>}
 *   DictionaryCache
 */

/** About what the texts of values take beside their bytes. @param {Plain} plain */
function weightOf({ offsets, data }) {
    return offsets.byteLength + 2 * data.byteLength + TEXT_BYTES * (offsets.length - 1)
}

/**
 * Builds a text column: dictionary-encoded as long as all batches are, plain from the first that is
 * not.
 */
export class TextBuilder extends RowsBuilder {
    /** @param {Field} field @param {number} expected @param {Budget} budget */
    constructor(field, expected, budget) {
        super(field, expected, budget)
        /** @type {Int32Array} */
        this.codes = new Int32Array(0)
        /** @type {string[]} */
        this.values = []
        /** The bytes of `values`. @type {Plain | PlainBuilder | null} */
        this.bytes = null
        this.dictionaryId = 0
        /**
         * The codes here of the newest dictionary's codes; null if they are the same.
         * @type {Int32Array | null}
         */
        this.recoded = null
        /** @type {Map<string, number> | null} */
        this.known = null
        /** @type {PlainBuilder | null} */
        this.plain = null
    }

    /** @param {number} rows in the end */
    expect(rows) {
        this.expected = rows
        if (this.plain !== null) this.plain.expected = rows
    }

    /**
     * @param {Core} core
     * @param {Fields} info
     * @param {import('./builder.js').Place} _place
     * @param {DictionaryCache} cache
     */
    append(core, info, _place, cache) {
        if (info.encoding === abi.ALI_ENCODING_DICTIONARY) this.appendCodes(core, info, cache)
        else if (info.length !== 0) this.appendPlain(core, info)
        this.appendNulls(core, info)
    }

    /** @param {Core} core @param {Fields} info */
    appendPlain(core, info) {
        if (this.plain === null) this.plain = this.expand()
        const { offsets, data } = plainOf(core, info)
        this.plain.append(offsets, data)
    }

    /** @param {Core} core @param {Fields} info @param {DictionaryCache} cache */
    appendCodes(core, info, cache) {
        const codes = new Int32Array(core.memory.buffer, info.values, info.length)
        const validity = validityOf(core, info)
        if (this.plain !== null) {
            const { offsets, data } = plainOf(core, describeColumn(core, info.dictionary))
            const copy = new Int32Array(codes.length)
            writeCodes(copy, codes, validity, null)
            this.plain.gather(copy, offsets, data)
            return
        }
        if (info.dictionary_id !== this.dictionaryId) this.changeDictionary(core, info, cache)
        const end = this.length + info.length
        if (end > this.codes.length)
            this.codes = grown(this.codes, end, this.expected, this.budget)
        writeCodes(this.codes.subarray(this.length, end), codes, validity, this.recoded)
    }

    /** @param {Core} core @param {Fields} info @param {DictionaryCache} cache */
    changeDictionary(core, info, cache) {
        const { values, plain } = this.decodeDictionary(core, info, cache)
        this.dictionaryId = info.dictionary_id
        if (this.bytes === null) {
            this.values = values
            this.bytes = plain
        } else {
            this.merge(values, plain)
        }
    }

    /** @param {Core} core @param {Fields} info @param {DictionaryCache} cache */
    decodeDictionary(core, info, cache) {
        const held = cache.get(this.field)
        if (held !== undefined && held.id === info.dictionary_id) return held
        if (held !== undefined && held.plain !== this.bytes) held.budget.drop(weightOf(held.plain))
        const { budget } = this
        const inMemory = plainOf(core, describeColumn(core, info.dictionary))
        budget.take(weightOf(inMemory))
        const plain = { offsets: inMemory.offsets.slice(), data: inMemory.data.slice() }
        const made = { id: info.dictionary_id, values: decodeAll(plain), plain, budget }
        cache.set(this.field, made)
        return made
    }

    /** Adds the values of another dictionary. @param {string[]} values @param {Plain} plain */
    merge(values, plain) {
        if (this.known === null) {
            this.values = this.values.slice()
            this.known = new Map()
            this.values.forEach((text, code) => {
                if (!this.known?.has(text)) this.known?.set(text, code)
            })
            const bytes = new PlainBuilder(this.field.path, 0, this.budget)
            const old = /** @type {Plain} */ (this.bytes)
            this.budget.take(KNOWN_BYTES * this.values.length)
            bytes.append(old.offsets, old.data)
            this.budget.drop(old.offsets.byteLength + old.data.byteLength)
            this.bytes = bytes
        }
        const bytes = /** @type {PlainBuilder} */ (this.bytes)
        const recoded = new Int32Array(values.length)
        let isSame = true
        for (let i = 0; i < values.length; i += 1) {
            let code = this.known.get(values[i])
            if (code === undefined) {
                code = this.values.length
                this.known.set(values[i], code)
                this.budget.take(KNOWN_BYTES + TEXT_BYTES + values[i].length)
                this.values.push(values[i])
                bytes.append(plain.offsets.subarray(i, i + 2), plain.data)
            }
            recoded[i] = code
            isSame &&= code === i
        }
        this.recoded = isSame ? null : recoded
    }

    // The rows so far as offsets and bytes.
    expand() {
        const builder = new PlainBuilder(this.field.path, this.expected, this.budget)
        if (this.bytes === null) {
            const { length } = this
            builder.appendFixed(length, 0, new Uint8Array(0))
        } else {
            const { offsets, data } = this.bytes
            builder.gather(this.codes.subarray(0, this.length), offsets, data)
        }
        this.budget.drop(this.codes.byteLength)
        this.codes = new Int32Array(0)
        return builder
    }

    finish() {
        const { length, nullCount } = this.validity
        const validity = this.validity.finish()
        const { field } = this
        if (this.plain !== null || this.bytes === null) {
            const plain = (this.plain ?? this.expand()).finish()
            return new TextColumn(field, length, nullCount, { ...plain, validity }, null)
        }
        const codes = trimmed(this.codes, length, this.budget)
        const plain = this.bytes instanceof PlainBuilder ? this.bytes.finish() : this.bytes
        const dictionary = { codes, values: this.values, plain }
        return new TextColumn(field, length, nullCount, { validity }, dictionary)
    }
}

/** @param {Plain} plain */
function decodeAll(plain) {
    const count = plain.offsets.length - 1
    /** @type {string[]} */
    const values = []
    const rows = blockRows(plain, count)
    for (let begin = 0; begin < count; begin += rows) {
        for (const text of decodeTexts(plain, begin, Math.min(count, begin + rows)))
            values.push(text)
    }
    return values
}

/** Builds a column of binary values, of one width or not. */
export class BinaryBuilder extends RowsBuilder {
    /** @param {Field} field @param {number} expected @param {Budget} budget */
    constructor(field, expected, budget) {
        super(field, expected, budget)
        this.plain = new PlainBuilder(field.path, expected, budget)
    }

    /** @param {number} rows in the end */
    expect(rows) {
        this.expected = rows
        this.plain.expected = rows
    }

    /** @param {Core} core @param {Fields} info */
    append(core, info) {
        if (info.encoding === abi.ALI_ENCODING_DICTIONARY) {
            const dictionary = describeColumn(core, info.dictionary)
            const codes = new Int32Array(info.length)
            const inMemory = new Int32Array(core.memory.buffer, info.values, info.length)
            writeCodes(codes, inMemory, validityOf(core, info), null)
            const { offsets, data } = this.isFixed(dictionary)
                ? fixedOf(core, dictionary, this.field.form.width)
                : plainOf(core, dictionary)
            this.plain.gather(codes, offsets, data)
        } else if (this.isFixed(info)) {
            const { width } = this.field.form
            const data = core.bytes(info.values, info.length * width)
            this.plain.appendFixed(info.length, width, data)
        } else {
            const { offsets, data } = plainOf(core, info)
            this.plain.append(offsets, data)
        }
        this.appendNulls(core, info)
    }

    /** @param {Fields} info whose values may all have one width */
    isFixed(info) {
        return this.field.form.kind === 'uuid' || info.offsets === 0
    }

    finish() {
        const { length, nullCount } = this.validity
        const areas = { ...this.plain.finish(), validity: this.validity.finish() }
        const Kind = this.field.form.kind === 'uuid' ? UuidColumn : BinaryColumn
        return new Kind(this.field, length, nullCount, areas)
    }
}

/**
 * Plain text or binary values over the core's memory; null where they lie otherwise.
 * @param {Field} field @param {import('./column.js').Hold} hold @param {Fields} info
 */
export function viewBytes(field, hold, info) {
    const isPlain = info.encoding === abi.ALI_ENCODING_PLAIN && info.offsets !== 0
    if (!isPlain) return null
    const areas = new MemoryAreas(hold, info, Uint8Array)
    return field.form.kind === 'text'
        ? new TextColumn(field, info.length, info.null_count, areas, null)
        : new BinaryColumn(field, info.length, info.null_count, areas)
}
