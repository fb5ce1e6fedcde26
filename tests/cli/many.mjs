// Cases of many files as one: folders, patterns, lists; partitions; columns that differ. The form
// is that of run.mjs.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { base, equals, json } from './support.mjs'
import { parquet, summary } from './parquet.mjs'

function put(path, columns) {
    mkdirSync(dirname(join(base, 'sets', path)), { recursive: true })
    const bytes = Array.isArray(columns)
        ? parquet(columns.map(([name, type, values]) => ({ name, type, values })))
        : columns
    writeFileSync(join(base, 'sets', path), bytes)
}

// year and month in folders; the second file has a wider n, and a column more
put('hive/year=2023/month=01/a.parquet', [['n', 'int32', [1, 2]]])
put('hive/year=2023/month=02/b.parquet', [
    ['n', 'int64', [3]],
    ['late', 'utf8', ['x']],
])
put('hive/year=2024/month=__HIVE_DEFAULT_PARTITION__/c.parquet', [['n', 'int32', [4]]])
put('hive/year=2023/month=01/_SUCCESS', Buffer.from(''))
put('hive/year=2023/month=01/.a.parquet.crc', Buffer.from('crc'))
put('hive/_temporary/0.parquet', Buffer.from('nothing'))
put('hive/README', Buffer.from('about'))
// values of folders that are text, encoded, and days
put('text/city=S%C3%A3o%20Paulo/day=2024-02-29/a.parquet', [['n', 'int32', [1]]])
put('text/city=Rio/day=2024-03-01/a.parquet', [['n', 'int32', [2]]])
// a column that is also in the folders' names, in other letters
put('both/K=7/a.parquet', [
    ['k', 'int32', [1, 1]],
    ['n', 'int32', [1, 2]],
])
// a folder's value before columns of that name that have nothing to do with one another
put('inner/k=1/a.parquet', [['n', 'int32', [1]], ['k', 'int32', [5]]])
for (const i of [2, 3]) {
    const inner = { within: 'k', name: 'x', type: 'int32', values: [i] }
    put(`inner/k=${i}/a.parquet`, parquet([{ name: 'n', type: 'int32', values: [i] }, inner]))
}
// conflicts
put('kinds/a.parquet', [['n', 'int32', [1]]])
put('kinds/b.parquet', [['n', 'utf8', ['x']]])
put('clash/a.parquet', [
    ['a', 'int32', [1]],
    ['b', 'int32', [2]],
    ['c', 'int32', [3]],
])
put('clash/b.parquet', [
    ['a', 'utf8', ['x']],
    ['b', 'int64', [20]],
    ['c', 'utf8', ['y']],
])
put('clash/c.parquet', [
    ['c', 'utf8', ['z']],
    ['a', 'utf8', ['x']],
])
put('clash/d.parquet', [
    ['c', 'utf8', ['z']],
    ['a', 'utf8', ['x']],
])
put('keys/a=1/f.parquet', [['n', 'int32', [1]]])
put('keys/b=1/f.parquet', [['n', 'int32', [1]]])
put('bad/a.parquet', [['n', 'int32', [1]]])
put('bad/b.parquet', Buffer.from('PAR1 nothing of use'))
// columns of one name, and other orders
put('order/a.parquet', [
    ['a', 'int32', [1]],
    ['b', 'int32', [2]],
    ['b', 'int32', [3]],
])
put('order/b.parquet', [
    ['b', 'int32', [20]],
    ['b', 'int32', [30]],
    ['a', 'int32', [10]],
])
// a nested field that may be null in the second file, and no longer in the third
put('nulls/a.parquet', parquet([{ within: 's', name: 'x', type: 'int32', values: [1] }]))
put('nulls/b.parquet', parquet([{ within: 's', name: 'x', type: 'int32', values: [null, 2] }]))
put('nulls/c.parquet', parquet([{ within: 's', name: 'x', type: 'int32', values: [3] }]))
// files without known ends, and more files than are opened at once
put('plain/part-00000', [['n', 'int32', [1]]])
put('plain/part-00001', [['n', 'int32', [2]]])
for (let i = 0; i < 30; i += 1)
    put(`long/f${String(i).padStart(2, '0')}.parquet`, [['n', 'int64', [i, -i]]])
