// forms.test.mjs: the form of every type of Arrow, nested ones to any depth: values, at(), types,
// options all the way down, views, and errors by path and row.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { open } from '../../web/dist/index.js'
import { openFile } from '../../web/dist/node.js'

const TYPES = fileURLToPath(new URL('data/types.arrow', import.meta.url))
const MISFITS = fileURLToPath(new URL('data/misfits.arrow', import.meta.url))
const ROWS = 12

let dataset
let columns

before(async () => {
    dataset = await openFile(TYPES)
    columns = await dataset.columns()
})

after(() => dataset.close())

/** What a function makes of each row, null in every fifth. */
const some = (value) => Array.from({ length: ROWS }, (_, i) => (i % 5 === 3 ? null : value(i)))
const all = (value) => Array.from({ length: ROWS }, (_, i) => value(i))

/** An object without a prototype. */
const bare = (members) => Object.assign(Object.create(null), members)

const repeated = (byte, length) => new Uint8Array(length).fill(byte)
const upTo = (count, value) => Array.from({ length: count }, (_, j) => value(j))
const doubles = (...values) => Float64Array.from(values)

const HALFS = [0, 1, -2.5, 0, 65504, Infinity, 2 ** -24, 0, NaN, 0.333251953125, -0, -(2 ** -14)]

/** Name, spelled types of values and of the file, array of the values, each row's value. */
const FORMS = [
    ['half', 'float32', 'float16', Float32Array, some((i) => HALFS[i])],
    ['dec32', 'float64', 'decimal32(7, 2)', Float64Array, some((i) => (i * 111 - 5) / 100)],
    ['dec64', 'float64', 'decimal64(15, 3)', Float64Array, some((i) => (i * 1111111 - 5) / 1000)],
    [
        'dec128',
        'float64',
        'decimal128(38, 10)',
        Float64Array,
        some((i) => (i === 0 ? 0 : (-1) ** i * i * 1e10)),
    ],
    ['dec256', 'float64', 'decimal256(60, 5)', Float64Array, some(() => 1e35)],
    ['duration', 'duration[ms]', 'duration[us]', Float64Array, some((i) => i * 1.5)],
    ['day', 'date64', 'date32', Float64Array, some((i) => i * 86400000000)],
    ['date', 'date64', 'date64', Float64Array, some((i) => i * 86400000)],
    ['clock', 'time32[ms]', 'time64[ns]', Float64Array, some((i) => (i * 1000001) / 1e6)],
    [
        'moment',
        'timestamp[ms, America/New_York]',
        'timestamp[us, America/New_York]',
        Float64Array,
        some((i) => (1.7e15 + i) / 1000),
    ],
    ['large_text', 'utf8', 'large_utf8', undefined, some((i) => 'é'.repeat(i))],
    [
        'view_text',
        'utf8',
        'utf8_view',
        undefined,
        some((i) => 'text that is longer than twelve bytes '.repeat(i % 2) + i),
    ],
    ['large_bytes', 'binary', 'large_binary', undefined, some((i) => repeated(i, i))],
    ['view_bytes', 'binary', 'binary_view', undefined, some((i) => repeated(i, 3 * i))],
    [
        'fixed_bytes',
        'fixed_binary(3)',
        'fixed_binary(3)',
        undefined,
        some((i) => Uint8Array.of(i, 255, 0)),
    ],
    ['coded_text', 'utf8', 'dictionary<utf8, int8>', undefined, some((i) => 'abü'[i % 3])],
    [
        'coded_number',
        'float64',
        'dictionary<int64, int32>',
        Float64Array,
        some((i) => (i % 3) * 1e12),
    ],
    [
        'runs',
        'float64',
        'run_end_encoded<int64, float64>',
        Float64Array,
        all((i) => [1.5, 1.5, 1.5, null, -2, -2, -2, -2, -2, 7, 7, 7][i]),
    ],
    [
        'months',
        'interval[month, day, ns]',
        'interval[month, day, ns]',
        undefined,
        some((i) => ({ months: i, days: -i || 0, nanos: i * 1e9 })),
    ],
    [
        'uuid',
        'utf8',
        'uuid',
        undefined,
        some((i) => `00000000-0000-00${i.toString(16).padStart(2, '0')}-0000-000000abcdef`),
    ],
    ['json', 'utf8', 'json', undefined, some((i) => `{"i":${i}}`)],
    ['none', 'null', 'null', undefined, all(() => null)],
    [
        'list',
        'list<float64>',
        'list<float64>',
        undefined,
        some((i) => doubles(...upTo(i % 4, (j) => j / 2))),
    ],
    [
        'list_nulls',
        'list<float64>',
        'list<int64>',
        undefined,
        some((i) => [doubles(), doubles(0), [0, null], [0, null, 2 ** 41]][i % 4]),
    ],
    [
        'large_list',
        'list<utf8>',
        'large_list<utf8>',
        undefined,
        some((i) => upTo(i % 3, (j) => 'x'.repeat(j))),
    ],
    [
        'list_view',
        'list<int16>',
        'list_view<int16>',
        undefined,
        all((i) => Int16Array.from(upTo(i % 3, (j) => 8 - 2 * (i % 4) + j))),
    ],
    [
        'fixed_list',
        'fixed_list<float32, 2>',
        'fixed_list<float32, 2>',
        undefined,
        some((i) => Float32Array.of(i, i + 0.5)),
    ],
    [
        'struct',
        'struct<x: int32, __proto__: utf8, when: timestamp[ms]>',
        'struct<x: int32, __proto__: utf8, when: timestamp[ms]>',
        undefined,
        some((i) => {
            const row = bare({ x: i })
            row['__proto__'] = `p${i}`
            row.when = i % 2 === 0 ? Date.UTC(2024, 0, 1) : null
            return row
        }),
    ],
    [
        'map',
        'map<utf8, float64>',
        'map<utf8, int64>',
        undefined,
        some((i) => upTo(i % 3, (j) => [`k${j}`, j === 0 ? null : j])),
    ],
    [
        'dense',
        'dense_union<0: float64, 5: utf8>',
        'dense_union<0: int64, 5: utf8>',
        undefined,
        all((i) => (i % 2 === 0 ? i * 5 : i === 5 ? null : `u${(i - 1) / 2}`)),
    ],
    [
        'sparse',
        'sparse_union<0: int32, 1: bool>',
        'sparse_union<0: int32, 1: bool>',
        undefined,
        all((i) => (i % 2 === 0 ? i : i % 3 === 0)),
    ],
    [
        'deeper',
        'list<struct<b: list<float64>>>',
        'list<struct<b: list<int64>>>',
        undefined,
        some((i) => [bare({ b: doubles(i, 2 * i) }), null, bare({ b: null })]),
    ],
    ['ext', 'int32', 'int32', Int32Array, some((i) => i)],
]

