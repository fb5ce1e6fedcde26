// Cases of `stats`: what is told of columns of each kind. The form is that of run.mjs.
import { equals, files, harmless, json } from './support.mjs'
import { parquet } from './parquet.mjs'

files['figures.parquet'] = parquet([
    { name: 'n', type: 'int64', values: [4, null, -9007199254740993n, 9007199254740993n] },
    { name: 'x', type: 'double', values: [NaN, -Infinity, 1.5, 4.5] },
    { name: 'zero', type: 'double', values: [0, -0, null, NaN] },
    { name: 'text', type: 'utf8', values: ['b', 'ä', '', null] },
    { name: 'raw', type: 'binary', values: [Buffer.from([255, 0]), null, Buffer.from([1]), null] },
    { name: 'flag', type: 'bool', values: [true, null, true, false] },
])
files['dull.parquet'] = parquet([
    { name: 'text', type: 'utf8', values: ['b', 'ä', '', null] },
    { name: 'dull', type: 'utf8', values: ['null', null, 'null', null] },
])
// The n-th value is n: of each lane other values.
files['many.parquet'] = parquet([
    { name: 'n', type: 'int32', values: Array.from({ length: 100 }, (_, i) => i) },
    { name: 'x', type: 'double', values: Array.from({ length: 100 }, (_, i) => 1e9 + i) },
])

const vector = (path) => `${process.cwd()}/tests/vectors/files/${path}`
const lines = (...texts) => `${texts.join('\n')}\n`
const column = (name, type, count, nulls, more) => ({ name, type, count, nulls, ...more })
const blank = (count) => ' '.repeat(count)
const nothing = { min: null, max: null }
const told = (rows, ...columns) => ({ out: json(equals({ rows, columns })) })