symlinkSync(join(base, 'sets'), join(base, 'sets/plain/loop'))
put('[odd]/a.parquet', [['n', 'int32', [1]]])

// summaries: footers of the files beside them
const member = (path, n, more = {}) => {
    const columns = [
        { name: 'n', type: 'int64', values: n },
        { name: 's', type: 'utf8', values: n.map((each) => `s${each}`) },
    ]
    return { path, columns, ...more }
}
const [rio, paulo] = ['y=2023/city=Rio/a.parquet', 'y=2024/city=S%C3%A3o Paulo?#/b.parquet']
const members = [member(rio, [1, 2]), member(rio, [1, 2]), member(paulo, [3])]
for (const { path, columns } of members) put(`sum/${path}`, parquet(columns))
put('sum/_metadata', summary(members))
put('sum/_common_metadata', parquet(members[0].columns.map((each) => ({ ...each, values: [] }))))
put('sum/again', summary([member(paulo, [3]), member(rio, [1, 2]), member(paulo, [3])]))
put('sum/own', summary([member('own', [1])]))
put('sum/missing', summary([member(rio, [1, 2]), member('y=1/city=x/c.parquet', [1])]))
put('sum/short', summary([member(rio, [1, 2], { at: 9999 })]))
put('sum/rows', summary([member(rio, [1, 2], { rows: 3 })]))
put('sum/fewer', summary([member(rio, [1, 2], { rows: 1 })]))
put('sum/elsewhere', summary([member(rio, [1, 2], { at: 5 })]))
put('sum/apart', summary([member(rio, [1, 2], { paths: [rio, paulo] })]))
put('sum/keys', summary([member(rio, [1, 2]), member('y=1/c.parquet', [3])]))
for (const kind of ['pipe', 'folder', 'device'])
    put(`sum/${kind}s`, summary([member(kind, [1])]))
execFileSync('mkfifo', [join(base, 'sets/sum/pipe')])
mkdirSync(join(base, 'sets/sum/folder'))
symlinkSync('/dev/zero', join(base, 'sets/sum/device'))
const lies = ['../a.parquet', '/etc/passwd', 'file:///etc/passwd', 'a/../b', 'a\\b', 'a//b', '.']
lies.forEach((path, index) => put(`sum/lie${index}`, summary([member(path, [1])])))

// What every verb gives of a summary among several inputs: all that is in its files, in its place.
const lists = [
    ['a file and a summary', ['plain/part-00000', 'sum/again'], [1, 3, 1, 2, 3], 4, 3],
    ['a summary and a file', ['sum/again', 'plain/part-00000'], [3, 1, 2, 3, 1], 4, 3],
    ['two summaries', ['sum/again', 'sum/_metadata'], [3, 1, 2, 3, 1, 2, 1, 2, 3], 5, 5],
]
const amongOthers = ([what, inputs, n, parts, asked]) => {
    const paths = inputs.map((input) => `@sets/${input}`)
    const pick = ['--columns', 'n']
    const csv = (...values) => ({ out: ['n', ...values, ''].join('\n') })
    const told = (check) => ({ out: json(check) })
    const ofFiles = (items) => items.filter(({ path }) => !/_metadata$|again$/.test(path)).length
    const isOne = (found) => (n.includes(found[0].n) ? '' : 'is no row of them')
    return [
        ['info', ['--json'], told((found) => equals([n.length, parts])([found.rows, found.files]))],
        [
            'info --row-groups',
            ['--json'],
            told(({ groups, rows, row_groups }) =>
                equals([n.length, n.length, groups.length, groups.length])([
                    rows,
                    groups.reduce((sum, group) => sum + group.rows, 0),
                    row_groups,
                    ofFiles(groups),
                ]),
            ),
        ],
        ['info --row-groups', [], { out: /a\.parquet/ }],
        ['schema', ['--json'], told((found) => equals('n')(found.columns[0].name))],
        ['head', ['-n2', '--json', ...pick], rows(...n.slice(0, 2).map((each) => ({ n: each })))],
        ['tail', ['-n2', '--json', ...pick], rows(...n.slice(-2).map((each) => ({ n: each })))],
        ['count', [], { out: `${n.length}\n` }],
        ['cat', ['--to', 'csv', ...pick], csv(...n)],
        ['slice 1:4', ['--json', ...pick], rows(...n.slice(1, 4).map((each) => ({ n: each })))],
        ['sample', ['-n1', '--json', ...pick], told(isOne)],
        ['stats', ['--json', ...pick], told((found) => equals(n.length)(found.columns[0].count))],
        ['convert', ['--to', 'csv', ...pick, '-o', '-'], csv(...n)],
        // what is held since it was opened is not asked for again
        ['plan', ['--json', ...pick], told(({ requests }) => equals(asked)(ofFiles(requests)))],
    ].map(([verb, flags, expected]) => [
        `${verb} of ${what}`,
        [...verb.split(' '), ...flags, ...paths],
        expected,
    ])
}

