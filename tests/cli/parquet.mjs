// Small Parquet files for the command's tests: flat columns, one row group, PLAIN, uncompressed
// (Apache Parquet's parquet.thrift; the compact protocol of Thrift). A column is { name, type,
// values } with type 'utf8', 'binary', 'int32', 'int64', 'double' or 'bool'; null among the values
// makes it nullable. With `within` it is the only field of a required group of that name;
// `statistics` are the fields of the chunk's Statistics.
const PHYSICAL = { bool: 0, int32: 1, int64: 2, double: 5, utf8: 6, binary: 6 }
export const T = { TRUE: 1, FALSE: 2, I32: 5, I64: 6, BINARY: 8, LIST: 9, STRUCT: 12 }

export function varint(number) {
    let left = BigInt(number)
    const bytes = []
    do {
        const low = Number(left & 127n)
        left >>= 7n
        bytes.push(left > 0n ? low | 128 : low)
    } while (left > 0n)
    return Buffer.from(bytes)
}
export const zigzag = (number) =>
    varint(number >= 0 ? BigInt(number) * 2n : -BigInt(number) * 2n - 1n)
export const text = (value) => {
    const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value)
    return Buffer.concat([varint(bytes.length), bytes])
}
export const list = (type, items) =>
    Buffer.concat([
        items.length < 15
            ? Buffer.from([(items.length << 4) | type])
            : Buffer.concat([Buffer.from([0xf0 | type]), varint(items.length)]),
        ...items,
    ])

// A struct out of [id, type, value]; integers are given as numbers, the rest as bytes.
export function struct(fields) {
    const parts = []
    let before = 0
    for (const [id, type, value] of fields) {
        parts.push(Buffer.from([((id - before) << 4) | type]))
        if (type === T.I32 || type === T.I64) parts.push(zigzag(value))
        else if (value !== undefined) parts.push(value)
        before = id
    }
    return Buffer.concat([...parts, Buffer.from([0])])
}

function plain(type, values) {
    if (type === 'bool') {
        const bytes = Buffer.alloc(Math.ceil(values.length / 8))
        values.forEach((value, i) => {
            if (value) bytes[i >> 3] |= 1 << (i & 7)
        })
        return bytes
    }
    return Buffer.concat(
        values.map((value) => {
            const bytes = Buffer.alloc(type === 'int32' ? 4 : 8)
            if (type === 'int32') bytes.writeInt32LE(value)
            else if (type === 'int64') bytes.writeBigInt64LE(BigInt(value))
            else if (type === 'double') bytes.writeDoubleLE(value)
            else {
                const content = Buffer.isBuffer(value) ? value : Buffer.from(value)
                const size = Buffer.alloc(4)
                size.writeUInt32LE(content.length)
                return Buffer.concat([size, content])
            }
            return bytes
        }),
    )
}

// Definition levels as bit-packed groups of eight.
function levels(values) {
    const groups = Math.ceil(values.length / 8)
    const bits = Buffer.alloc(groups)
    values.forEach((value, i) => {
        if (value !== null) bits[i >> 3] |= 1 << (i & 7)
    })
    const body = Buffer.concat([varint(groups * 2 + 1), bits])
    const size = Buffer.alloc(4)
    size.writeUInt32LE(body.length)
    return Buffer.concat([size, body])
}

function page(column, isNullable) {
    const present = column.values.filter((value) => value !== null)
    const body = Buffer.concat([
        isNullable ? levels(column.values) : Buffer.alloc(0),
        plain(column.type, present),
    ])
    const header = struct([
        [1, T.I32, 0],
        [2, T.I32, body.length],
        [3, T.I32, body.length],
        [
            5,
            T.STRUCT,
            struct([
                [1, T.I32, column.values.length],
                [2, T.I32, 0],
                [3, T.I32, 3],
                [4, T.I32, 3],
            ]),
        ],
    ])
    return Buffer.concat([header, body])
}

const isNullableOf = (column) => column.values.includes(null)

