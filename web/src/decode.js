// decode.js: strings out of UTF-8, a block of rows at a time: one string for a block, and slices of
// it.
//
// Engines decode ASCII and Latin-1 at the speed of memory, but other UTF-8 by single bytes, and a
// character beyond U+00FF makes all of a string two bytes wide. So rows whose characters are all
// below U+0100 are brought together as Latin-1, the others as UTF-16, and each are made one string.
// Where more than a few bytes are no ASCII, or some are no UTF-8, its decoder does it all.

/** @typedef {{ offsets: Int32Array, data: Uint8Array }} Plain */

/** Bytes of scratch memory that is kept for the next block. */
const SCRATCH_BYTES = 1 << 20
/** One byte in 64 that is no ASCII: of more, the decoder of UTF-8 is as fast. */
const HIGH_SHIFT = 6
/** Shorter stretches are copied byte by byte. */
const COPIED_LEAST = 48

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const lenient = new TextDecoder('utf-8', { ignoreBOM: true })

/** @type {any} Node's Buffer, which knows both forms without a decoder. */
const buffers =
    /** @type {any} */ (globalThis).process?.versions?.node === undefined
        ? undefined
        : /** @type {any} */ (globalThis).Buffer
// Of windows-1252, what differs from Latin-1 is left out: U+0080 to U+009F.
const latin1 = buffers === undefined ? new TextDecoder('windows-1252') : undefined
const utf16 =
    buffers === undefined ? new TextDecoder('utf-16le', { ignoreBOM: true }) : undefined

