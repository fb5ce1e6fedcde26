// Cases of `info --row-groups`: what is told of row groups, column chunks and record batches. The
// form is that of run.mjs.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { command, environment, equals, files, json, weather } from './support.mjs'
import { parquet, T, text } from './parquet.mjs'

const vectors = `${process.cwd()}/tests/vectors/files`
const arrow = `${vectors}/arrow-integration/0.14.1/generated_primitive.arrow_file`
const stream = `${vectors}/arrow-integration/0.14.1/generated_primitive.stream`
const lz4 = `${vectors}/arrow-integration/2.0.0-compression/generated_uncompressible_lz4.arrow_file`
const java = `${vectors}/parquet-misc/arrow-testing/data/parquet/alltypes-java.parquet`
const told = (...words) => ['info', '--row-groups', '--json', ...words]
const columnsOf = (found) => found.groups.flatMap(({ columns }) => columns)

// What a file says of the least and greatest values is what a reading of all values finds.
const isTrue = (path, least) => {
    const { stdout } = spawnSync(command, ['stats', '--json', path], { env: environment })
    const found = JSON.parse(stdout).columns
    return json((info) => {
        const chunks = columnsOf(info).filter(({ min }) => min !== null)
        const wrong = chunks.filter(({ path: name, min, max, nulls }) => {
            const column = found.find((one) => one.name === name)
            if (!column) return true
            const { min: least = column.false === 0, max: most = column.true > 0 } = column
            return equals([least, most, column.nulls])([min, max, nulls])
        })
        if (chunks.length < least) return `tells bounds of ${chunks.length} columns alone`
        return wrong.length === 0 ? '' : JSON.stringify([wrong, found])
    })
}

// --- statistics by hand --------------------------------------------------------------------------
const long = (value) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(BigInt(value))
    return Buffer.concat([text(bytes)])
}
const real = (value) => {
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleLE(value)
    return text(bytes)
}
const [, OLD_MAX, OLD_MIN, NULLS, DISTINCT, MAX, MIN, MAX_EXACT, MIN_EXACT] = Array(9).keys()
const bytes = (id, value) => [id, T.BINARY, value]
const flag = (id, value) => [id, value ? T.TRUE : T.FALSE]
const column = (type, values, statistics, name = 'c') => ({ name, type, values, statistics })
const stated = {
    exact: column('int64', [1, 9], [
        [NULLS, T.I64, 0],
        [DISTINCT, T.I64, 2],
        bytes(MAX, long(9)),
        bytes(MIN, long(1)),
        flag(MAX_EXACT, true),
        flag(MIN_EXACT, true),
    ]),
    rounded: column('utf8', ['apple', 'pear'], [
        bytes(MAX, text('q')),
        bytes(MIN, text('apple')),
        flag(MAX_EXACT, false),
        flag(MIN_EXACT, true),
    ]),
    old: column('int64', [1, 9], [bytes(OLD_MAX, long(9)), bytes(OLD_MIN, long(1))]),
    'old text': column('utf8', ['a', 'b'], [bytes(OLD_MAX, text('b')), bytes(OLD_MIN, text('a'))]),
    'old same': column('utf8', ['a', 'a'], [bytes(OLD_MAX, text('a')), bytes(OLD_MIN, text('a'))]),
    short: column('int64', [1, 9], [bytes(MAX, text('9')), bytes(MIN, long(1))]),
    nan: column('double', [1, 9], [bytes(MAX, real(NaN)), bytes(MIN, real(1))]),
    odd: column('int64', [1, 9], [
        [NULLS, T.I64, -1],
        [DISTINCT, T.I64, -5],
    ]),
    hostile: column('utf8', ['x', 'y'], [
        bytes(MAX, text('\u001b[2J')),
        bytes(MIN, text(Buffer.from([0xff]))),
    ]),
}
for (const [name, one] of Object.entries(stated)) files[`stated ${name}.parquet`] = parquet([one])
files['copy for groups.parquet'] = readFileSync(weather)

const bounds = (name, ...expected) => [
    `statistics: ${name}`,
    told(`@stated ${name}.parquet`),
    {
        out: json((found) =>
            equals(expected)(
                columnsOf(found).flatMap(({ min, max, min_exact, max_exact }) => [
                    min, max, min_exact, max_exact,
                ]),
            ),
        ),
    },
]

files['said.parquet'] = parquet(
    [{ name: 'n', type: 'int32', values: [1] }],
    [['ARROW:schema', 'A'.repeat(100)]],
)