function elements(column) {
    const fields = [
        [1, T.I32, PHYSICAL[column.type]],
        [3, T.I32, isNullableOf(column) ? 1 : 0],
        [4, T.BINARY, text(column.name)],
    ]
    if (column.type === 'utf8') fields.push([6, T.I32, 0])
    if (column.precision) fields.push([6, T.I32, 5], [7, T.I32, 0], [8, T.I32, column.precision])
    if (!column.within) return [struct(fields)]
    const group = [
        [3, T.I32, 0],
        [4, T.BINARY, text(column.within)],
        [5, T.I32, 1],
    ]
    return [struct(group), struct(fields)]
}

const pathOf = (column) => (column.within ? [column.within, column.name] : [column.name])

// A column chunk whose pages, `bytes` of them, begin at `at`, in another file if it has a path.
function chunkOf(column, at, bytes, file) {
    const rows = column.values.length
    const about = struct([
        [1, T.I32, PHYSICAL[column.type]],
        [2, T.LIST, list(T.I32, [zigzag(0), zigzag(3)])],
        [3, T.LIST, list(T.BINARY, pathOf(column).map(text))],
        [4, T.I32, column.codec ?? 0],
        [5, T.I64, rows],
        [6, T.I64, bytes],
        [7, T.I64, bytes],
        [9, T.I64, at],
        ...(column.statistics ? [[12, T.STRUCT, struct(column.statistics)]] : []),
    ])
    const path = file === undefined ? [] : [[1, T.BINARY, text(file)]]
    return struct([...path, [2, T.I64, 0], [3, T.STRUCT, about]])
}

function groupOf(chunks, bytes, rows) {
    return struct([
        [1, T.LIST, list(T.STRUCT, chunks)],
        [2, T.I64, bytes],
        [3, T.I64, rows],
    ])
}

// The end of a file: its footer.
function footerOf(columns, groups, rows, metadata) {
    const root = struct([
        [4, T.BINARY, text('schema')],
        [5, T.I32, columns.length],
    ])
    const fields = [
        [1, T.I32, 2],
        [2, T.LIST, list(T.STRUCT, [root, ...columns.flatMap(elements)])],
        [3, T.I64, rows],
        [4, T.LIST, list(T.STRUCT, groups)],
    ]
    const pairs = metadata.map(([key, value]) =>
        struct([
            [1, T.BINARY, text(key)],
            [2, T.BINARY, text(value)],
        ]),
    )
    if (pairs.length > 0) fields.push([5, T.LIST, list(T.STRUCT, pairs)])
    fields.push([6, T.BINARY, text('alimentar tests')])
    const footer = struct(fields)
    const size = Buffer.alloc(4)
    size.writeUInt32LE(footer.length)
    return Buffer.concat([footer, size, Buffer.from('PAR1')])
}

// The bytes of a file.
export function parquet(columns, metadata = []) {
    const rows = columns[0]?.values.length ?? 0
    const parts = [Buffer.from('PAR1')]
    let at = 4
    const chunks = columns.map((column) => {
        const bytes = page(column, isNullableOf(column))
        const chunk = chunkOf(column, at, bytes.length)
        parts.push(bytes)
        at += bytes.length
        return chunk
    })
    const groups = rows === 0 ? [] : [groupOf(chunks, at - 4, rows)]
    return Buffer.concat([...parts, footerOf(columns, groups, rows, metadata)])
}

// The bytes of a summary "_metadata" of files that parquet() makes of the same columns: each is
// { path, columns }; `paths` gives each column a path of its own, `rows` and `at` tell lies.
export function summary(files) {
    let sum = 0
    const groups = files.map(({ path, paths, columns, rows, at: begin = 4 }) => {
        let at = begin
        const chunks = columns.map((column, index) => {
            const bytes = page(column, isNullableOf(column)).length
            at += bytes
            const values = rows === undefined ? column.values : Array(rows).fill(0)
            const told = { ...column, values }
            return chunkOf(told, at - bytes, bytes, paths?.[index] ?? path)
        })
        const count = rows ?? columns[0].values.length
        sum += count
        return groupOf(chunks, at - begin, count)
    })
    const footer = footerOf(files[0].columns, groups, sum, [])
    return Buffer.concat([Buffer.from('PAR1'), footer])
}
