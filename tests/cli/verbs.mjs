// Cases of the verbs that give rows: which rows, and how they look. The form is that of run.mjs.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { base, command, environment, equals, files, json, weather } from './support.mjs'
import { parquet } from './parquet.mjs'

files['numbers.parquet'] = parquet([
    { name: 'n', type: 'int64', values: Array.from({ length: 50 }, (_, i) => i) },
])
files['copy of weather.parquet'] = readFileSync(weather)
files['nulls.parquet'] = parquet([
    { name: 'text', type: 'utf8', values: ['null', '', null, 'some'] },
])
files['marks.parquet'] = parquet([
    { name: 'text', type: 'utf8', values: ['表示', 'e\u0301', '😀!', 'plain'] },
    { name: 'n', type: 'int32', values: [1, 2, 3, 4] },
])

// The weather as Arrow, in one record batch.
const convertTo = (format) =>
    spawnSync(command, ['cat', '--to', format, weather], {
        env: environment,
        maxBuffer: 1 << 26,
    }).stdout
files['weather.arrow'] = convertTo('arrow')
const arrows = convertTo('arrows')

const lines = (...texts) => `${texts.join('\n')}\n`
const skips = (...names) => ({ skipped }) =>
    equals(names)(skipped.map(({ what }) => what.replace('column ', '')))
const planned = ['path', 'offset_bytes', 'length_bytes', 'why']
const arrow = 'tests/vectors/files/arrow-integration/0.14.1/generated_primitive.arrow_file'
const vectors = `${process.cwd()}/tests/vectors/files`
const impala = `${vectors}/parquet-testing/data/nonnullable.impala.parquet`
const nested = `${vectors}/arrow-integration/cpp-21.0.0/generated_nested.arrow_file`
const members = ['nested_Struct.a', '#6.c.D.f', 'nested_Struct.G.value.h.i']
members.push('Int_Map.key', 'Int_Map.value', 'int_map_array.value')
// Members cut out are those of the structs beside them, null where these are.
const isCut = (rows) =>
    equals(rows.map(({ struct_nullable: whole }) => [whole?.f1 ?? null, whole?.f2 ?? null]))(
        rows.map((row) => [row['struct_nullable.f1'], row['struct_nullable.f2']]),
    ) || equals([34, true, true])([
        rows.length,
        rows.some((row) => row.struct_nullable === null),
        rows.some((row) => row['struct_nullable.f2'] !== null),
    ])
const usage = (err) => ({ code: 2, err })
const numbers = (...rows) => ({ out: json(equals(rows.map((n) => ({ n })))) })

