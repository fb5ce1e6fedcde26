// Reads what we wrote with readers that are not ours, and compares with our JSON lines, value by
// value and by text: Arrow IPC by apache-arrow (from its raw buffers, spelled here by the rules of
// docs/contracts/values.md) and flechette, CSV by papaparse, JSON by JSON.parse.
//
//     node tests/interop/read.mjs BASE... with the files BASE.arrow .arrows .csv .json .jsonl
import { readFileSync } from 'node:fs'
import { tableFromIPC } from 'apache-arrow'
import { tableFromIPC as tableFromFlechette } from '@uwdata/flechette'
import Papa from 'papaparse'

const SAFE = BigInt(Number.MAX_SAFE_INTEGER)
const PER_SECOND = [1n, 1000n, 1000000n, 1000000000n]
const counts = { passed: 0, failed: 0 }

function test(name, body) {
    try {
        body()
        counts.passed += 1
    } catch (error) {
        counts.failed += 1
        console.log(`interop: ${name}: ${error.message}`)
    }
}

function same(found, expected, where) {
    if (found !== expected) throw new Error(`${where}: found ${found}, expected ${expected}`)
}

// --- our JSON lines as text: for each row the members' values, as they are spelled ---------------

function tokensOf(line) {
    const tokens = line.match(/"(?:[^"\\]|\\.)*"|[^,{}:"]+/g)
    return {
        names: tokens.filter((_, index) => index % 2 === 0).map((token) => JSON.parse(token)),
        values: tokens.filter((_, index) => index % 2 === 1),
    }
}

// --- the rules of docs/contracts/values.md, over raw values --------------------------------------

const number = (value) => (Object.is(value, -0) ? '-0' : String(value))
const float = (value) => (Number.isFinite(value) ? number(value) : `"${value}"`)
const integer = (value) => (value > SAFE || value < -SAFE ? `"${value}"` : String(value))
const hex = (bytes) => `"${Buffer.from(bytes).toString('hex')}"`
const modulo = (value, by) => ((value % by) + by) % by

function half(bits) {
    const sign = bits >> 15 ? -1 : 1
    const exponent = bits >> 10 & 31
    const fraction = bits & 1023
    if (exponent === 31) return fraction ? NaN : sign * Infinity
    return exponent === 0 ? sign * fraction * 2 ** -24
        : sign * (1024 + fraction) * 2 ** (exponent - 25)
}

function date(days) {
    return new Date(Number(days) * 86400000).toISOString().slice(0, 10) // within ECMAScript's years
}