// columns of which one type holds both files'
const wide = ['a', 'b'].map((name) => `${process.cwd()}/tests/twin/data/many/${name}.arrow`)
const both = readFileSync('tests/twin/data/many/both.jsonl', 'utf8').split(/(?<=\n)/)

const months = ['01/a', '02/b']
const set = (name) => `@sets/${name}`
const rows = (...items) => ({ out: json(equals(items)) })
const head = ['head', '--json']

export const cases = [
    [
        'folders named key=value are columns',
        [...head, set('hive')],
        rows(
            { n: 1, month: 1, year: 2023, late: null },
            { n: 2, month: 1, year: 2023, late: null },
            { n: 3, month: 2, year: 2023, late: 'x' },
            { n: 4, month: null, year: 2024, late: null },
        ),
    ],
    [
        'the schema of a folder',
        ['schema', set('hive')],
        {
            out: [
                'name   type   nullable',
                'n      int64  no',
                'month  int64  yes',
                'year   int64  no',
                'late   utf8   yes',
                '',
            ].join('\n'),
        },
    ],
    [
        'values of folders are decoded, and days are told',
        [...head, set('text')],
        rows(
            { n: 2, city: 'Rio', day: '2024-03-01' },
            { n: 1, city: 'São Paulo', day: '2024-02-29' },
        ),
    ],
    [
        "a folder's value counts whatever the files' column is",
        [...head, set('inner')],
        rows({ n: 1, k: 1 }, { n: 2, k: 2 }, { n: 3, k: 3 }),
    ],
    [
        "a folder's value counts where the file has the column too",
        [...head, set('both')],
        rows({ k: 7, n: 1 }, { k: 7, n: 2 }),
    ],
    [
        'only what is asked for',
        [...head, '--columns', 'year,n', '-n1', set('hive')],
        rows({ year: 2023, n: 1 }),
    ],
    [
        'rows of a later file',
        [...head, '--columns', 'n', '--offset', '3', set('hive')],
        rows({ n: 4 }),
    ],
    [
        'the last rows of a folder',
        ['tail', '2', '--json', '--columns', 'n,late', set('hive')],
        rows({ n: 3, late: 'x' }, { n: 4, late: null }),
    ],
    [
        'columns out of folders alone',
        [...head, '--columns', 'year', set('hive')],
        rows({ year: 2023 }, { year: 2023 }, { year: 2023 }, { year: 2024 }),
    ],
    ['count of a folder', ['count', set('hive')], { out: '4\n' }],
    [
        'info of a folder',
        ['info', '--json', set('hive')],
        {
            out: json(({ rows: count, row_groups: groups, files, format }) =>
                equals([4, 3, 3, 'parquet'])([count, groups, files, format]),
            ),
        },
    ],
    [
        'types that do not widen name both files',
        ['count', set('kinds')],
        {
            code: 3,
            err: /b\.parquet: column "n" is int32 in "a\.parquet" and utf8 in "b\.parquet": no/,
        },
    ],
    ...[['count'], ['info'], ['schema'], ['head'], ['cat', '-n', '0'], ['plan']].map((words) => [
        `types that do not widen are told by ${words.join(' ')}`,
        [...words, set('clash')],
        {
            code: 3,
            err: /^alimentar: \S+clash\/b\.parquet: column "a" .* loss; --columns takes others\n$/,
        },
    ]),
    [
        'types that do not widen are told where their column is asked for',
        ['head', '-c', 'b,c', set('clash')],
        { code: 3, err: /clash\/b\.parquet: column "c" is int32 in "a\.parquet" and utf8 in "b/ },
    ],
    [
        'types that do not widen in a column that is not asked for are passed over',
        [...head, '--columns', 'b', set('clash')],
        rows({ b: 2 }, { b: 20 }, { b: null }, { b: null }),
    ],
    [
        'types that do not widen in a column that is not asked for, of the last rows',
        ['tail', '3', '--json', '--columns', 'b', set('clash')],
        rows({ b: 20 }, { b: null }, { b: null }),
    ],
    [
        'folders of other keys name both files',
        ['count', set('keys')],
        {
            code: 3,
            err: /the folders of "a=1\/f\.parquet" and "b=1\/f\.parquet" name other partitions/,
        },
    ],
    [
        'a bad file among good ones is named',
        ['count', set('bad')],
        { code: 3, err: /^alimentar: \S+sets\/bad\/b\.parquet: the format is not recognised/ },
    ],
    [
        'columns are matched by name, those of one name in their order',
        ['cat', set('order')],
        { out: 'a,b,b\n1,2,3\n10,20,30\n' },
    ],
    [
        'nulls of a nested field that the first file has none of',
        [...head, set('nulls')],
        rows({ s: { x: 1 } }, { s: { x: null } }, { s: { x: 2 } }, { s: { x: 3 } }),
    ],
    [
        'text, binary, dictionaries, decimals and times are joined where one type holds both',
        ['cat', '--to', 'jsonl', ...wide],
        { out: both.join('') },
    ],
    [
        'types are joined alike in the other order',
        ['cat', '--to', 'jsonl', wide[1], wide[0]],
        { out: [...both.slice(3), ...both.slice(0, 3)].join('') },
    ],
    ['files without known ends', [...head, set('plain')], rows({ n: 1 }, { n: 2 })],
    [
        'many files come in the order of their names',
        ['cat', '--to', 'csv', set('long')],
        { out: `n\n${Array.from({ length: 30 }, (_, i) => `${i}\n${-i}\n`).join('')}` },
    ],
    [
        'a sample out of many files',
        ['count', '--json', set('long'), set('plain')],
        { out: json(equals({ rows: 62 })) },
    ],
    // summaries
    [
        'a summary is read as the files that it names, in its order',
        ['cat', '--to', 'csv', set('sum/_metadata')],
        {
            out:
                'n,s,city,y\n1,s1,Rio,2023\n2,s2,Rio,2023\n1,s1,Rio,2023\n2,s2,Rio,2023\n' +
                '3,s3,São Paulo?#,2024\n',
        },
    ],
    [
        'rows of a later file of a summary',
        [...head, '--columns', 'y,n', '--offset', '3', '-n2', set('sum/_metadata')],
        rows({ y: 2023, n: 2 }, { y: 2024, n: 3 }),
    ],
    [
        'row groups of a summary are those of its files, each in its place',
        ['info', '--json', '--row-groups', set('sum/_metadata')],
        {
            out: json(({ groups, row_groups, rows }) =>
                equals([row_groups, rows, 2])([
                    groups.length,
                    groups.reduce((sum, group) => sum + group.rows, 0),
                    new Set(groups.map(({ path }) => path.slice(path.indexOf('y=')))).size,
                ]),
            ),
        },
    ],
    [
        'info of a summary',
        ['info', '--json', set('sum/_metadata')],
        {
            out: json(({ rows: count, row_groups: groups, files, bytes }) =>
                equals([5, 3, 2, summary(members).length])([count, groups, files, bytes]),
            ),
        },
    ],
    [
        'plan of a summary names the path of each request',
        ['plan', '--json', '--columns', 'n', set('sum/_metadata')],
        {
            out: json(({ requests }) =>
                equals([rio, paulo])(requests.map(({ path }) => path.split('/sum/')[1])),
            ),
        },
    ],
    [
        'a summary of files that come again',
        [...head, '--columns', 'n', set('sum/again')],
        rows({ n: 3 }, { n: 1 }, { n: 2 }, { n: 3 }),
    ],
    [
        'a summary by a file: URL',
        ['count', `file://${join(base, 'sets/sum/_metadata')}`],
        { out: '5\n' },
    ],
    [
        'files of a summary by a file: URL',
        [...head, '--columns', 'n', '--offset', '4', `file://${join(base, 'sets/sum/_metadata')}`],
        rows({ n: 3 }),
    ],
    [
        'a summary without row groups has a schema and no rows',
        ['cat', '--to', 'csv', set('sum/_common_metadata')],
        { out: 'n,s\n' },
    ],
    [
        'a summary in a list',
        [...head, '--columns', 'n,y', set('plain/part-00000'), set('sum/again')],
        rows(
            { n: 1, y: null },
            { n: 3, y: 2024 },
            { n: 1, y: 2023 },
            { n: 2, y: 2023 },
            { n: 3, y: 2024 },
        ),
    ],
    ...lists.flatMap(amongOthers),
    [
        'a folder is what its listing holds, whatever its summary says',
        ['count', set('sum/y=2023')],
        { out: '2\n' },
    ],
    [
        'a summary beside files of its folder is an error',
        ['count', set('sum/_metadata'), set(`sum/${rio}`)],
        { code: 2, err: /the summary "\S+sum\/_metadata" tells of the files in its folder/ },
    ],
    ...[
        ['sum/_metadata', `./sum//${rio}`],
        ['./sum/_metadata', `sum/./${rio}`],
        ['.//sum/./_metadata', `./sum/${rio}`],
    ].map((paths) => [
        `a summary beside ${paths[1]} is an error`,
        ['count', ...paths],
        { links: { sum: join(base, 'sets/sum') }, leaves: 'sum', code: 2, err: /come twice\n$/ },
    ]),
    [
        'a summary of another folder whose path ends alike is no error',
        ['count', 'sum/_metadata', `./sum/../sum/${rio}`, `${base}/sets//sum/${rio}`],
        { links: { sum: join(base, 'sets/sum') }, leaves: 'sum', out: '9\n' },
    ],
    [
        'a file that a summary names and that is not there is named',
        ['cat', set('sum/missing')],
        { code: 3, out: /./, err: /sum\/y=1\/city=x\/c\.parquet: there is no such file\n$/ },
    ],
    ...['pipe', 'folder', 'device'].map((kind) => [
        `a ${kind} that a summary names is no file`,
        ['cat', '--to', 'csv', set(`sum/${kind}s`)],
        {
            code: 3,
            out: /^(n,s\n)?$/,
            err: /sum\/\w+: another file names it, but it is a folder, a pipe or a device\n$/,
        },
    ]),
    [
        'a file that is shorter than its summary says is named',
        ['cat', set('sum/short')],
        { code: 3, err: /city=Rio\/a\.parquet: .*the file (ends at|has only)/ },
    ],
    [
        'a file with fewer rows than its summary says is named',
        ['cat', set('sum/rows')],
        { code: 3, err: /city=Rio\/a\.parquet: / },
    ],
    [
        'a file with more rows than its summary says is named',
        ['cat', set('sum/fewer')],
        { code: 3, err: /city=Rio\/a\.parquet: / },
    ],
    [
        'a file with pages elsewhere than its summary says is named',
        ['cat', set('sum/elsewhere')],
        { code: 3, err: /city=Rio\/a\.parquet: / },
    ],
    [
        'a row group in several files is refused by name',
        ['count', set('sum/apart')],
        { code: 3, err: /row group 0 has columns in the files "y=2023.*" and "y=2024.*not supp/ },
    ],
    [
        'folders of a summary that have other keys are named',
        ['count', set('sum/keys')],
        { code: 3, err: /the folders of .* and .* name other partitions: "city"/ },
    ],
    ...lies.map((path, index) => [
        `a summary may not lead to ${path}`,
        ['count', set(`sum/lie${index}`)],
        { code: 3, err: /rows lie in the file ".*", which is no path below the folder of this/ },
    ]),
    [
        'a summary from standard input leads nowhere',
        ['count', '-'],
        { stdin: summary(members), code: 3, err: /following to other files is not supported/ },
    ],
    // patterns and lists
    [
        'a pattern',
        [...head, set('long/f0[12].parquet')],
        rows({ n: 1 }, { n: -1 }, { n: 2 }, { n: -2 }),
    ],
    ['a pattern of folders', ['count', set('hive/*/*/?.parquet')], { out: '4\n' }],
    [
        'folders in the paths of a pattern are columns',
        [...head, set('hive/year=2024/*/c.parquet')],
        rows({ n: 4, month: null, year: 2024 }),
    ],
    [
        'folders in the paths of a list are columns',
        [...head, ...months.map((month) => set(`hive/year=2023/month=${month}.parquet`))],
        rows(
            { n: 1, month: 1, year: 2023, late: null },
            { n: 2, month: 1, year: 2023, late: null },
            { n: 3, month: 2, year: 2023, late: 'x' },
        ),
    ],
    [
        'folders are no columns where a file of the list lies in none',
        [...head, set('plain/part-00000'), set('hive/year=2023/month=01/a.parquet')],
        rows({ n: 1 }, { n: 1 }, { n: 2 }),
    ],
    [
        'folders above a folder are no columns, nor those of a single file',
        ['schema', set('hive/year=2024')],
        { out: /^name .*\nn .*\nmonth .*\n$/ },
    ],
    ['folders of a single file', ['schema', set('both/K=7/a.parquet')], { out: /\nk +int32 / }],
    ['a pattern of any depth', ['count', set('hive/**/[ab].parquet')], { out: '3\n' }],
    [
        'a pattern that nothing matches',
        ['count', set('hive/*.csv')],
        { code: 3, err: /hive\/\*\.csv: no file matches the pattern\n$/ },
    ],
    ['a name that looks like a pattern', ['count', set('[odd]')], { out: '1\n' }],
    [
        'a pattern that is slow for some',
        ['count', set(`long/${'*a'.repeat(60)}`)],
        { code: 3, err: /no file matches/ },
    ],
    [
        'a list of files',
        [...head, set('plain/part-00001'), set('plain/part-00000')],
        rows({ n: 2 }, { n: 1 }),
    ],
    [
        'a file and a pipe',
        [...head, '--columns', 'n', '-', set('kinds/a.parquet')],
        {
            ...rows({ n: 9 }, { n: 1 }),
            stdin: parquet([{ name: 'n', type: 'int32', values: [9] }]),
        },
    ],
    [
        'many inputs into one output',
        ['convert', set('plain/part-00000'), set('plain/part-00001'), 'both.csv'],
        { leaves: 'both.csv', keeps: { 'both.csv': 'n\n1\n2\n' } },
    ],
    [
        'many inputs and -o',
        ['convert', set('plain'), set('kinds/a.parquet'), '-o', 'both.jsonl'],
        { leaves: 'both.jsonl', keeps: { 'both.jsonl': '{"n":1}\n{"n":2}\n{"n":1}\n' } },
    ],
]