for (const [name, type, storage, array, expected] of FORMS) {
    test(`${storage} comes as ${type}`, () => {
        const column = columns[name]
        assert.deepEqual([column.type.name, column.storage.name], [type, storage])
        assert.equal(column.length, ROWS)
        assert.equal(column.values?.constructor, array)
        assert.deepEqual([...column], expected)
        assert.deepEqual(
            all((i) => column.at(i - ROWS)),
            expected,
        )
        assert.deepEqual(Array.from(column.toArray()), expected)
        const isUnion = /union/.test(type)
        const nulls = isUnion ? 0 : expected.filter((value) => value === null).length
        assert.equal(column.nullCount, nulls)
        assert.equal(column.validity === null, nulls === 0 || name === 'none')
        if (array !== undefined)
            expected.forEach((value, i) => value === null && assert.equal(column.values[i], 0))
    })
}

test('batches of copies and of views hold the same values as whole columns', async () => {
    for (const views of [false, true]) {
        let row = 0
        for await (const batch of dataset.batches({ views, batchSize: 4 })) {
            for (const [name, , , , expected] of FORMS) {
                const part = expected.slice(row, row + batch.numRows)
                assert.deepEqual([...batch.column(name)], part, `${name} ${views}`)
                assert.deepEqual(Array.from(batch.column(name).toArray()), part)
            }
            row += batch.numRows
            batch.release()
        }
        assert.equal(row, ROWS)
    }
})

