// text.js: columns of text and of binary values, and what builds them.
//
// A text column is either dictionary-encoded (codes, and each value once) or plain (offsets and
// bytes); `encoding` says which, and the other form is made when it is asked for. Plain text is
// decoded in blocks of rows: one call of the decoder for a block, and slices of its result.
import * as abi from './abi.js'
import { Column, ValidityBuilder, describeColumn, validityOf } from './column.js'
import { AlimentarError } from './errors.js'

/** @typedef {import('./wasm.js').Core} Core */
/** @typedef {import('./forms.js').Form} Form */
/** @typedef {{ [name: string]: any }} Fields */
/** @typedef {{ offsets: Int32Array, data: Uint8Array }} Plain */

const BLOCK_ROWS = 1024
const DATA_MAX = 0x7fffffff

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const lenient = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * The texts of rows [begin, end).
 * @param {Plain} plain @param {number} begin @param {number} end @returns {string[]}
 */
export function decodeTexts({ offsets, data }, begin, end) {
    let whole
    try {
        whole = strict.decode(data.subarray(offsets[begin], offsets[end]))
    } catch {
        return decodeEach(offsets, data, begin, end)
    }
    const texts = new Array(end - begin)
    if (whole.length === offsets[end] - offsets[begin]) {
        const base = offsets[begin]
        for (let row = begin; row < end; row += 1)
            texts[row - begin] = whole.slice(offsets[row] - base, offsets[row + 1] - base)
        return texts
    }
    for (let row = begin, at = 0; row < end; row += 1) {
        // Bytes that are a whole text only together with their neighbours' are no text of their
        // own.
        if (offsets[row] < offsets[row + 1] && (data[offsets[row]] & 0xc0) === 0x80)
            return decodeEach(offsets, data, begin, end)
        const length = utf16Length(data, offsets[row], offsets[row + 1])
        texts[row - begin] = whole.slice(at, at + length)
        at += length
    }
    return texts
}

/**
 * @param {Int32Array} offsets
 * @param {Uint8Array} data
 * @param {number} begin
 * @param {number} end
 */
function decodeEach(offsets, data, begin, end) {
    const texts = new Array(end - begin)
    for (let row = begin; row < end; row += 1)
        texts[row - begin] = lenient.decode(data.subarray(offsets[row], offsets[row + 1]))
    return texts
}

/** @param {Uint8Array} data @param {number} begin @param {number} end */
function utf16Length(data, begin, end) {
    let length = 0
    for (let at = begin; at < end; at += 1)
        length += (data[at] & 0xc0) === 0x80 ? 0 : data[at] >= 0xf0 ? 2 : 1
    return length
}

/** Text: codes and values, or offsets and bytes. */
export class TextColumn extends Column {
    /**
     * @param {string} name
     * @param {Form} form
     * @param {number} length
     * @param {number} nullCount
     * @param {Uint8Array | null} validity
     * @param {{ codes: Int32Array, values: string[], plain: Plain } | null} dictionary `plain`
     * holds
     * the values' bytes
     * @param {Plain | null} plain
     */
    constructor(name, form, length, nullCount, validity, dictionary, plain) {
        super(name, form, length, nullCount)
        /** @type {'plain' | 'dictionary'} */
        this.encoding = dictionary === null ? 'plain' : 'dictionary'
        this._validity = validity
        this._dictionary = dictionary
        this._plain = plain
        /** @type {string[][]} */
        this._blocks = []
        /** @type {{ codes: Int32Array, values: string[] } | undefined} */
        this._coded = undefined
    }

    get validity() {
        return this._validity
    }

    /** @param {number} row */
    value(row) {
        if (this._dictionary !== null) return this._dictionary.values[this._dictionary.codes[row]]
        const index = (row / BLOCK_ROWS) | 0
        const block = (this._blocks[index] ??= this.decode(index))
        return block[row - index * BLOCK_ROWS]
    }

    /** @param {number} index */
    decode(index) {
        const begin = index * BLOCK_ROWS
        return decodeTexts(
            /** @type {Plain} */ (this._plain),
            begin,
            Math.min(this.length, begin + BLOCK_ROWS),
        )
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
        if (this._plain === null) {
            const { codes, plain } = /** @type {NonNullable<TextColumn['_dictionary']>} */ (
                this._dictionary
            )
            const builder = new PlainBuilder(this.name)
            builder.gather(codes, plain.offsets, plain.data)
            this._plain = builder.finish()
        }
        return this._plain
    }
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

/** Binary values: slices of one array of bytes. */
class BinaryColumn extends Column {
    /**
     * @param {string} name
     * @param {Form} form
     * @param {ValidityBuilder} validity
     * @param {Plain} plain
     */
    constructor(name, form, validity, plain) {
        super(name, form, validity.length, validity.nullCount)
        this._validity = validity.finish()
        this._plain = plain
    }

