// files.mjs: large Parquet files that take little room on the disk: one row group of pages that
// repeat (Apache Parquet's parquet.thrift; RFC 8878 for zstd; Snappy's format description).
//
// compressed  five columns, a codec each but for snappy and gzip: integers, doubles with levels,
//             text by codes into a dictionary of 1 MiB, plain text, integers of one byte
// sparse      columns of integers, uncompressed; their pages are holes of the file
// stored      the same, as snappy writes what it cannot compress
// nested      lists of ten integers
//
// `pages` is the number of pages of a column of integers, 8 MB each: of 8, 16 (eight columns) and
// 128 of them 1 GB is decoded.
import fs from 'node:fs'
import zlib from 'node:zlib'
import { T, list, struct, text, varint, zigzag } from '../cli/parquet.mjs'

const CODEC = { none: 0, snappy: 1, gzip: 2, zstd: 6 }
const TYPE = { int64: 2, double: 5, utf8: 6 }
const PLAIN = 0
const RLE = 3
const DICTIONARY = 8
const VALUES = 1_000_000
const TEXT_BYTES = 100
const TEXTS = 80_000
const ENTRY_BYTES = 60
const ENTRIES = 16_384

// --- codecs --------------------------------------------------------------------------------------

/** Snappy of bytes that repeat after `period` bytes: a literal, then copies of 64 bytes. */
function snappy(bytes, period) {
    const parts = [varint(bytes.length), Buffer.from([61 << 2, (period - 1) & 255,
        (period - 1) >> 8]), bytes.subarray(0, period)]
    const copy = Buffer.from([(63 << 2) | 2, period & 255, period >> 8])
    let at = period
    for (; at + 64 <= bytes.length; at += 64) parts.push(copy)
    const rest = bytes.length - at
    if (rest > 0) parts.push(Buffer.from([((rest - 1) << 2) | 2, period & 255, period >> 8]))
    return Buffer.concat(parts)
}

/** A frame of zstd of `length` bytes of one value: blocks of the kind RLE, of 128 KiB. */
function zstd(length, value) {
    const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x80, 0x50, 0, 0, 0, 0])
    head.writeUInt32LE(length, 6)
    const parts = [head]
    for (let at = 0; at < length; at += 131072) {
        const size = Math.min(131072, length - at)
        const word = (at + size === length ? 1 : 0) | (1 << 1) | (size << 3)
        parts.push(Buffer.from([word & 255, (word >> 8) & 255, word >> 16, value]))
    }
    return Buffer.concat(parts)
}

// --- pages ---------------------------------------------------------------------------------------

function header(kind, plainBytes, bytes, id, about) {
    return struct([[1, T.I32, kind], [2, T.I32, plainBytes], [3, T.I32, bytes],
        [id, T.STRUCT, struct(about)]])
}

function dataPage(values, encoding, plainBytes, body) {
    const about = [[1, T.I32, values], [2, T.I32, encoding], [3, T.I32, RLE], [4, T.I32, RLE]]
    const head = header(0, plainBytes, body.length, 5, about)
    return { values, plainBytes: plainBytes + head.length, bytes: Buffer.concat([head, body]) }
}

function dictionaryPage(entries, plainBytes, body) {
    const head = header(2, plainBytes, body.length, 7, [[1, T.I32, entries], [2, T.I32, PLAIN]])
    return { values: 0, plainBytes: plainBytes + head.length, bytes: Buffer.concat([head, body]) }
}

const gzip = (bytes) => zlib.gzipSync(bytes, { level: 1 })
const sized = (bytes) => {
    const size = Buffer.alloc(4)
    size.writeUInt32LE(bytes.length)
    return Buffer.concat([size, bytes])
}

/** Levels that are all the same. */
const sameLevels = (count, level) => sized(Buffer.concat([varint(count * 2),
    Buffer.from([level])]))

/** `count` bytes of which each `pattern` follows on the last. */
const repeated = (pattern, count) => Buffer.alloc(count, pattern)

function integers(count, distinct) {
    const pattern = Buffer.alloc(distinct * 8)
    for (let i = 0; i < distinct; i += 1) pattern.writeBigInt64LE(BigInt(i * 7919), i * 8)
    return repeated(pattern, count * 8)
}

function doubles(count) {
    const pattern = Buffer.alloc(2048)
    for (let i = 0; i < 256; i += 1) pattern.writeDoubleLE(i * 0.25, i * 8)
    return repeated(pattern, count * 8)
}

function texts(count, length) {
    const parts = []
    for (let i = 0; i < count; i += 1) {
        const word = `row ${i} `
        parts.push(sized(Buffer.from(word.repeat(Math.ceil(length / word.length))
            .slice(0, length))))
    }
    return Buffer.concat(parts)
}

/** Codes 0, 1, 2, ... of 14 bits, packed by eights. */
function codes(count) {
    const packed = Buffer.alloc((count / 8) * 14)
    let pending = 0
    let held = 0
    let at = 0
    for (let i = 0; i < count; i += 1) {
        pending |= (i % ENTRIES) << held
        for (held += 14; held >= 8; held -= 8, pending >>>= 8, at += 1) packed[at] = pending & 255
    }
    return Buffer.concat([Buffer.from([14]), varint((count / 8) * 2 + 1), packed])
}

// --- files ---------------------------------------------------------------------------------------