/** @param {Uint8Array} bytes below 0x80, or from 0xa0 on @returns {string} */
function narrowText(bytes) {
    if (latin1 !== undefined) return latin1.decode(bytes)
    return buffers.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

/** @param {Uint16Array} units @returns {string} */
function wideText(units) {
    if (utf16 !== undefined) return utf16.decode(units)
    return buffers.from(units.buffer, units.byteOffset, units.byteLength).toString('utf16le')
}

// --- scratch memory -----------------------------------------------------------------------------

/** Where the bytes of a block stand that are no ASCII. */
let high = new Int32Array(0)
/** Rows as Latin-1, and as UTF-16. */
let narrow = new Uint8Array(0)
let wide = new Uint16Array(0)
/** Where each row ends: in `narrow`, or, as ~end, in `wide`. */
let ends = new Int32Array(0)

/** @param {number} bytes of a block @param {number} rows */
function reserve(bytes, rows) {
    if (narrow.length < bytes) {
        narrow = new Uint8Array(bytes + (bytes >> 2))
        high = new Int32Array((bytes >> HIGH_SHIFT) + 64)
    }
    if (ends.length < rows) ends = new Int32Array(rows)
}

/** Lets go of what a large block needed. */
function release() {
    if (narrow.length > SCRATCH_BYTES) {
        narrow = new Uint8Array(0)
        high = new Int32Array(0)
    }
    if (wide.length > SCRATCH_BYTES) wide = new Uint16Array(0)
    if (ends.length > SCRATCH_BYTES) ends = new Int32Array(0)
}

// --- rows ---------------------------------------------------------------------------------------

const none = new Int32Array(0)

/** The bytes four by four, from an aligned one on.
 * @param {Uint8Array} data @param {number} shift */
function wordsFrom({ buffer, byteOffset, length }, shift) {
    return new Int32Array(buffer, byteOffset + shift, (length - shift) >> 2)
}

/**
 * Finds the bytes that are no ASCII.
 * @param {Uint8Array} data @param {number} begin @param {number} end
 * @returns {number} how many; -1 for more than there is room for
 */
function findHigh(data, begin, end) {
    const shift = -data.byteOffset & 3
    const words = data.length < 16 ? none : wordsFrom(data, shift)
    let count = 0
    let at = begin
    for (; at < end && ((at - shift) & 15) !== 0; at += 1) if (data[at] >= 0x80) high[count++] = at
    for (let word = (at - shift) >> 2; at + 16 <= end; at += 16, word += 4) {
        const bits = words[word] | words[word + 1] | words[word + 2] | words[word + 3]
        if ((bits & 0x80808080) === 0) continue
        if (count + 32 > high.length) return -1
        for (let i = at; i < at + 16; i += 1) if (data[i] >= 0x80) high[count++] = i
    }
    for (; at < end; at += 1) if (data[at] >= 0x80) high[count++] = at
    return count
}

/** @param {Uint8Array} data @param {number} from @param {number} end @param {number} to */
function copyNarrow(data, from, end, to) {
    if (end - from >= COPIED_LEAST) narrow.set(data.subarray(from, end), to)
    else for (let at = from; at < end; at += 1) narrow[to + at - from] = data[at]
    return to + end - from
}

/**
 * Puts a row into `narrow`.
 * @param {Uint8Array} data @param {number} from @param {number} end
 * @param {number} first in `high` @param {number} last @param {number} to
 * @returns {number} where it ends; -1 if it does not belong there
 */
function putNarrow(data, from, end, first, last, to) {
    let begin = from
    let at = to
    for (let i = first; i < last; i += 2) {
        const place = high[i]
        const lead = data[place]
        const next = place + 1 < end ? data[place + 1] : 0
        if (lead !== 0xc3 && (lead !== 0xc2 || next < 0xa0)) return -1
        if ((next & 0xc0) !== 0x80) return -1
        at = copyNarrow(data, begin, place, at)
        narrow[at++] = ((lead << 6) & 0xc0) | (next & 0x3f)
        begin = place + 2
    }
    return copyNarrow(data, begin, end, at)
}

/**
 * Puts a row into `wide`.
 * @param {Uint8Array} data @param {number} from @param {number} end @param {number} to
 * @returns {number} where it ends; -1 if it is no UTF-8 (RFC 3629)
 */
function putWide(data, from, end, to) {
    let at = to
    for (let i = from; i < end;) {
        const lead = data[i]
        if (lead < 0x80) {
            wide[at++] = lead
            i += 1
            continue
        }
        const more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3
        if (lead < 0xc2 || lead > 0xf4 || i + more >= end) return -1
        let point = lead & (0x3f >> more)
        for (let next = i + 1; next <= i + more; next += 1) {
            if ((data[next] & 0xc0) !== 0x80) return -1
            point = (point << 6) | (data[next] & 0x3f)
        }
        if (more === 2 && (point < 0x800 || (point & 0xf800) === 0xd800)) return -1
        if (more === 3) {
            if (point < 0x10000 || point > 0x10ffff) return -1
            wide[at++] = 0xd7c0 + (point >> 10)
            point = 0xdc00 | (point & 0x3ff)
        }
        wide[at++] = point
        i += more + 1
    }
    return at
}

/**
 * Brings rows together in `narrow` and `wide`.
 * @param {Plain} plain @param {number} begin @param {number} end @param {number} count in `high`
 * @returns {{ narrow: number, wide: number } | null} how much there is
 */
function putRows({ offsets, data }, begin, end, count) {
    const most = offsets[end] - offsets[begin]
    let to = 0
    let toWide = 0
    let run = offsets[begin] // of rows in ASCII, which are copied at one go
    for (let row = begin, i = 0; row < end; row += 1) {
        const from = offsets[row]
        const last = offsets[row + 1]
        const first = i
        while (i < count && high[i] < last) i += 1
        if (i === first) {
            to += last - from
            ends[row - begin] = to
            continue
        }
        copyNarrow(data, run, from, to - (from - run))
        run = last
        const stop = ((i - first) & 1) === 0 ? putNarrow(data, from, last, first, i, to) : -1
        if (stop >= 0) {
            to = stop
            ends[row - begin] = to
        } else {
            if (wide.length < most) wide = new Uint16Array(narrow.length)
            toWide = putWide(data, from, last, toWide)
            if (toWide < 0) return null
            ends[row - begin] = ~toWide
        }
    }
    copyNarrow(data, run, offsets[end], to - (offsets[end] - run))
    return { narrow: to, wide: toWide }
}

/** @param {Plain} plain @param {number} begin @param {number} end @returns {string[] | null} */
function decodeRows(plain, begin, end) {
    const { offsets, data } = plain
    const base = offsets[begin]
    const bytes = offsets[end] - base
    const texts = new Array(end - begin)
    reserve(bytes, end - begin)
    const count = findHigh(data, base, base + bytes)
    if (count === 0) {
        const whole = narrowText(data.subarray(base, base + bytes))
        for (let row = begin; row < end; row += 1)
            texts[row - begin] = whole.slice(offsets[row] - base, offsets[row + 1] - base)
        return texts
    }
    const put = count < 0 ? null : putRows(plain, begin, end, count)
    if (put === null) return null
    const narrowWhole = put.narrow === 0 ? '' : narrowText(narrow.subarray(0, put.narrow))
    const wideWhole = put.wide === 0 ? '' : wideText(wide.subarray(0, put.wide))
    for (let i = 0, at = 0, atWide = 0; i < texts.length; i += 1) {
        const stop = ends[i]
        if (stop >= 0) {
            texts[i] = narrowWhole.slice(at, stop)
            at = stop
        } else {
            texts[i] = wideWhole.slice(atWide, ~stop)
            atWide = ~stop
        }
    }
    return texts
}

/**
 * The texts of rows [begin, end).
 * @param {Plain} plain @param {number} begin @param {number} end @returns {string[]}
 */
export function decodeTexts(plain, begin, end) {
    const texts = decodeRows(plain, begin, end) ?? decodeWhole(plain, begin, end)
    release()
    return texts
}

// --- by the decoder of UTF-8 --------------------------------------------------------------------

/** @param {Plain} plain @param {number} begin @param {number} end @returns {string[]} */
function decodeWhole({ offsets, data }, begin, end) {
    let whole
    try {
        whole = strict.decode(data.subarray(offsets[begin], offsets[end]))
    } catch {
        return decodeEach(offsets, data, begin, end)
    }
    const texts = new Array(end - begin)
    const words = wordsOf(data)
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
        const length = utf16Length(data, words, offsets[row], offsets[row + 1])
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

/** The bytes four by four; the first ones begin before them unless they are aligned.
 * @param {Uint8Array} data */
function wordsOf({ buffer, byteOffset, length }) {
    const begin = byteOffset & ~3
    return new Int32Array(buffer, begin, (byteOffset + length - begin) >> 2)
}

/**
 * The length as a string. Most bytes are looked at four at a time.
 * @param {Uint8Array} data @param {Int32Array} words of the same bytes
 * @param {number} begin @param {number} end
 */
function utf16Length(data, words, begin, end) {
    const shift = data.byteOffset & 3
    const first = Math.min(end, begin + (-(begin + shift) & 3))
    const last = first + ((end - first) & ~3)
    let length = last - first
    for (let at = (first + shift) >> 2; at < (last + shift) >> 2; at += 1) {
        const word = words[at]
        const high = word & 0x80808080
        if (high === 0) continue
        length += highs(high & (word << 1) & (word << 2) & (word << 3)) - highs(high & ~(word << 1))
    }
    for (let at = begin; at < first; at += 1) length += unitsOf(data[at])
    for (let at = last; at < end; at += 1) length += unitsOf(data[at])
    return length
}

/** The number of bytes whose highest bit is set; no other bits are. @param {number} word */
function highs(word) {
    return Math.imul((word >>> 7) & 0x01010101, 0x01010101) >>> 24
}

/** UTF-16 units of the character that a byte begins. @param {number} byte */
function unitsOf(byte) {
    return (byte & 0xc0) === 0x80 ? 0 : byte >= 0xf0 ? 2 : 1
}
