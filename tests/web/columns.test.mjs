// columns.test.mjs: the form of every type: values, validity, at, toArray, type and storage.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { inflateSync } from 'node:zlib'

import { AlimentarError, open, openFile } from '../../web/dist/node.js'

const FORMS = fileURLToPath(new URL('data/forms.parquet', import.meta.url))
const ROWS = 15
const rows = Array.from({ length: ROWS }, (_, row) => row)
const some = (make, every = 4) => rows.map((row) => (row % every === 3 ? null : make(row)))
const instant = (perSecond) => (row) => 1700000000 * perSecond + row * perSecond * 86399 + row

let dataset
let columns

before(async () => {
    dataset = await openFile(FORMS)
    const names = dataset.schema.fields.map((field) => field.name)
    columns = await dataset.columns(names.filter((name) => name !== 'big'))
})

after(() => dataset.close())

// name, array, values of the rows, Arrow's type id
const FIXED = [
    ['i8', Int8Array, rows.map((row) => row - 7), 2],
    ['i16', Int16Array, some((row) => row * 1000 - 7000), 2],
    ['i32', Int32Array, rows.map((row) => row * 100000), 2],
    ['u8', Uint8Array, rows.map((row) => row * 17), 2],
    ['u16', Uint16Array, rows.map((row) => row * 4000), 2],
    ['u32', Uint32Array, rows.map((row) => (row * 300000000) % 4294967296), 2],
    ['i64', Float64Array, some((row) => (row - 5) * 900719925474099), 3],
    ['u64', Float64Array, rows.map((row) => row * 2 ** 40), 3],
    ['f32', Float32Array, rows.map((row) => row / 4), 3],
    ['f64', Float64Array, some((row) => row / 3), 3],
    ['day', Float64Array, rows.map((row) => (19000 + row) * 86400000), 8],
    ['clock', Float64Array, rows.map((row) => row * 61000), 9],
    ['clock_us', Float64Array, rows.map((row) => (row * 61000 + row) / 1000), 9],
    ['ms', Float64Array, rows.map(instant(1e3)), 10],
    ['us', Float64Array, rows.map((row) => instant(1e6)(row) / 1e3), 10],
    ['nothing', Int32Array, rows.map(() => null), 2],
    ['__proto__', Int32Array, rows, 2],
]

for (const [name, array, expected, typeId] of FIXED) {
    test(`${name} comes as ${array.name}`, () => {
        const column = columns[name]
        assert.equal(column.name, name)
        assert.equal(column.label, name)
        assert.equal(column.length, ROWS)
        assert.equal(column.type.typeId, typeId)
        assert.equal(column.nullCount, expected.filter((value) => value === null).length)
        assert.deepEqual([...column], expected)
        assert.deepEqual([...column.toArray()], expected)
        assert.deepEqual(
            rows.map((row) => column.at(row)),
            expected,
        )
        assert.deepEqual(
            column.values,
            array.from(expected, (value) => value ?? 0),
        )
        assert.equal(column.toArray() instanceof array, column.nullCount === 0)
        assert.equal(column.validity === null, column.nullCount === 0)
        assert.equal(column.at(-1), expected[ROWS - 1])
        assert.equal(column.at(ROWS), undefined)
    })
}

test('validity is a bitmap, least bit first', () => {
    assert.deepEqual([...columns.i16.validity], [0b01110111, 0b01110111])
    assert.deepEqual([...columns.nothing.validity], [0, 0])
})

test('booleans come as 0 and 1, and as booleans one by one', () => {
    const expected = some((row) => row % 2 === 0, 5)
    assert.deepEqual([...columns.flag], expected)
    assert.deepEqual(columns.flag.toArray(), expected)
    assert.deepEqual(
        columns.flag.values,
        Uint8Array.from(expected, (value) => (value ? 1 : 0)),
    )
    assert.equal(columns.flag.type.typeId, 6)
})

// An Arrow stream, deflated: 9007199254740993999 us, the same before 1970, 9007199254740993000 and
// 1500.
const FAR_TIMES =
        'eNp1TjkOgzAQHIMxyHJBgaKUfIGeR6VImyYVv+MDeUCekG4zuyxKhMRI3suzsyMicgPQQ5FRkNCg' +
        'Y0WEyB7sOsbokWO+wXYGzhJaY/WuEbLmq3Ph/Dt5yk02qcCzsriOouDil4upoY6mMWJHZl/MhXqb' +
        '3XPEDxXOMf7V4bCnWFtLj+mjzuT5rrf+1Wz/OtT8BenOGkA='