test('views of nested columns, text and binary lie in the memory of the module', async () => {
    const { buffer } = dataset._hold.core.memory
    const names = ['list', 'struct', 'fixed_list', 'large_text', 'view_bytes', 'map']
    for await (const batch of dataset.batches({ columns: names, views: true })) {
        const [list, struct, fixed, text, bytes, map] = batch.columns
        assert.equal(list.offsets.buffer, buffer)
        assert.equal(list.children[0].values.buffer, buffer)
        assert.equal(struct.getChild('x').values.buffer, buffer)
        assert.equal(fixed.children[0].values.buffer, buffer)
        assert.equal(text.views().data.buffer, buffer)
        assert.equal(bytes.views().data.buffer, buffer)
        assert.equal(map.children[0].getChild('key').views().data.buffer, buffer)
        batch.release()
        for (const column of batch.columns) assert.throws(() => column.get(0), { code: 'state' })
        break
    }
})

test('children, offsets and type ids of nested columns can be reached', () => {
    const { list, struct, map, dense, sparse, fixed_list: fixed } = columns
    assert.deepEqual([...list.offsets.subarray(0, 5)], [0, 0, 1, 3, 3])
    assert.deepEqual([...list.children[0].values.subarray(0, 3)], [0, 0, 0.5])
    assert.deepEqual([...fixed.offsets].slice(0, 3), [0, 2, 4])
    assert.deepEqual(
        struct.children.map(({ name }) => name),
        ['x', '__proto__', 'when'],
    )
    assert.equal(struct.getChild('__proto__').at(4), 'p4')
    assert.equal(struct.getChild('y'), null)
    assert.equal(struct.getChild('toString'), null)
    assert.deepEqual([...map.children[0].getChild('key')].slice(0, 3), ['k0', 'k0', 'k1'])
    assert.deepEqual([...dense.typeIds.subarray(0, 3)], [0, 5, 0])
    assert.deepEqual([...dense.offsets.subarray(0, 4)], [0, 0, 1, 1])
    assert.deepEqual([...sparse.typeIds.subarray(0, 3)], [0, 1, 0])
    assert.equal(sparse.offsets, null)
    assert.deepEqual(columns.ext.children, [])
})

test('types have the ids and parameters of Arrow', () => {
    const { list, fixed_list: fixed, map, dense, coded_text: coded, months, half } = columns
    assert.equal(list.type.typeId, 12)
    assert.deepEqual(
        list.type.children.map(({ type }) => type.name),
        ['float64'],
    )
    assert.equal(fixed.type.listSize, 2)
    assert.equal(map.type.keysSorted, false)
    assert.deepEqual([dense.type.mode, dense.type.typeIds], [1, [0, 5]])
    assert.equal(months.type.unit, 2)
    assert.equal(half.type.precision, 1)
    assert.equal(half.storage.precision, 0)
    assert.deepEqual(coded.storage, {
        name: 'dictionary<utf8, int8>',
        typeId: -1,
        indices: { name: 'int8', typeId: 2, bitWidth: 8, signed: true },
        dictionary: { name: 'utf8', typeId: 5 },
        ordered: false,
    })
    assert.equal(columns.large_text.storage.typeId, 20)
    assert.equal(columns.runs.storage.children.length, 2)
    // Plot takes objects with these members for something else than columns.
    for (const column of Object.values(columns))
        for (const name of ['transform', 'value', 'scale']) assert.ok(!(name in column), name)
})

test('fields and schemas carry what the file says of them', () => {
    const field = dataset.schema.fields.find(({ name }) => name === 'ext')
    const expected = bare({
        'ARROW:extension:name': 'my.own',
        'ARROW:extension:metadata': '{}',
        note: 'ü',
    })
    assert.deepEqual(field.metadata, expected)
    assert.deepEqual(columns.ext.metadata, expected)
    assert.deepEqual(dataset.schema.metadata, bare({ made: 'by hand' }))
})

test('60 lists inside one another are read', () => {
    let value = columns.deep.at(11)
    for (let depth = 1; depth < 60; depth += 1) [value] = value
    assert.deepEqual(value, doubles(11))
    assert.equal(columns.deep.at(3), null)
    let child = columns.deep
    for (let depth = 0; depth < 60; depth += 1) [child] = child.children
    assert.equal(child.values[0], 0)
})