export const cases = [
    [
        'two numbers of rows',
        ['head', '2', '-n', '3', '@people.parquet'],
        usage(/^alimentar: there are two numbers of rows, 2 and 3: alimentar head /),
    ],
    [
        'standard input twice',
        ['count', '-', '-'],
        usage(/^alimentar: standard input can be read only once: alimentar count FILE/),
    ],
    [
        'an output that would be Parquet is named',
        ['convert', '@people.parquet', 'out.PARQUET'],
        usage(/output would be "out\.PARQUET", and writing "parquet" is not supported: arrow, /),
    ],
    // count
    ['count', ['count', '@people.parquet'], { out: '3\n' }],
    ['count --json', ['count', '--json', '@people.parquet'], { out: json(equals({ rows: 3 })) }],
    ['count of no rows', ['count', '@none.parquet'], { out: '0\n' }],
    ['count of a pipe', ['count', '-'], { stdin: files['people.parquet'], out: '3\n' }],
    [
        'count does not take --limit',
        ['count', '-n', '1', '@people.parquet'],
        usage(/count does not/),
    ],
    [
        'count of an Arrow file, whose metadata does not tell it',
        ['count', `${process.cwd()}/${arrow}`],
        { out: '37\n' },
    ],
    [
        'info of an Arrow file says that its rows are not known',
        ['info', '--json', `${process.cwd()}/${arrow}`],
        {
            out: json(({ rows, format, row_groups }) =>
                equals([null, 'arrow', 2])([rows, format, row_groups]),
            ),
        },
    ],
    [
        'info of an Arrow file for people',
        ['info', `${process.cwd()}/${arrow}`],
        {
            out: /format {6}arrow\nrows {8}not known\nbytes {7}22358 \(22\.4 kB\)\nbatches {5}2/,
        },
    ],
    // tail
    [
        'tail',
        ['tail', '--json', '@numbers.parquet'],
        numbers(40, 41, 42, 43, 44, 45, 46, 47, 48, 49),
    ],
    ['tail of two', ['tail', '2', '--json', '@numbers.parquet'], numbers(48, 49)],
    ['tail of two, by a flag', ['tail', '--json', '@numbers.parquet', '-n2'], numbers(48, 49)],
    ['the number may stand last', ['tail', '--json', '@numbers.parquet', '1'], numbers(49)],
    [
        'tail of two, as other tools write it',
        ['tail', '--json', '-2', '@numbers.parquet'],
        numbers(48, 49),
    ],
    ['a number before the verb', ['-1', 'tail', '--json', '@numbers.parquet'], numbers(49)],
    [
        'a number with more behind it is none',
        ['tail', '-2x', '@numbers.parquet'],
        usage(/no flag "-2x"/),
    ],
    ['a number is no flag of count', ['count', '-2', '@numbers.parquet'], usage(/no flag "-2"/)],
    [
        'a column by the letter',
        ['tail', '-1', '-c', 'id', '@people.parquet'],
        { out: lines('   id', 'int64', '    3', '(1 of 3 rows x 1 column)') },
    ],
    [
        'an ellipsis stands for the last column where one is left out',
        ['head', '-1', '@long.parquet'],
        { environment: { COLUMNS: '20' }, out: /^ {4}n {2}…\nint32 {2}…\n {4}1 {2}…\n\(1 of/ },
    ],
    ['tail of none', ['tail', '0', '--json', '@numbers.parquet'], numbers()],
    [
        'tail of more than there are',
        ['tail', '99', '--columns', 'id', '@people.parquet'],
        { out: lines('   id', 'int64', '    1', '    2', '    3', '(3 rows x 1 column)') },
    ],
    [
        'a number that is a file is a file',
        ['head', '--json', '7'],
        { files: { 7: files['none.parquet'] }, out: json(equals([])), leaves: '7' },
    ],
    // slice
    ['slice', ['slice', '3:6', '--json', '@numbers.parquet'], numbers(3, 4, 5)],
    ['slice up to the end', ['slice', '48:', '--json', '@numbers.parquet'], numbers(48, 49)],
    ['slice from the beginning', ['slice', ':2', '--json', '@numbers.parquet'], numbers(0, 1)],
    ['slice beyond the end', ['slice', '49:99', '--json', '@numbers.parquet'], numbers(49)],
    ['slice backwards is empty', ['slice', '9:3', '--json', '@numbers.parquet'], numbers()],
    ['the range may stand last', ['slice', '--json', '@numbers.parquet', '1:2'], numbers(1)],
    ['slice without a range', ['slice', '@numbers.parquet'], usage(/slice wants rows, START:END/)],
    ['slice of a range that is none', ['slice', 'a:b', '@numbers.parquet'], usage(/wants rows/)],
    // sample
    [
        'a sample is the same on every machine',
        ['sample', '5', '--seed', '1', '--json', '@numbers.parquet'],
        numbers(19, 20, 21, 24, 48),
    ],
    [
        'a sample of all rows',
        ['sample', '50', '--json', '@numbers.parquet'],
        numbers(...Array.from({ length: 50 }, (_, i) => i)),
    ],
    [
        'a sample of more rows than there are',
        ['sample', '9', '--columns=id', '@people.parquet'],
        { out: lines('   id', 'int64', '    1', '    2', '    3', '(3 rows x 1 column)') },
    ],
    ['a sample of no rows', ['sample', '--json', '@none.parquet'], { out: json(equals([])) }],
    [
        'a seed that is none',
        ['sample', '--seed', 'x', '@none.parquet'],
        usage(/--seed takes a number, /),
    ],
    // plan
    [
        'plan --json',
        ['plan', '--json', '--columns', 'year,temp', '--offset', '9', '-n', '5', weather],
        {
            out: json((found) =>
                equals([1, planned, 13, 'column time_hour'])([
                    found.requests.length,
                    Object.keys(found.requests[0]),
                    found.skipped.filter(({ why }) => why === 'not asked for').length,
                    found.skipped[0].what,
                ]) ||
                equals(found.requests[0].length_bytes)(found.bytes) ||
                equals(['rows 0 to 8', 'rows 14 to 26114'])(
                    found.skipped.slice(13).map(({ what }) => what),
                ),
            ),
        },
    ],
    [
        'plan',
        ['plan', weather],
        {
            out: /\n +4 +\d+ {2}column chunks {2}\S+\n1 request, [\d.]+ kB, besides .* opening\n$/,
        },
    ],
    [
        'plan of bytes that are held is empty',
        ['plan', '--json', '@people.parquet'],
        { out: json(equals({ requests: [], bytes: 0, skipped: [] })) },
    ],
    [
        'plan of many files names the path of each',
        ['plan', '--json', '--columns', 'year', weather, '@copy of weather.parquet'],
        {
            out: json((found) =>
                equals([weather, `${base}/copy of weather.parquet`])([
                    ...new Set(found.requests.map(({ path }) => path)),
                ]),
            ),
        },
    ],
    [
        'plan of an Arrow file, of whose rows some are asked for',
        ['plan', '--json', '--columns', 'temp', '--offset', '9', '-n', '5', '@weather.arrow'],
        {
            files: {},
            out: json((found) =>
                equals([planned, true, 14, 'rows 0 to 8', 'rows from 14 on'])([
                    Object.keys(found.requests[0]),
                    found.bytes > 0 && found.bytes < 100000,
                    found.skipped.filter(({ why }) => why === 'not asked for').length,
                    ...found.skipped.slice(14).map(({ what }) => what),
                ]),
            ),
        },
    ],
    [
        'plan of an Arrow stream from a pipe',
        ['plan', '-n', '1', '-'],
        {
            stdin: arrows,
            out: (text) => {
                const [, ...found] = text.trimEnd().split('\n')
                const odd = found
                    .slice(0, -2)
                    .filter((line) => !/^ +\d+ +\d+ {2}(messages|buffers) {2}/.test(line))
                return equals([true, [], 'skipped: rows from 1 on: beyond --limit'])([
                    found.length > 2,
                    odd,
                    found.at(-2),
                ])
            },
        },
    ],
    [
        'plan of a member',
        ['plan', '--json', '--columns', 'nested_Struct.a', impala],
        {
            out: json(({ skipped }) =>
                equals(['ID', 'Int_Array', 'int_array_array', 'Int_Map', 'int_map_array'])(
                    skipped.map(({ what }) => what.replace('column ', '')),
                ),
            ),
        },
    ],
    [
        'plan of a column whose name begins as that of another',
        ['plan', '--json', '--columns', 'a.b', '@dotted.parquet'],
        { out: json(skips('a', '\\#z', '#1')) },
    ],
    [
        'plan of columns by their places',
        ['plan', '--json', '--columns', '#2,#4', '@dotted.parquet'],
        { out: json(skips('a', '\\#z')) },
    ],
    [
        'plan of a column of two that share their name',
        ['plan', '--json', '--columns', '#2', '@twins.parquet'],
        { out: json(skips('a', '#1', 'x,y')) },
    ],
    [
        'plan of names with signs of their own',
        ['plan', '--json', '--columns', '\\#1,\\\\\\\\#z', '@dotted.parquet'],
        { out: json(skips('a', 'a.b')) },
    ],
    // paths
    [
        'a path through structs, lists and maps of Parquet',
        ['cat', '--to', 'jsonl', '--columns', members.join(','), impala],
        {
            out: lines(
                '{"nested_Struct.a":-1,"nested_Struct.c.D.f":[["nonnullable"]],' +
                    '"nested_Struct.G.value.h.i":[],"Int_Map.key":["k1"],"Int_Map.value":[-1],' +
                    '"int_map_array.value":[[],[1],[],[]]}',
            ),
        },
    ],
    [
        'a path of two Arrow files as one',
        ['cat', '--json', '--columns', '#3.f1,struct_nullable,struct_nullable.f2', nested, nested],
        { out: json(isCut) },
    ],
    [
        'a path to no member tells those that there are',
        ['head', '--columns', 'nested_Struct.c.d', impala],
        usage(/: column "nested_Struct.c" has no member "d": it has 1, from "D" to "D"\n$/),
    ],
    [
        'a path below a number',
        ['head', '--columns', 'ID.x', impala],
        usage(/: column "ID" has no member "x": it is of type int64\n$/),
    ],
    // cat
    [
        'cat is CSV',
        ['cat', '--columns', 'id,name', '@people.parquet'],
        { out: 'id,name\n1,Ada\n2,\n3,"Bo, ""the"" one"\n' },
    ],
    [
        'cat as JSON lines',
        ['cat', '--to', 'jsonl', '--columns', 'id', '@people.parquet'],
        { out: '{"id":1}\n{"id":2}\n{"id":3}\n' },
    ],
    [
        'cat as JSON',
        ['cat', '--json', '--columns', 'id', '--offset', '2', '@people.parquet'],
        { out: json(equals([{ id: 3 }])) },
    ],
    [
        'cat in two formats',
        ['cat', '--json', '--to', 'csv', '@people.parquet'],
        usage(/two formats/),
    ],
    [
        'cat to a file goes by its name',
        ['cat', '-o', 'rows.jsonl', '--columns=id', '-n1', '@people.parquet'],
        { leaves: 'rows.jsonl', keeps: { 'rows.jsonl': '{"id":1}\n' } },
    ],
    // tables
    [
        'a null is told from texts that look like it',
        ['head', '@nulls.parquet'],
        { out: lines('text', 'utf8', '"null"', '""', 'null', 'some', '(4 rows x 1 column)') },
    ],
    [
        'wide and combining characters are counted by their width',
        ['head', '@marks.parquet'],
        {
            out: lines(
                'text       n',
                'utf8   int32',
                '表示       1',
                'e\u0301          2',
                '😀!        3',
                'plain      4',
                '(4 rows x 2 columns)',
            ),
        },
    ],
    [
        'columns are left out in the middle',
        ['head', '-n1', '@wide.parquet'],
        {
            environment: { COLUMNS: '44' },
            out: lines(
                'column0  column1  …  column38  column39',
                '  int32    int32  …     int32     int32',
                '      0        1  …        38        39',
                '(1 of 2 rows x 40 columns, 36 not shown)',
            ),
        },
    ],
]