test('times beyond 2^53 milliseconds are rounded once', async () => {
    const far = await open(inflateSync(Buffer.from(FAR_TIMES, 'base64')))
    const { t } = await far.columns()
    const nearest = [9007199254740994, -9007199254740994, 9007199254740992, 1.5]
    assert.deepEqual([...t.values], nearest)
    far.close()
})

test('nanoseconds come as the nearest number of milliseconds', () => {
    for (const row of rows) {
        const exact = 1700000000000000000n + BigInt(row) * 86399000000000n + BigInt(row)
        const [whole, rest] = [exact / 1000000n, exact % 1000000n]
        const nearest = Number(`${whole}.${String(rest).padStart(6, '0')}`)
        assert.equal(columns.ns.at(row), nearest)
    }
})

test('types tell what comes, storage what the file has', () => {
    assert.equal(columns.us.type.unit, 1)
    assert.equal(columns.us.type.timezone, 'UTC')
    assert.equal(columns.us.storage.unit, 2)
    assert.equal(columns.i64.storage.name, 'int64')
    assert.equal(columns.i64.type.name, 'float64')
    assert.equal(columns.day.storage.unit, 0)
    assert.equal(columns.day.type.unit, 1)
    const field = dataset.schema.fields.find(({ name }) => name === 'city')
    assert.deepEqual(field.type, { name: 'utf8', typeId: 5 })
})

test('a 64-bit integer that a number cannot hold is an error naming column and row', async () => {
    await assert.rejects(dataset.columns(['big']), (error) => {
        assert.ok(error instanceof AlimentarError)
        assert.equal(error.code, 'type')
        assert.equal(error.column, 'big')
        assert.equal(error.row, 8)
        assert.equal(error.path, FORMS)
        assert.match(error.message, /"big" in row 8.*int64: 'bigint'/)
        return true
    })
    const { big } = await dataset.columns(['big'], { offset: 9 })
    assert.equal(big.at(0), 2 ** 53 - 1)
    await assert.rejects(dataset.columns(['big'], { offset: 6 }), { row: 8 })
})

test("int64: 'bigint' is exact", async () => {
    const { big, i64, u64 } = await dataset.columns(['big', 'i64', 'u64'], { int64: 'bigint' })
    assert.equal(big.at(8), -(2n ** 53n))
    assert.ok(big.values instanceof BigInt64Array && u64.values instanceof BigUint64Array)
    assert.equal(i64.values[3], 0n)
    assert.equal(i64.at(0), -4503599627370495n)
    assert.equal(i64.type.name, 'int64')
})

test("times: 'Date' gives Date objects", async () => {
    const { us, day } = await dataset.columns(['us', 'day'], { times: 'Date' })
    assert.equal(us.at(0).toISOString(), '2023-11-14T22:13:20.000Z')
    assert.ok(day.toArray()[1] instanceof Date)
    assert.ok(us.values instanceof Float64Array)
})

test("times: 'bigint' is exact, in the column's own unit", async () => {
    const all = await dataset.columns(['us', 'ns', 'day', 'clock'], { times: 'bigint' })
    assert.equal(all.us.at(1), 1700086399000001n)
    assert.equal(all.ns.at(1), 1700086399000000001n)
    assert.equal(all.day.at(2), 19002n)
    assert.equal(all.clock.at(1), 61000n)
    assert.equal(all.us.type.unit, 2)
    for (const column of Object.values(all)) assert.ok(column.values instanceof BigInt64Array)
})

const CITIES = some((row) => ['Wien', 'Zürich', '東京'][(row + Math.floor(row / 5)) % 3])
const TEXTS = some((row) => '\u{1F35E}'.repeat(row % 3) + 'é'.repeat(row % 2) + row)

function textOf({ offsets, data }, row) {
    return new TextDecoder().decode(data.subarray(offsets[row], offsets[row + 1]))
}