test('options reach all the way down', async () => {
    const options = { int64: 'bigint', times: 'Date', decimal: 'string' }
    const names = ['deeper', 'struct', 'map', 'dense', 'months', 'coded_number', 'dec128', 'dec32']
    const read = await dataset.columns(names, options)
    assert.deepEqual(read.deeper.at(2)[0].b, BigInt64Array.of(2n, 4n))
    assert.deepEqual(read.struct.at(2).when, new Date(Date.UTC(2024, 0, 1)))
    assert.deepEqual(read.map.at(2), [
        ['k0', null],
        ['k1', 1n],
    ])
    assert.equal(read.dense.at(2), 10n)
    assert.deepEqual(read.months.at(2), { months: 2, days: -2, nanos: 2000000000n })
    assert.equal(read.coded_number.at(1), 1000000000000n)
    assert.equal(read.dec128.at(11), '-110000000000.0000000000')
    assert.deepEqual(read.dec32.values.slice(0, 4), ['-0.05', '1.06', '2.17', null])
    assert.equal(read.dec32.type.name, 'utf8')
    const exact = await dataset.columns(['duration', 'clock', 'day'], { times: 'bigint' })
    assert.equal(exact.duration.at(2), 3000n)
    assert.equal(exact.clock.at(2), 2000002n)
    assert.equal(exact.day.at(2), 2000n)
})

test('text of any type has a dictionary and views', () => {
    for (const name of ['large_text', 'view_text', 'coded_text', 'json']) {
        const column = columns[name]
        const { codes, values } = column.dictionary()
        const { offsets, data } = column.views()
        const texts = all((i) =>
            codes[i] < 0
                ? null
                : new TextDecoder().decode(data.subarray(offsets[i], offsets[i + 1])),
        )
        assert.deepEqual(texts, [...column])
        assert.deepEqual(
            [...codes].map((code) => values[code] ?? null),
            texts,
        )
    }
    assert.equal(columns.coded_text.encoding, 'dictionary')
    assert.deepEqual(columns.coded_text.dictionary().values, ['a', 'b', 'ü'])
})

const MISFIT_CASES = [
    ['a', 'a.item.b.element', 1, /±\(2\^53 - 1\).*int64: 'bigint'/, { int64: 'bigint' }],
    [
        'price',
        'price',
        2,
        /more digits than a number holds.*decimal: 'string'/,
        {
            decimal: 'string',
        },
    ],
    ['span', 'span', 0, /nanoseconds outside.*int64: 'bigint'/, { int64: 'bigint' }],
]

for (const [name, path, row, message, remedy] of MISFIT_CASES) {
    test(`a misfit of ${path} is an error naming path, row and remedy`, async () => {
        const file = await openFile(MISFITS)
        const expected = { code: 'type', column: path, row, message }
        await assert.rejects(file.columns([name]), expected)
        for (const views of [false, true])
            await assert.rejects(async () => {
                for await (const batch of file.batches({ columns: [name], views })) batch.release()
            }, expected)
        await file.columns([name], remedy)
        file.close()
    })
}

test('decimals that a number gives back are numbers, whatever their scale', async () => {
    const file = await openFile(MISFITS)
    const { price } = await file.columns(['price'], { limit: 2 })
    assert.deepEqual([...price], [1.1, null])
    file.close()
})

test('a struct of two members of one name has them in its children only', async () => {
    const file = await openFile(MISFITS)
    const { two } = await file.columns(['two'])
    assert.throws(() => two.at(0), { code: 'argument', message: /several members "m"/ })
    assert.equal(two.children[1].at(3), 3)
    file.close()
})

test('values that are taken out can be posted: they do not drag their column along', () => {
    assert.equal(columns.list.at(2).buffer.byteLength, 16)
    assert.equal(columns.fixed_bytes.at(2).buffer.byteLength, 3)
})

