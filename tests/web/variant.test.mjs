// variant.test.mjs: every kind of value of the Variant encoding, by bytes written out here
// (https://github.com/apache/parquet-format/blob/master/VariantEncoding.md).
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { openFile } from '../../web/dist/node.js'
import { VariantColumn } from '../../web/dist/variant.js'

const NAMES = '11050001020304056162636465' // a, b, c, d, e
const STANDARD = { int64: 'number', times: 'ms', decimal: 'number' }
const EXACT = { int64: 'bigint', times: 'bigint', decimal: 'string' }

const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (digits) => parseInt(digits, 16))
const bare = (members) => Object.assign(Object.create(null), members)

/** The value of a column of one row. */
function read(value, options = STANDARD, metadata = NAMES) {
    const child = (name, hex) => ({ name, get: () => (hex === null ? null : bytes(hex)) })
    const form = { type: {}, storage: {}, options }
    const children = [child('metadata', metadata), child('value', value)]
    const field = { name: 'v', form, metadata: {} }
    return new VariantColumn(field, 1, 0, { validity: null }, children).get(0)
}

const VALUES = [
    ['null', '00', null],
    ['true', '04', true],
    ['false', '08', false],
    ['int8', '0cde', -34],
    ['int16', '10d204', 1234],
    ['int32', '14c7cfffff', -12345],
    ['int64', '1816e94fb3fdffffff', -9876543210, -9876543210n],
    ['double', '1c9a99999999992c40', 14.3],
    ['decimal4', '2002d2040000', 12.34, '12.34'],
    ['decimal8', '240115cd5b0700000000', 12345678.9, '12345678.9'],
    ['decimal16', `2802${'ff'.repeat(16)}`, -0.01, '-0.01'],
    ['date', '2c424e0000', Date.UTC(2024, 10, 7), 20034n],
    ['timestamp in UTC', '30c0b2f0d851260600', 1730982834123.456, 1730982834123456n],
    ['timestamp', '34c0b2f0d851260600', 1730982834123.456, 1730982834123456n],
    ['float', '380000c03f', 1.5],
    ['binary', '3c040000000a0b0c0d', Uint8Array.of(10, 11, 12, 13)],
    ['long string', '400200000041c3', 'A\ufffd'],
    ['time', '44c0f229880a000000', 45234123.456, 45234123456n],
    ['timestamp of ns in UTC', '4815413a6cb7af0518', 1730982834123.4568, 1730982834123456789n],
    ['timestamp of ns', '4c15413a6cb7af0518', 1730982834123.4568, 1730982834123456789n],
    ['uuid', '50f24f9b6481fa49d1b74e8c09a6e31c56', 'f24f9b64-81fa-49d1-b74e-8c09a6e31c56'],
    ['short string', '1d69636562657267', 'iceberg'],
    ['object', '02020003000109001d69636562657267', bare({ a: null, d: 'iceberg' })],
]

for (const [name, hex, standard, exact = standard] of VALUES) {
    test(`a Variant of ${name} is a plain value`, () => {
        assert.deepEqual(read(hex), standard)
        assert.deepEqual(read(hex, EXACT), exact)
    })
}

test('Variants hold arrays and objects in one another', () => {
    // [[7], {"b": "x"}]: sizes of one byte, offsets from the first value on.
    const inner = '0301' + '0002' + '0c07'
    const object = '0201' + '01' + '0002' + '0578'
    const outer = '0302' + '00060d' + inner + object
    assert.deepEqual(read(outer), [[7], bare({ b: 'x' })])
})

test("times: 'Date' gives Date objects", () => {
    const options = { ...STANDARD, times: 'Date' }
    assert.deepEqual(read('2c424e0000', options), new Date(Date.UTC(2024, 10, 7)))
})

test('a null, and a value that is missing, are null', () => {
    assert.equal(read(null), null)
    assert.equal(read('00'), null)
})

test('names of members are no keys of shared objects', () => {
    const metadata = '010100' + '09' + Buffer.from('__proto__').toString('hex')
    const value = read('0201000002' + '0c01', STANDARD, metadata)
    assert.deepEqual(Object.keys(value), ['__proto__'])
    assert.equal({}.polluted, undefined)
})

const BAD = [
    ['cut short', '1c9a99', 'corrupt', /column "v" is cut short/],
    ['no bytes', '', 'corrupt', /is cut short/],
    ['a name that is not there', '02010a000100', 'corrupt', /member without a name/],
    ['values that overlap', '0304' + '0000000000' + '0302' + '000000', 'corrupt', /overlap|short/],
    ['an unknown type', 'fc', 'unsupported', /type 63, which is not supported/],
    ['a wide integer', '18ffffffffffffff7f', 'type', /int64: 'bigint'/],
    ['a long decimal', `2800${'7f'.repeat(15)}00`, 'type', /decimal: 'string'/],
]

for (const [name, hex, code, message] of BAD) {
    test(`a Variant with ${name} is an error that names column and row`, () => {
        assert.throws(() => read(hex), { code, message, column: 'v', row: 0 })
    })
}

test('a Variant that is nested deeper than 512 is an error', () => {
    const nested = (depth) => {
        let hex = '00'
        for (let level = 0; level < depth; level += 1) {
            const size = Buffer.alloc(4)
            size.writeUInt32LE(hex.length / 2)
            hex = `0f0100000000${size.toString('hex')}${hex}`
        }
        return hex
    }
    let value = read(nested(512))
    for (let level = 0; level < 512; level += 1) [value] = value
    assert.equal(value, null)
    assert.throws(() => read(nested(513)), { code: 'limit', message: /nested deeper than 512/ })
})

// Times are spelled in the expected rows, and numbers in JavaScript: those are compared above.
const TIMES = /"[+-]?\d{4,6}-\d\d-\d\d|"\d\d:\d\d:\d\d/

/** A value as the expected rows spell it, members in the order of their names. */
function spelled(value) {
    if (value === null || typeof value === 'boolean') return value
    if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
    if (Array.isArray(value)) return value.map(spelled)
    if (typeof value !== 'object') return String(value)
    const names = Object.keys(value).sort()
    return names.map((name) => [name, spelled(value[name])])
}

test('Variants of real files, shredded or not, are what other readers gave', async () => {
    const folder = new URL('../vectors/files/parquet-variant/duckdb/', import.meta.url)
    let compared = 0
    for (const name of fs.readdirSync(folder).filter((each) => each.endsWith('.parquet'))) {
        const path = fileURLToPath(new URL(name, folder))
        const [header, ...rows] = fs
            .readFileSync(`${path}.expected.jsonl`, 'utf8')
            .trim()
            .split('\n')
        const { schema } = JSON.parse(header)
        const dataset = await openFile(path, { int64: 'bigint', decimal: 'string' })
        for (const [index, { type }] of schema.entries()) {
            if (type !== 'variant') continue
            const column = (await dataset.columns([`#${index + 1}`]))[`#${index + 1}`]
            assert.equal(column.type.name, 'variant')
            rows.forEach((text, row) => {
                if (TIMES.test(text)) return
                const expected = spelled(JSON.parse(text)[index])
                assert.deepEqual(spelled(column.at(row)), expected, `${name} ${row}`)
                compared += 1
            })
        }
        dataset.close()
    }
    assert.ok(compared > 30, `${compared} compared`)
})