function assertText(column, expected) {
    assert.deepEqual([...column], expected)
    assert.deepEqual(column.toArray(), expected)
    const { codes, values } = column.dictionary()
    assert.deepEqual(
        [...codes].map((code) => (code < 0 ? null : values[code])),
        expected,
    )
    assert.equal(new Set(values).size, values.length)
    const views = column.views()
    assert.equal(views.offsets.length, ROWS + 1)
    assert.deepEqual(
        rows.map((row) => textOf(views, row)),
        expected.map((text) => text ?? ''),
    )
}

test('text of dictionary pages stays encoded, over row groups of other dictionaries', () => {
    assert.equal(columns.city.encoding, 'dictionary')
    assertText(columns.city, CITIES)
    assert.equal(columns.city.dictionary().values.length, 3)
})

test('plain text is decoded', () => {
    assert.equal(columns.text.encoding, 'plain')
    assertText(columns.text, TEXTS)
})

test("strings: 'plain' gives the same values", async () => {
    const { city } = await dataset.columns(['city'], { strings: 'plain' })
    assert.equal(city.encoding, 'plain')
    assertText(city, CITIES)
})

test('binary values come as Uint8Array', () => {
    const expected = some((row) => Uint8Array.of(row, 255, 0).subarray(0, row % 4))
    assert.deepEqual([...columns.bytes], expected)
    assert.equal(columns.bytes.values, undefined)
})

test('column names are no keys of shared objects', async () => {
    assert.equal(Object.getPrototypeOf(columns), null)
    const [row] = await dataset.head(1, { columns: ['__proto__', 'i8'] })
    assert.equal(Object.getPrototypeOf(row), null)
    assert.deepEqual(Object.keys(row), ['__proto__', 'i8'])
    assert.equal({}.i8, undefined)
})

test('64-bit integers become the nearest doubles, up to the first that is out of range', () => {
    const { core } = dataset._hold
    const most = 2n ** 53n - 1n
    const values = [0n, -1n, most, -most, 123456789012345n, -(2n ** 53n), 5n, 2n ** 53n, -5n, 7n]
    const address = core.allocate(values.length * 8)
    const wide = new BigInt64Array(core.memory.buffer, address, values.length)
    wide.set(values)
    const read = (from, factor, divisor, least) => {
        const target = new Float64Array(values.length)
        return [core.narrow(address, target, from, { factor, divisor, least }), [...target]]
    }
    const exact = values.map(Number)
    const [at, doubles] = read(0, 1, 1, -Number(most))
    assert.deepEqual([at, doubles.slice(0, 5)], [5, exact.slice(0, 5)])
    assert.equal(read(6, 1, 1, -Number(most))[0], 7)
    assert.equal(read(8, 1, 1, -Number(most))[0], -1)
    assert.equal(read(0, 1, 1, 0)[0], 1)
    assert.deepEqual(
        read(0, 1000, 1, -Number(most))[1].slice(0, 5),
        exact.slice(0, 5).map((value) => value * 1000),
    )
    assert.deepEqual(
        read(0, 1, 1000, -Number(most))[1].slice(0, 5),
        exact.slice(0, 5).map((value) => value / 1000),
    )
    core.exports.release(address, values.length * 8)
})

// An Arrow stream (pyarrow 26) of one column "n" of 2,000,000,000 nulls, which take no bytes.
const NULLS =
    '/////3AAAAAQAAAAAAAKAAwABgAFAAgACgAAAAABBAAMAAAACAAIAAAABAAIAAAABAAAAAEAAAAUAAAA' +
    'EAAUAAgABgAHAAwAAAAQABAAAAAAAAEBEAAAABgAAAAEAAAAAAAAAAEAAABuAAAABAAEAAQAAAAAAAAA' +
    '/////1gAAAAUAAAAAAAAAAAACgAOAAYABQAIAAoAAAAAAwQAEAAAAAAACgAUAAwABAAIAAoAAAAUAAAA' +
    'DAAAAACUNXcAAAAAAAAAAAEAAAAAlDV3AAAAAACUNXcAAAAA/////wAAAAA='

test('a column too long for an array is an error, not the end of the process', async () => {
    const nulls = await open(Buffer.from(NULLS, 'base64'))
    const { n } = await nulls.columns(['n'])
    assert.equal(n.length, 2e9)
    assert.equal(n.at(1999999999), null)
    assert.throws(() => n.toArray(), { code: 'limit', column: 'n', message: /2000000000 values/ })
    nulls.close()
})