/** Columns: { name, type, codec, encoding, isOptional, dictionary, page, pages, hole }. */
function write(path, columns, rows, schema) {
    const file = fs.openSync(path, 'w')
    let at = 0
    const put = (bytes) => { at += fs.writeSync(file, bytes, 0, bytes.length, at) }
    put(Buffer.from('PAR1'))
    const chunks = columns.map((column) => {
        const { page, pages, dictionary } = column
        const begin = at
        if (dictionary) put(dictionary.bytes)
        const data = at
        for (let i = 0; i < pages; i += 1) {
            put(page.bytes)
            at += column.hole ?? 0
        }
        const plainBytes = (dictionary?.plainBytes ?? 0) + pages * page.plainBytes
        const fields = [[1, T.I32, TYPE[column.type]],
            [2, T.LIST, list(T.I32, [zigzag(column.encoding), zigzag(RLE)])],
            [3, T.LIST, list(T.BINARY, (column.path ?? [column.name]).map(text))],
            [4, T.I32, CODEC[column.codec]], [5, T.I64, pages * page.values],
            [6, T.I64, plainBytes], [7, T.I64, at - begin], [9, T.I64, data]]
        if (dictionary) fields.push([11, T.I64, begin])
        return struct([[2, T.I64, 0], [3, T.STRUCT, struct(fields)]])
    })
    const group = struct([[1, T.LIST, list(T.STRUCT, chunks)], [2, T.I64, at], [3, T.I64, rows]])
    const footer = struct([[1, T.I32, 2], [2, T.LIST, list(T.STRUCT, schema)], [3, T.I64, rows],
        [4, T.LIST, list(T.STRUCT, [group])]])
    const size = Buffer.alloc(4)
    size.writeUInt32LE(footer.length)
    put(Buffer.concat([footer, size, Buffer.from('PAR1')]))
    fs.closeSync(file)
    return rows
}

const root = (count) => struct([[4, T.BINARY, text('schema')], [5, T.I32, count]])

function flatSchema(columns) {
    return [root(columns.length), ...columns.map((column) => {
        const fields = [[1, T.I32, TYPE[column.type]], [3, T.I32, column.isOptional ? 1 : 0],
            [4, T.BINARY, text(column.name)]]
        if (column.type === 'utf8') fields.push([6, T.I32, 0])
        return struct(fields)
    })]
}

export function compressed(path, pages) {
    const numbers = integers(VALUES, 256)
    const optional = Buffer.concat([sameLevels(VALUES, 1), doubles(VALUES)])
    const plain = texts(TEXTS, TEXT_BYTES)
    const entries = texts(ENTRIES, ENTRY_BYTES)
    const coded = codes(VALUES)
    const columns = [
        { name: 'id', type: 'int64', codec: 'snappy', encoding: PLAIN, pages,
            page: dataPage(VALUES, PLAIN, numbers.length, snappy(numbers, 2048)) },
        { name: 'price', type: 'double', codec: 'gzip', encoding: PLAIN, isOptional: true, pages,
            page: dataPage(VALUES, PLAIN, optional.length, gzip(optional)) },
        { name: 'code', type: 'utf8', codec: 'gzip', encoding: DICTIONARY, pages,
            dictionary: dictionaryPage(ENTRIES, entries.length, gzip(entries)),
            page: dataPage(VALUES, DICTIONARY, coded.length, gzip(coded)) },
        { name: 'note', type: 'utf8', codec: 'gzip', encoding: PLAIN,
            pages: (pages * VALUES) / TEXTS,
            page: dataPage(TEXTS, PLAIN, plain.length, gzip(plain)) },
        { name: 'flag', type: 'int64', codec: 'zstd', encoding: PLAIN, pages,
            page: dataPage(VALUES, PLAIN, VALUES * 8, zstd(VALUES * 8, 1)) },
    ]
    return write(path, columns, pages * VALUES, flatSchema(columns))
}

// Pages of nothing but zeros, behind `start`: what a codec puts before bytes that it leaves as
// they are.
function hollow(path, pages, count, codec, start) {
    const about = [[1, T.I32, VALUES], [2, T.I32, PLAIN], [3, T.I32, RLE], [4, T.I32, RLE]]
    const head = Buffer.concat([header(0, VALUES * 8, VALUES * 8 + start.length, 5, about), start])
    const page = { values: VALUES, plainBytes: VALUES * 8 + head.length - start.length,
        bytes: head }
    const columns = Array.from({ length: count }, (_, i) => ({ name: `c${i}`, type: 'int64',
        codec, encoding: PLAIN, page, pages, hole: VALUES * 8 }))
    return write(path, columns, pages * VALUES, flatSchema(columns))
}

export function sparse(path, pages, count) {
    return hollow(path, pages, count, 'none', Buffer.alloc(0))
}

export function stored(path, pages, count) {
    const literal = Buffer.alloc(5, 63 << 2)
    literal.writeUInt32LE(VALUES * 8 - 1, 1)
    return hollow(path, pages, count, 'snappy', Buffer.concat([varint(VALUES * 8), literal]))
}

export function nested(path, pages) {
    // Lists of ten: 0 and nine times 1, five bytes for forty values.
    const bits = repeated(Buffer.from([0xfe, 0xfb, 0xef, 0xbf, 0xff]), VALUES / 8)
    const body = Buffer.concat([sized(Buffer.concat([varint((VALUES / 8) * 2 + 1), bits])),
        sameLevels(VALUES, 3), integers(VALUES, 256)])
    const columns = [{ name: 'items', type: 'int64', codec: 'gzip', encoding: PLAIN, pages,
        path: ['items', 'list', 'element'], page: dataPage(VALUES, PLAIN, body.length,
            gzip(body)) }]
    const schema = [root(1),
        struct([[3, T.I32, 1], [4, T.BINARY, text('items')], [5, T.I32, 1], [6, T.I32, 3]]),
        struct([[3, T.I32, 2], [4, T.BINARY, text('list')], [5, T.I32, 1]]),
        struct([[1, T.I32, 2], [3, T.I32, 1], [4, T.BINARY, text('element')]])]
    return write(path, columns, (pages * VALUES) / 10, schema)
}