export const cases = [
    [
        'info --row-groups of an Arrow stream counts its batches and rows',
        ['info', '--row-groups', stream],
        { out: /\nrows {8}37\n.*\nbatches {5}2\n[^]*\nrecord batch 1: 20 rows,/ },
    ],
    [
        'info of an Arrow stream does not count its batches',
        ['info', stream],
        { out: /\nrows {8}not known\n.*\nbatches {5}not known\n/ },
    ],
    [
        'a schema of Arrow in the metadata is shortened, but not in JSON',
        ['info', '@said.parquet'],
        {
            environment: { COLUMNS: '' },
            out: /\n {2}ARROW:schema {2}A{60}… \(100 characters\)\n/,
        },
    ],
    [
        'a schema of Arrow in the metadata is whole with --no-truncate',
        ['info', '--no-truncate', '@said.parquet'],
        { out: /\n {2}ARROW:schema {2}A{100}\n/ },
    ],
    bounds('exact', 1, 9, true, true),
    bounds('rounded', 'apple', 'q', true, false),
    bounds('old', 1, 9, null, null),
    bounds('old text', null, null, null, null),
    bounds('old same', 'a', 'a', null, null),
    bounds('short', 1, null, null, null),
    bounds('nan', 1, null, null, null),
    [
        'statistics that are no numbers of values',
        told('@stated odd.parquet'),
        {
            out: json((found) =>
                equals([null, null])(
                    columnsOf(found).flatMap(({ nulls, distinct }) => [nulls, distinct]),
                ),
            ),
        },
    ],
    [
        'a bound that is no UTF-8 is replaced and told',
        told('@stated hostile.parquet'),
        {
            out: json((found) => equals('\ufffd')(columnsOf(found)[0].min)),
            err: /1 value was not valid UTF-8/,
        },
    ],
    [
        'a bound is shown harmlessly, and one that was shortened as such',
        ['info', '--row-groups', '--no-truncate', '@stated rounded.parquet'],
        { out: /\n {2}column +type .* +uncompressed +min +max\n {2}c .* apple {2}q\.\.\.\n$/ },
    ],
    [
        'info --row-groups --json has what info has, and groups',
        told('@stated exact.parquet'),
        {
            out: json((found) =>
                equals('path format rows bytes row_groups columns metadata groups')(
                    Object.keys(found).join(' '),
                ) ||
                equals([{
                    rows: 2, offset_bytes: 4, bytes: 33, uncompressed_bytes: 33,
                    columns: [{
                        path: 'c', type: 'int64', physical_type: 'INT64', codec: 'none',
                        encodings: ['PLAIN', 'RLE'], offset_bytes: 4, compressed_bytes: 33,
                        uncompressed_bytes: 33, values: 2, nulls: 0, distinct: 2, min: 1, max: 9,
                        min_exact: true, max_exact: true,
                    }],
                }])(found.groups),
            ),
        },
    ],
    ['bounds of every type are those of all values', told(java), { out: isTrue(java, 25) }],
    ['bounds of decimals', told(`${vectors}/parquet-duckdb/decimals.parquet`),
        { out: isTrue(`${vectors}/parquet-duckdb/decimals.parquet`, 4) }],
    [
        'info --row-groups of many files tells the path of each',
        told(weather, '@copy for groups.parquet'),
        {
            out: json(({ groups, row_groups }) =>
                equals([row_groups, 2])([
                    groups.length,
                    new Set(groups.map(({ path }) => path)).size,
                ]),
            ),
        },
    ],
    [
        'record batches of an Arrow file',
        told(arrow),
        {
            out: json(({ groups, bytes }) =>
                equals('17 none, 20 none')(
                    groups.map(({ rows, codec }) => `${rows} ${codec}`).join(', '),
                ) ||
                (groups[0].offset_bytes + groups[0].bytes === groups[1].offset_bytes &&
                groups[1].offset_bytes + groups[1].bytes < bytes ? '' : JSON.stringify(groups)),
            ),
        },
    ],
    [
        'record batches of an Arrow stream',
        told('-'),
        {
            stdin: readFileSync(stream),
            out: json(({ groups }) => equals([17, 20])(groups.map(({ rows }) => rows))),
        },
    ],
    [
        'record batches that are compressed',
        ['info', '--row-groups', lz4],
        { out: /\nrecord batch 0: \d+ rows, .* at \d+, codec lz4 frame\n/ },
    ],
    [
        'row groups fit the terminal',
        ['info', '--row-groups', java],
        {
            environment: { COLUMNS: '60' },
            out: (shown) => {
                const table = shown.slice(shown.indexOf('row group 0: '))
                const wide = table.split('\n').filter((line) => [...line].length > 60)
                if (!/\n {2}column +.*min +max\n/.test(table)) return 'has no heads'
                return wide.length === 0 ? '' : `is too wide: ${wide[0]}`
            },
        },
    ],
    [
        'schema does not take --row-groups',
        ['schema', '--row-groups', weather],
        { code: 2, err: /schema does not take --row-groups/ },
    ],
]