test('a path gives a member of a struct as a column, null where the struct is', async () => {
    const paths = [['struct', 'x'], ['struct', '__proto__'], 'ext', ['struct', 'when']]
    const keys = ['struct.x', 'struct.__proto__', 'ext', 'struct.when']
    const read = await dataset.columns(paths, { offset: 1 })
    assert.deepEqual(Object.keys(read), keys)
    const { struct } = columns
    const expected = (name) => [...struct].slice(1).map((each) => each?.[name] ?? null)
    assert.deepEqual([...read['struct.x']], expected('x'))
    assert.deepEqual([...read['struct.x'].values].slice(0, 4), [1, 2, 0, 4])
    assert.equal(read['struct.x'].nullCount, 2)
    assert.deepEqual([...read['struct.__proto__']], expected('__proto__'))
    const { codes, values } = read['struct.__proto__'].dictionary()
    assert.deepEqual(
        [...codes].map((code) => values[code] ?? null),
        expected('__proto__'),
    )
    assert.deepEqual([...read['struct.when']], expected('when'))
    assert.equal(read['struct.when'].type.unit, 1)
    for (const views of [false, true]) {
        const rows = []
        for await (const batch of dataset.batches({ columns: paths, views, offset: 1 })) {
            assert.deepEqual(
                batch.schema.fields.map(({ type }) => type.name),
                ['int32', 'utf8', 'int32', 'timestamp[ms]'],
            )
            rows.push(...batch)
            batch.release()
        }
        assert.deepEqual(
            rows.map((row) => row['struct.x']),
            expected('x'),
        )
        assert.deepEqual(Object.keys(rows[0]), keys)
    }
    assert.equal((await dataset.head(1, { columns: [['struct', 'x']] }))[0]['struct.x'], 0)
})

test('a column whose whole name looks like a path is not taken for one', async () => {
    const { Table, tableToIPC, vectorFromArray } = await import('apache-arrow')
    const members = vectorFromArray([{ x: 1 }, { x: 2 }])
    const table = new Table({ s: members, '#1.x': vectorFromArray(['a', 'b']) })
    const made = await open(tableToIPC(table, 'stream'))
    const read = await made.columns([['s', 'x'], ['\\#1.x']])
    assert.deepEqual([...read['s.x']], [1, 2])
    assert.deepEqual([...read['\\#1.x']], ['a', 'b'])
    made.close()
})

test('names that begin with backslashes and a # are reached by a backslash more', async () => {
    const { Table, tableToIPC, vectorFromArray } = await import('apache-arrow')
    const members = vectorFromArray([{ '#z': 1, '\\#z': 2, '\\\\#z': 3, '\\z': 4, '#2': 5 }])
    const texts = { '#2': ['a'], '\\#2': ['b'], '\\\\#2': ['c'] }
    const columns = Object.entries(texts).map(([name, of]) => [name, vectorFromArray(of)])
    const made = await open(tableToIPC(new Table(Object.fromEntries([['s', members], ...columns]))))
    const names = ['\\#z', '\\\\#z', '\\\\\\#z', '\\z', '\\#2', '#2', '#3']
    const found = await made.columns(names.map((name) => ['s', name]))
    assert.deepEqual(names.map((name) => [...found[`s.${name}`]][0]), [1, 2, 3, 4, 5, 5, 3])
    const tops = ['\\#2', '\\\\#2', '\\\\\\#2']
    const read = await made.columns(tops.map((name) => [name]))
    assert.deepEqual(tops.map((name) => [...read[name]][0]), ['a', 'b', 'c'])
    await assert.rejects(made.columns([['s', '\\\\\\\\#z']]), { code: 'not_found' })
    await assert.rejects(made.columns([['\\\\\\\\#2']]), { code: 'not_found' })
    made.close()
})

test('a path that leads nowhere, or twice to one key, is an error', async () => {
    await assert.rejects(dataset.columns([['struct', 'y']]), { code: 'not_found' })
    await assert.rejects(dataset.columns([['nix', 'x']]), { code: 'not_found' })
    await assert.rejects(dataset.columns([['list', 'nix']]), { code: 'not_found' })
    await assert.rejects(dataset.columns([[]]), { code: 'argument' })
    const arrow = dataset.toArrow({ columns: [['struct', 'x']] }).then(
        (bytes) => bytes.length > 0,
        (error) => error.code === 'unsupported',
    )
    assert.ok(await arrow)
    await assert.rejects(
        dataset.columns([
            ['struct', 'x'],
            ['struct', 'x'],
        ]),
        {
            code: 'argument',
            message: /"struct.x" is asked for twice/,
        },
    )
})