    get validity() {
        return this._validity
    }

    /** @param {number} row */
    value(row) {
        return this._plain.data.subarray(this._plain.offsets[row], this._plain.offsets[row + 1])
    }

    views() {
        return this._plain
    }
}

/** Offsets and bytes that grow by what arrives. */
export class PlainBuilder {
    /** @param {string} name */
    constructor(name) {
        this.name = name
        this.offsets = new Int32Array(64)
        this.data = new Uint8Array(256)
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
        if (rowsNeeded > this.offsets.length) this.offsets = grown(this.offsets, rowsNeeded)
        if (bytesNeeded > this.data.length) this.data = grown(this.data, bytesNeeded)
    }

    /** @param {Int32Array} offsets @param {Uint8Array} data */
    append(offsets, data) {
        const rows = offsets.length - 1
        const bytes = offsets[rows] - offsets[0]
        this.reserve(rows, bytes)
        const base = this.offsets[this.length]
        this.data.set(data.subarray(offsets[0], offsets[rows]), base)
        const shift = base - offsets[0]
        for (let i = 1; i <= rows; i += 1) this.offsets[this.length + i] = offsets[i] + shift
        this.length += rows
    }

    /** Values of one width. @param {number} rows @param {number} width @param {Uint8Array} data */
    appendFixed(rows, width, data) {
        const offsets = new Int32Array(rows + 1)
        for (let i = 0; i <= rows; i += 1) offsets[i] = i * width
        this.append(offsets, data)
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
                for (let from = offsets[code]; from < offsets[code + 1]; from += 1)
                    this.data[at++] = data[from]
            }
            this.length += 1
            this.offsets[this.length] = at
        }
    }

    /** @returns {Plain} */
    finish() {
        return {
            offsets: this.offsets.slice(0, this.length + 1),
            data: this.data.slice(0, this.offsets[this.length]),
        }
    }
}

/** @template {Int32Array | Uint8Array} T @param {T} old @param {number} length @returns {T} */
function grown(old, length) {
    const array = new /** @type {any} */ (old.constructor)(
        Math.min(DATA_MAX, Math.max(length, old.length * 2)),
    )
    array.set(old)
    return array
}

/**
 * @param {Core} core
 * @param {Fields} info of a plain column
 * @returns {Plain} over the core's memory
 */
function plainOf(core, info) {
    return {
        offsets: new Int32Array(core.memory.buffer, info.offsets, info.length + 1),
        data: core.bytes(info.data, info.data_bytes),
    }
}

/** @param {Core} core @param {Fields} info @returns {Int32Array} codes with -1 for nulls, a copy */
function codesOf(core, info) {
    const codes = new Int32Array(core.memory.buffer, info.values, info.length).slice()
    const validity = validityOf(core, info)
    if (validity !== null) {
        for (let i = 0; i < codes.length; i += 1)
            if (((validity[i >> 3] >> (i & 7)) & 1) === 0) codes[i] = -1
    }
    return codes
}

/**
 * Dictionaries that were decoded already, by dictionary_id: one a column suffices, since row groups
 * come one after the other.
 * @typedef {Map<string, { id: number, values: string[], plain: Plain }>} DictionaryCache
 */

/**
 * Builds a text column: dictionary-encoded as long as all batches are, plain from the first that is
 * not.
 */