function clock(value, unit) {
    const seconds = Number(value / PER_SECOND[unit])
    const rest = String(value % PER_SECOND[unit]).padStart(3 * unit, '0').replace(/0+$/, '')
    const two = (part) => String(part).padStart(2, '0')
    const whole = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}`
    return `${whole}:${two(seconds % 60)}${unit > 0 && rest ? `.${rest}` : ''}`
}

function stamp(value, unit) {
    const day = 86400n * PER_SECOND[unit]
    const rest = modulo(value, day)
    return `${date((value - rest) / day)}T${clock(rest, unit)}`
}

function decimal(words, scale) {
    let value = 0n
    for (let i = 3; i >= 0; i -= 1) value = value << 32n | BigInt(words[i] >>> 0)
    value = BigInt.asIntN(128, value)
    const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0')
    return `"${value < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}"`
}

const RULES = {
    2: (type, { values }, i) => integer(BigInt(values[i])),
    3: (type, { values }, i) => float(type.precision === 0 ? half(values[i]) : values[i]),
    4: (type, { values, valueOffsets: at }, i) => hex(values.subarray(at[i], at[i + 1])),
    5: (type, { values, valueOffsets: at }, i) =>
        JSON.stringify(Buffer.from(values.subarray(at[i], at[i + 1])).toString('utf8')),
    6: (type, { values }, i) => String((values[i >> 3] >> (i & 7) & 1) === 1),
    7: (type, { values }, i) => decimal(values.subarray(4 * i, 4 * i + 4), type.scale),
    8: (type, { values }, i) => (type.unit === 0 ? `"${date(values[i])}"`
        : `"${stamp(BigInt(values[i]), 1)}"`),
    9: (type, { values }, i) => `"${clock(BigInt(values[i]), type.unit)}"`,
    10: (type, { values }, i) => `"${stamp(values[i], type.unit)}${type.timezone ? 'Z' : ''}"`,
    15: (type, { values }, i) => hex(values.subarray(type.byteWidth * i, type.byteWidth * (i + 1))),
    18: (type, { values }, i) => integer(values[i]),
}

function spellRaw(data, i) {
    if (data.typeId === 1) return 'null'
    if (data.nullCount > 0 && (data.nullBitmap[i >> 3] >> (i & 7) & 1) === 0) return 'null'
    return RULES[data.typeId](data.type, data, i)
}

// --- the tests -----------------------------------------------------------------------------------

function compareArrow(path, lines) {
    const table = tableFromIPC(readFileSync(path))
    same(table.numRows, lines.length, 'rows')
    table.schema.fields.forEach((field, column) => {
        if (lines.length > 0) same(field.name, lines[0].names[column], 'name')
        let row = 0
        for (const batch of table.batches) {
            const data = batch.data.children[column]
            for (let i = 0; i < batch.numRows; i += 1, row += 1) {
                same(spellRaw(data, i), lines[row].values[column], `${field.name}, row ${row}`)
            }
        }
        same(row, lines.length, `rows of ${field.name}`)
    })
}

// flechette's own values, where they lose nothing.
function compareFlechette(path, lines) {
    const table = tableFromFlechette(readFileSync(path), { useBigInt: true })
    same(table.numRows, lines.length, 'rows')
    table.schema.fields.forEach((field, index) => {
        const column = table.getChildAt(index)
        const id = field.type.typeId
        if (![1, 2, 3, 4, 5, 6, 15].includes(id)) return
        for (let row = 0; row < lines.length; row += 1) {
            const value = column.at(row)
            const text = value === null ? 'null' : id === 2 ? integer(BigInt(value))
                : id === 3 ? float(value) : id === 5 ? JSON.stringify(value)
                    : id === 6 ? String(value) : hex(value)
            same(text, lines[row].values[index], `${field.name}, row ${row}`)
        }
    })
}

// A value as CSV has it: without quotes, null as nothing.
function plain(token) {
    if (token === 'null') return ''
    return token.startsWith('"') ? JSON.parse(token) : token
}

function compareCsv(path, lines) {
    const { data, errors } = Papa.parse(readFileSync(path, 'utf8'),
        { newline: '\n', delimiter: ',' })
    same(errors.length, 0, 'errors')
    same(data.length, lines.length + 2, 'records, the header and the last, empty one among them')
    if (lines.length > 0) same(data[0].join('|'), lines[0].names.join('|'), 'header')
    lines.forEach(({ values }, row) => values.forEach((token, column) => {
        same(data[row + 1][column], plain(token), `row ${row}, column ${column}`)
    }))
}

function compareJson(base) {
    const rows = JSON.parse(readFileSync(`${base}.json`, 'utf8'))
    const text = readFileSync(`${base}.jsonl`, 'utf8')
    const linesOfText = text.split('\n').slice(0, -1)
    same(rows.length, linesOfText.length, 'rows')
    linesOfText.forEach((line, row) => {
        same(JSON.stringify(JSON.parse(line)), JSON.stringify(rows[row]), `row ${row}`)
    })
}

for (const base of process.argv.slice(2)) {
    const text = readFileSync(`${base}.jsonl`, 'utf8')
    const lines = text.split('\n').slice(0, -1).map(tokensOf)
    test(`apache-arrow reads our file ${base}`, () => compareArrow(`${base}.arrow`, lines))
    test(`apache-arrow reads our stream ${base}`, () => compareArrow(`${base}.arrows`, lines))
    test(`flechette reads our file ${base}`, () => compareFlechette(`${base}.arrow`, lines))
    test(`flechette reads our stream ${base}`, () => compareFlechette(`${base}.arrows`, lines))
    test(`papaparse reads our CSV ${base}`, () => compareCsv(`${base}.csv`, lines))
    test(`JSON.parse reads our JSON lines and our JSON alike ${base}`, () => compareJson(base))
}

// The made table: two batches, and one column that holds no nulls.
test('apache-arrow sees batches and nullable fields of the made table', () => {
    const table = tableFromIPC(readFileSync(`${process.argv[2]}.arrow`))
    same(table.batches.length, 2, 'batches')
    table.schema.fields.forEach((field, column) => {
        same(field.nullable, column !== 4, `nullable ${field.name}`)
    })
})

console.log(`interop: ${counts.passed} passed, ${counts.failed} failed, 0 skipped`)
process.exit(counts.failed === 0 ? 0 : 1)