export const cases = [
    [
        'stats shows an empty text, and one that looks like a null, with quotes',
        ['stats', '--columns', 'text,dull', '@dull.parquet'],
        { out: /\ntext +utf8 +3 +1 +"" +ä .*\ndull +utf8 +2 +2 +"null" +"null" / },
    ],
    [
        'stats --json',
        ['stats', '--json', '@figures.parquet'],
        told(
            4,
            column('n', 'int64', 3, 1, {
                min: '-9007199254740993',
                max: '9007199254740993',
                mean: 4 / 3,
                stddev: 9007199254740992,
            }),
            column('x', 'float64', 4, 0, {
                min: '-Infinity',
                max: 4.5,
                mean: 3,
                stddev: 2.1213203435596424,
                nan: 1,
                infinite: 1,
            }),
            column('zero', 'float64', 3, 1, {
                min: -0,
                max: 0,
                mean: 0,
                stddev: 0,
                nan: 1,
                infinite: 0,
            }),
            column('text', 'utf8', 3, 1, { min: '', max: 'ä', bytes_min: 0, bytes_max: 2 }),
            column('raw', 'binary', 2, 2, { min: '01', max: 'ff00', bytes_min: 1, bytes_max: 2 }),
            column('flag', 'bool', 3, 1, { true: 2, false: 1 }),
        ),
    ],
    [
        'minus zero is less than zero',
        ['stats', '--json', '--columns', 'zero', '@figures.parquet'],
        { out: /"min": -0, "max": 0,/ },
    ],
    [
        'moments are those of the rows asked for',
        ['stats', '--json', '--offset', '10', '-n', '80', '@many.parquet'],
        told(
            80,
            column('n', 'int32', 80, 0, {
                min: 10,
                max: 89,
                mean: 49.5,
                stddev: 23.2379000772445,
            }),
            column('x', 'float64', 80, 0, {
                min: 1000000010,
                max: 1000000089,
                mean: 1000000049.5,
                stddev: 23.2379000772445,
                nan: 0,
                infinite: 0,
            }),
        ),
    ],
    [
        'stats of no rows',
        ['stats', '--json', '--limit', '0', '--columns', 'n,text,flag', '@figures.parquet'],
        told(
            0,
            column('n', 'int64', 0, 0, { ...nothing, mean: null, stddev: null }),
            column('text', 'utf8', 0, 0, {
                ...nothing,
                bytes_min: null,
                bytes_max: null,
                distinct: 0,
            }),
            column('flag', 'bool', 0, 0, { true: 0, false: 0 }),
        ),
    ],
    [
        'stats of a struct and its member, which is null where the struct is',
        ['stats', '--json', vector('parquet-testing/data/nulls.snappy.parquet')],
        told(
            8,
            column('b_struct', 'struct<b_c_int: int32>', 8, 0),
            column('b_struct.b_c_int', 'int32', 0, 8, { ...nothing, mean: null, stddev: null }),
        ),
    ],
    [
        'stats of lists are of their lengths',
        ['stats', '--json', vector('parquet-fastparquet/nested.parq')],
        told(
            10,
            column('nest', 'struct<thing: list<utf8>>', 10, 0),
            column('nest.thing', 'list<utf8>', 10, 0, {
                items_min: 2,
                items_max: 2,
                items_mean: 2,
            }),
        ),
    ],
    [
        'stats of values of every kind are spelled as rows are',
        ['stats', vector('parquet-duckdb/data-types.parquet')],
        {
            environment: { COLUMNS: '' },
            out: (text) =>
                [
                    /\nlongval +int64 +3 +2 +-9223372036854775807 +9223372036854775807 /,
                    /\ndecimalval +decimal128\(5, 2\) +1 +4 +4\.80 +4\.80\n/,
                    /\nbinaryval +binary +1 +4 {2}3530 +3530 +2 to 2 bytes\n/,
                    /\nbooleanval +bool +2 +3 +1 true, 1 false\n/,
                    /\ntimestampval .* 2019-11-26T20:11:42\.501 {2}2019-11-26T20:11:42\.501\n/,
                    /\ndateval +date32 +1 +4 +2020-01-10 +2020-01-10\n\(5 rows\)\n$/,
                ]
                    .filter((line) => !line.test(text))
                    .join(' '),
        },
    ],
    [
        'stats of identifiers',
        ['stats', '--json', vector('parquet-duckdb/arrow/uuid-arrow.parquet')],
        told(
            40,
            column('u', 'uuid', 36, 4, {
                min: '00000000-0000-0000-0000-000000000000',
                max: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
            }),
        ),
    ],
    [
        'one dictionary tells how many texts there are',
        ['stats', '--json', vector('parquet-fastparquet/gzip-nation.impala.parquet')],
        { out: /"name": "n_name", .* "bytes_max": 14, "distinct": 25}/ },
    ],
    [
        'stats as a table',
        ['stats', '--columns', 'text,flag,n', '--offset', '2', '@figures.parquet'],
        {
            out: lines(
                `name  type   count  nulls${blank(16)}min${blank(15)}max  mean       stddev  more`,
                `text  utf8       1      1  ""${blank(17)}""${blank(35)}0 to 0 bytes`,
                `flag  bool       2      0${blank(58)}1 true, 1 false`,
                `n     int64      2      0  -9007199254740993  9007199254740993     0  1.27381e+16`,
                '(2 rows)',
            ),
            environment: { COLUMNS: '' },
        },
    ],
    [
        'stats fit a terminal',
        ['stats', '@figures.parquet'],
        {
            environment: { COLUMNS: '60' },
            out: (text) =>
                text.split('\n').some((line) => [...line].length > 60)
                    ? 'does not fit 60 columns'
                    : /\(4 rows; --no-truncate and --json tell more\)\n$/.test(text)
                      ? ''
                      : 'does not say that it is cut',
        },
    ],
    [
        'stats of what is hostile',
        ['stats', '@hostile.parquet'],
        { out: harmless, err: /were not valid UTF-8|was not valid UTF-8/ },
    ],
    [
        'stats to a file',
        ['stats', '--json', '@many.parquet', '-o', 'stats.json'],
        { leaves: 'stats.json' },
    ],
    ['stats takes no --to', ['stats', '--to', 'csv', '@many.parquet'], { code: 2, err: /--to/ }],
    [
        'stats of many files',
        ['stats', '--json', '--columns', 'n', '@many.parquet', '@numbers.parquet'],
        told(
            150,
            column('n', 'int64', 150, 0, {
                min: 0,
                max: 99,
                mean: 41.166666666666664,
                stddev: 27.729618954068005,
            }),
        ),
    ],
]