export class TextBuilder {
    /** @param {string} name @param {Form} form */
    constructor(name, form) {
        this.name = name
        this.form = form
        this.validity = new ValidityBuilder()
        /** @type {Int32Array[]} */
        this.codes = []
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

    /**
     * @param {Core} core
     * @param {Fields} info
     * @param {number} _row
     * @param {number} _expected
     * @param {DictionaryCache} cache
     */
    append(core, info, _row, _expected, cache) {
        if (info.encoding === abi.ALI_ENCODING_DICTIONARY) this.appendCodes(core, info, cache)
        else this.appendPlain(core, info)
        this.validity.append(info.length, validityOf(core, info), info.null_count)
    }

    /** @param {Core} core @param {Fields} info */
    appendPlain(core, info) {
        if (this.plain === null) this.plain = this.expand()
        const { offsets, data } = plainOf(core, info)
        this.plain.append(offsets, data)
    }

    /** @param {Core} core @param {Fields} info @param {DictionaryCache} cache */
    appendCodes(core, info, cache) {
        const codes = codesOf(core, info)
        if (this.plain !== null) {
            const { offsets, data } = plainOf(core, describeColumn(core, info.dictionary))
            this.plain.gather(codes, offsets, data)
            return
        }
        if (info.dictionary_id !== this.dictionaryId) this.changeDictionary(core, info, cache)
        const { recoded } = this
        if (recoded !== null)
            for (let i = 0; i < codes.length; i += 1)
                if (codes[i] >= 0) codes[i] = recoded[codes[i]]
        this.codes.push(codes)
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
        const held = cache.get(this.name)
        if (held !== undefined && held.id === info.dictionary_id) return held
        const inMemory = plainOf(core, describeColumn(core, info.dictionary))
        const plain = { offsets: inMemory.offsets.slice(), data: inMemory.data.slice() }
        const made = { id: info.dictionary_id, values: decodeAll(plain), plain }
        cache.set(this.name, made)
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
            const bytes = new PlainBuilder(this.name)
            const old = /** @type {Plain} */ (this.bytes)
            bytes.append(old.offsets, old.data)
            this.bytes = bytes
        }
        const bytes = /** @type {PlainBuilder} */ (this.bytes)
        const recoded = new Int32Array(values.length)
        for (let i = 0; i < values.length; i += 1) {
            let code = this.known.get(values[i])
            if (code === undefined) {
                code = this.values.length
                this.known.set(values[i], code)
                this.values.push(values[i])
                bytes.append(plain.offsets.subarray(i, i + 2), plain.data)
            }
            recoded[i] = code
        }
        this.recoded = recoded
    }

    // The rows so far as offsets and bytes.
    expand() {
        const builder = new PlainBuilder(this.name)
        if (this.bytes !== null) {
            const { offsets, data } = this.bytes
            for (const codes of this.codes) builder.gather(codes, offsets, data)
        }
        this.codes = []
        return builder
    }

    finish() {
        const { length, nullCount } = this.validity
        const validity = this.validity.finish()
        if (this.plain !== null || this.bytes === null) {
            return new TextColumn(
                this.name,
                this.form,
                length,
                nullCount,
                validity,
                null,
                (this.plain ?? new PlainBuilder(this.name)).finish(),
            )
        }
        const codes = this.codes.length === 1 ? this.codes[0] : joined(this.codes, length)
        const plain = this.bytes instanceof PlainBuilder ? this.bytes.finish() : this.bytes
        return new TextColumn(
            this.name,
            this.form,
            length,
            nullCount,
            validity,
            { codes, values: this.values, plain },
            null,
        )
    }
}

/** @param {Plain} plain */
function decodeAll(plain) {
    const count = plain.offsets.length - 1
    /** @type {string[]} */
    const values = []
    for (let begin = 0; begin < count; begin += BLOCK_ROWS) {
        for (const text of decodeTexts(plain, begin, Math.min(count, begin + BLOCK_ROWS)))
            values.push(text)
    }
    return values
}

/** @param {Int32Array[]} parts @param {number} length */
function joined(parts, length) {
    const all = new Int32Array(length)
    let at = 0
    for (const part of parts) {
        all.set(part, at)
        at += part.length
    }
    return all
}

/** Builds a column of binary values. */
export class BinaryBuilder {
    /** @param {string} name @param {Form} form */
    constructor(name, form) {
        this.name = name
        this.form = form
        this.validity = new ValidityBuilder()
        this.plain = new PlainBuilder(name)
    }

    /** @param {Core} core @param {Fields} info */
    append(core, info) {
        if (info.encoding === abi.ALI_ENCODING_DICTIONARY) {
            const dictionary = new PlainBuilder(this.name)
            this.take(core, describeColumn(core, info.dictionary), dictionary)
            this.plain.gather(codesOf(core, info), dictionary.offsets, dictionary.data)
        } else {
            this.take(core, info, this.plain)
        }
        this.validity.append(info.length, validityOf(core, info), info.null_count)
    }

    /** @param {Core} core @param {Fields} info @param {PlainBuilder} target */
    take(core, info, target) {
        const { width } = this.form
        if (width !== 0) {
            target.appendFixed(info.length, width, core.bytes(info.values, info.length * width))
        } else {
            const { offsets, data } = plainOf(core, info)
            target.append(offsets, data)
        }
    }

    finish() {
        return new BinaryColumn(this.name, this.form, this.validity, this.plain.finish())
    }
}
