// The command: words, expected standard output, standard error and exit code. Each case runs in an
// empty folder of its own beside the files made here (tests/cli/parquet.mjs), and must leave no
// file behind that it does not name.
import { spawnSync } from 'node:child_process'
import {
    chmodSync,
    lstatSync,
    truncateSync,
    mkdirSync,
    readFileSync,
    readdirSync,
    rmSync,
    statSync,
    existsSync,
    writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { parquet } from './parquet.mjs'
import { cases as remote } from './remote.mjs'
import { cases as many } from './many.mjs'
import { cases as verbs } from './verbs.mjs'
import { cases as stats } from './stats.mjs'
import { cases as layout } from './layout.mjs'
import { checkInstall } from './install.mjs'
import { checkPages } from './pages.mjs'
import { checkOutputs, heldServer, onOutput } from './outputs.mjs'
import {
    command,
    weather,
    base,
    sum,
    environment,
    people,
    hostile,
    wide,
    long,
    twins,
    files,
    run,
    shown,
    differences,
    judge,
    json,
    equals,
    harmless,
} from './support.mjs'

// --- cases ---------------------------------------------------------------------------------------
const lines = (...texts) => `${texts.join('\n')}\n`
const usage = (err) => ({ code: 2, err })
const ids = lines('   id', 'int64', '    1', '    2', '    3', '(3 rows x 1 column)')
const peopleFields = [
    { name: 'id', type: 'int64', nullable: false },
    { name: 'weight', type: 'float64', nullable: true },
    { name: 'name', type: 'utf8', nullable: true },
    { name: 'member', type: 'bool', nullable: true },
]
const peopleRows = [
    { id: 1, weight: 70.5, name: 'Ada', member: true },
    { id: 2, weight: null, name: null, member: false },
    { id: 3, weight: -0.25, name: 'Bo, "the" one', member: null },
]
const peopleLines = `${peopleRows.map((row) => JSON.stringify(row)).join('\n')}\n`
const notSupported = (name) => ({
    code: 3,
    err: new RegExp(`^alimentar: .*: reading ${name} is not supported yet\n$`),
})

const cases = [
    // words
    ['no word at all', [], usage(/a verb is wanted/)],
    ['--version', ['--version'], { out: /^alimentar \d+\.\d+\.\d+\n$/ }],
    ['--help', ['--help'], { out: /^Usage: alimentar VERB.*convert INPUT\.\.\. OUTPUT/s }],
    [
        'help of a verb',
        ['help', 'convert'],
        { out: /^Usage: alimentar convert INPUT\.\.\. OUTPUT.*--to FORMAT/s },
    ],
    ['a verb with --help', ['head', '--help'], { out: /--no-truncate/ }],
    [
        'help of no verb',
        ['help', 'heat'],
        usage('alimentar: there is no verb "heat"; did you mean "head"?\n'),
    ],
    [
        'a verb misspelt',
        ['inof', '@people.parquet'],
        usage('alimentar: there is no verb "inof"; did you mean "info"?\n'),
    ],
    [
        'a verb like no other',
        ['frobnicate'],
        usage('alimentar: there is no verb "frobnicate"; see "alimentar --help"\n'),
    ],
    [
        'a flag misspelt',
        ['head', '--limt', '3', '@people.parquet'],
        usage('alimentar: there is no flag "--limt"; did you mean "--limit"?\n'),
    ],
    [
        'a flag of another verb',
        ['info', '--to', 'csv', '@people.parquet'],
        usage('alimentar: info does not take --to; see "alimentar info --help"\n'),
    ],
    [
        'a flag like no other',
        ['head', '--zzz=secret', '@people.parquet'],
        usage('alimentar: there is no flag "--zzz"; see "alimentar head --help"\n'),
    ],
    [
        'a flag misspelt, with its value',
        ['head', '--limt=3', '@people.parquet'],
        usage('alimentar: there is no flag "--limt"; did you mean "--limit"?\n'),
    ],
    [
        'a flag before the verb',
        ['--json', 'schema', '@people.parquet'],
        { out: json((found) => equals({ columns: peopleFields })(found)) },
    ],
    [
        'flags with values before the verb',
        ['-q', '-n', '1', '--columns=id', '--', 'head', '@people.parquet'],
        { out: lines('   id', 'int64', '    1', '(1 of 3 rows x 1 column)') },
    ],
    [
        'an unknown flag before the verb',
        ['--frob', 'head'],
        usage(/there is no flag "--frob"; see /),
    ],
    ['flags without a verb', ['-q', '--limit', 'head'], usage(/a verb is wanted/)],
    [
        'a verb that this version does not have',
        ['sniff', '@people.parquet'],
        usage('alimentar: sniff is not in this version; see "alimentar --help"\n'),
    ],
    [
        'a verb of other tools',
        ['describe', '@people.parquet'],
        usage('alimentar: there is no verb "describe"; did you mean "stats"?\n'),
    ],
    [
        'a flag that is to come',
        ['head', '--where=x', '@people.parquet'],
        usage('alimentar: --where is not in this version; see "alimentar head --help"\n'),
    ],
    [
        'a format misspelt',
        ['head', '--format', 'parqet', '@people.parquet'],
        usage(/there is no format "parqet" that can be read; did you mean "parquet"\?\n$/),
    ],
    ['-V', ['-V'], { out: /^alimentar \d+\.\d+\.\d+\n$/ }],
    ['help of two verbs', ['help', 'head', 'extra'], usage(/help takes one verb/)],
    [
        'two outputs',
        ['convert', '@people.parquet', '-', '--to', 'csv', '-o', 'c.csv'],
        usage(/^alimentar: there are two outputs, "-" and "c.csv": /),
    ],
    [
        'two outputs, the flag first',
        ['convert', '-o', 'c.csv', '@people.parquet', 'd.csv'],
        usage(/there are two outputs, "d.csv" and "c.csv"/),
    ],
    [
        'convert -o is told by the help',
        ['help', 'convert'],
        { out: /convert INPUT\.\.\. -o OUTPUT/ },
    ],
    [
        'an empty name as an input',
        ['info', ''],
        usage('alimentar: an empty name is no file: alimentar info FILE...\n'),
    ],
    ['an empty name as an output', ['convert', '@people.parquet', ''], usage(/an empty name/)],
    ['an empty name after -o', ['head', '-o', '', '@people.parquet'], usage(/an empty name/)],
    [
        'an output with an end misspelt',
        ['convert', '@people.parquet', 'x.arow'],
        usage(/does not tell a format .*: did you mean "\.arrow"\?\n$/),
    ],
    [
        'a format that is known and not read',
        ['info', '--format', 'csv', '@people.parquet'],
        notSupported('CSV'),
    ],
    [
        'a flag with control characters',
        ['head', '--\u001b[31m', 'x'],
        usage(/there is no flag "--\\u001b\[31m"/),
    ],
    [
        'no file',
        ['info'],
        usage('alimentar: info wants a file, "-" for standard input: alimentar info FILE...\n'),
    ],
    [
        'a flag without its value',
        ['head', '@people.parquet', '--limit'],
        usage('alimentar: --limit wants a value: --limit N\n'),
    ],
    [
        'a flag with a value too many',
        ['info', '--json=yes', '@people.parquet'],
        usage('alimentar: --json takes no value\n'),
    ],
    [
        'a number that is none',
        ['head', '-n', 'ten', '@people.parquet'],
        usage('alimentar: --limit takes a number of rows, not "ten"\n'),
    ],
    [
        'a negative number',
        ['head', '--limit=-1', '@people.parquet'],
        usage(/takes a number of rows, not "-1"/),
    ],
    ['convert without an output', ['convert', '@people.parquet'], usage(/convert wants a file/)],
    [
        'an output without a format',
        ['convert', '@people.parquet', 'out'],
        usage(/does not tell a format/),
    ],
    [
        'standard output without a format',
        ['convert', '@people.parquet', '-'],
        usage(/give --to arrow/),
    ],
    [
        'a format misspelt',
        ['convert', '@people.parquet', '-', '--to', 'cvs'],
        usage('alimentar: writing "cvs" is not supported; did you mean "csv"?\n'),
    ],
    [
        'a format that is not written',
        ['convert', '@people.parquet', '-', '--to', 'parquet'],
        usage(/^alimentar: writing "parquet" is not supported: /),
    ],
    [
        'a compression misspelt',
        ['convert', '@people.parquet', '-', '--to', 'arrow', '--compression', 'lz'],
        usage('alimentar: compression "lz" is not supported; did you mean "lz4"?\n'),
    ],
    [
        'a compression that the format does not have',
        ['convert', '@people.parquet', '-', '--to', 'csv', '--compression', 'zstd'],
        usage(/people.parquet: format csv has no compression; arrow and arrows have\n$/),
    ],
    [
        'a format that is not read',
        ['info', '--format', 'orc', '@people.parquet'],
        { code: 2, err: /there is no format "orc"/ },
    ],
    // info and schema
    [
        'info',
        ['info', '@people.parquet'],
        {
            out: (text) =>
                /^path +.*people.parquet\nformat +parquet\nrows +3\nbytes +\d+\nrow /.test(text) &&
                /\n {2}weight +float64 +yes\n/.test(text) &&
                /\nmetadata +1\n {2}source +a test\n$/.test(text)
                    ? ''
                    : 'not as expected',
        },
    ],
    [
        'info --json',
        ['info', '--json', '@people.parquet'],
        {
            out: json((found) =>
                equals({
                    path: `${base}/people.parquet`,
                    format: 'parquet',
                    rows: 3,
                    bytes: people.length,
                    row_groups: 1,
                    columns: peopleFields,
                    metadata: { source: 'a test' },
                })(found),
            ),
        },
    ],
    [
        'info of no rows',
        ['info', '--json', '@none.parquet'],
        { out: json((found) => equals([0, 0])([found.rows, found.row_groups])) },
    ],
    [
        'info of what is hostile',
        ['info', '@hostile.parquet'],
        {
            out: (text) =>
                harmless(text) || (text.includes('\\u001b') ? '' : 'escapes are not shown'),
        },
    ],
    [
        'info --json of what is hostile',
        ['info', '--json', '@hostile.parquet'],
        { out: json((found) => equals('a\u001b[2Jb')(found.columns[0].name)) },
    ],
    [
        'schema',
        ['schema', '@people.parquet'],
        {
            out: lines(
                'name    type     nullable',
                'id      int64    no',
                'weight  float64  yes',
                'name    utf8     yes',
                'member  bool     yes',
            ),
        },
    ],
    [
        'schema --json',
        ['schema', '--json', '@people.parquet'],
        { out: json((found) => equals({ columns: peopleFields })(found)) },
    ],
    [
        'schema to a file',
        ['schema', '@people.parquet', '-o', 'schema.txt'],
        { leaves: 'schema.txt' },
    ],
    // head
    [
        'head',
        ['head', '@people.parquet'],
        {
            out: lines(
                '   id   weight  name           member',
                'int64  float64  utf8           bool',
                '    1     70.5  Ada            true',
                '    2     null  null           false',
                '    3    -0.25  Bo, "the" one  null',
                '(3 rows x 4 columns)',
            ),
        },
    ],
    [
        'head of two rows',
        ['head', '-n', '2', '--columns', 'name,id', '@people.parquet'],
        {
            out: lines(
                'name     id',
                'utf8  int64',
                'Ada       1',
                'null      2',
                '(2 of 3 rows x 2 columns)',
            ),
        },
    ],
    [
        'head of no row',
        ['head', '-n0', '@people.parquet'],
        {
            out: lines(
                '   id   weight  name  member',
                'int64  float64  utf8  bool',
                '(0 of 3 rows x 4 columns)',
            ),
        },
    ],
    [
        'head after an offset',
        ['head', '--offset', '2', '--columns=id', '@people.parquet'],
        { out: lines('   id', 'int64', '    3', '(1 of 3 rows x 1 column)') },
    ],
    [
        'head beyond the end',
        ['head', '--offset', '99', '--columns=id', '@people.parquet'],
        { out: lines('   id', 'int64', '(0 of 3 rows x 1 column)') },
    ],
    [
        'head of a file without rows',
        ['head', '@none.parquet'],
        { out: lines('   id', 'int64', '(0 rows x 1 column)') },
    ],
    ['head --json', ['head', '--json', '@people.parquet'], { out: json(equals(peopleRows)) }],
    ['head --json of no rows', ['head', '--json', '@none.parquet'], { out: json(equals([])) }],
    [
        'head of what is hostile',
        ['head', '@hostile.parquet'],
        {
            out: (text) =>
                harmless(text) || (text.split('\n').length === 7 ? '' : 'not six lines'),
        },
    ],
    [
        'head cuts long values',
        ['head', '@long.parquet'],
        {
            out: (text) =>
                text.split('\n').every((line) => [...line].length <= 80) && text.includes('…')
                    ? ''
                    : 'does not fit 80 columns',
        },
    ],
    [
        'head in a narrow terminal',
        ['head', '@long.parquet'],
        {
            environment: { COLUMNS: '30' },
            out: (text) =>
                text.split('\n').every((line) => [...line].length <= 30)
                    ? ''
                    : 'does not fit 30 columns',
        },
    ],
    [
        'head --no-truncate',
        ['head', '--no-truncate', '@long.parquet'],
        { out: (text) => (text.includes('x'.repeat(200)) ? '' : 'is cut') },
    ],
    [
        'head leaves out columns that do not fit',
        ['head', '@wide.parquet'],
        {
            out: (text) =>
                /x 40 columns, \d+ not shown: --columns takes some/.test(text) &&
                text.split('\n').every((line) => [...line].length <= 80)
                    ? ''
                    : 'not as expected',
        },
    ],
    [
        'head is whole in a pipe',
        ['head', '@wide.parquet'],
        {
            environment: { COLUMNS: '' },
            out: (text) =>
                text.includes('column39') && !text.includes('not shown')
                    ? ''
                    : 'columns are left out',
        },
    ],
    [
        'head is whole in a file',
        ['head', '@wide.parquet', '-o', 'rows.txt'],
        {
            leaves: 'rows.txt',
            keeps: {
                'rows.txt': (text) =>
                    text.includes('column39') && !text.includes('not shown')
                        ? ''
                        : 'columns are left out',
            },
        },
    ],
    [
        'the note of head fits a narrow terminal',
        ['head', '@wide.parquet'],
        {
            environment: { COLUMNS: '40' },
            out: (text) =>
                /\n\(2 rows x 40 columns, 36 not shown\)\n$/.test(text) &&
                text.split('\n').every((line) => [...line].length <= 40)
                    ? ''
                    : 'does not fit 40 columns',
        },
    ],
    [
        'a value cut at an escape has no blank before the ellipsis',
        ['head', '@escapes.parquet'],
        {
            environment: { COLUMNS: '27' },
            out: lines(
                'text                      n',
                'utf8                  int32',
                `${'x'.repeat(18)}…       1`,
                '(1 row x 2 columns)',
            ),
        },
    ],
    [
        'head has no colours in a pipe',
        ['head', '@people.parquet'],
        { out: (text) => harmless(text) },
    ],
    // columns
    [
        'a column that is not there',
        ['head', '--columns', 'nmae', '@people.parquet'],
        usage(/people\.parquet: there is no column "nmae"/),
    ],
    [
        'a column misspelt',
        ['head', '--columns', 'nam', '@people.parquet'],
        usage(/there is no column "nam".*; did you mean "name"\?\n$/),
    ],
    [
        'a column in capitals, behind one that is there',
        ['convert', '--columns', 'id,WEIGHT', '@people.parquet', '-', '--to', 'csv'],
        usage(/there is no column "WEIGHT".*; did you mean "weight"\?\n$/),
    ],
    [
        'a column like no other',
        ['head', '--columns', 'frobnicate', '@people.parquet'],
        usage(/there is no column "frobnicate"[^;]*\n$/),
    ],
    [
        'two columns of one name',
        ['head', '--columns', 'a', '@twins.parquet'],
        usage(/2 columns are named "a"/),
    ],
    [
        'a column by its place',
        ['head', '--columns', '#2', '@twins.parquet'],
        { out: lines('    a', 'int32', '    2', '(1 row x 1 column)') },
    ],
    [
        'a name that begins with #',
        ['head', '--columns', '\\#1', '@twins.parquet'],
        { out: lines('   #1', 'int32', '    3', '(1 row x 1 column)') },
    ],
    [
        'a name with a comma',
        ['head', '--columns', 'x\\,y', '@twins.parquet'],
        { out: lines('  x,y', 'int32', '    4', '(1 row x 1 column)') },
    ],
    // convert
    [
        'convert to JSON lines',
        ['convert', '@people.parquet', '-', '--to', 'jsonl'],
        { out: peopleLines },
    ],
    [
        'convert to JSON',
        ['convert', '@people.parquet', '-', '--to', 'json'],
        { out: json(equals(peopleRows)) },
    ],
    [
        'convert to CSV',
        ['convert', '@people.parquet', '-', '--to', 'csv'],
        { out: 'id,weight,name,member\n1,70.5,Ada,true\n2,,,false\n3,-0.25,"Bo, ""the"" one",\n' },
    ],
    [
        'convert to an Arrow file',
        ['convert', '@people.parquet', 'out.arrow'],
        { leaves: 'out.arrow' },
    ],
    [
        'convert to an Arrow stream',
        ['convert', '@people.parquet', 'out.arrows'],
        { leaves: 'out.arrows' },
    ],
    [
        'convert by upper-case names',
        ['convert', '@people.parquet', 'OUT.CSV'],
        { leaves: 'OUT.CSV' },
    ],
    ['convert with -o', ['convert', '-o', 'out.jsonl', '@people.parquet'], { leaves: 'out.jsonl' }],
    [
        'convert two rows of one column',
        ['convert', '@people.parquet', '-', '--to=csv', '--columns=name', '--limit=2'],
        { out: /^name\nAda\n("")?\n$/ },
    ],
    ['convert no rows', ['convert', '@people.parquet', '-', '--to=jsonl', '--limit=0'], {}],
    [
        'convert a file without rows',
        ['convert', '@none.parquet', '-', '--to', 'csv'],
        { out: 'id\n' },
    ],
    [
        'convert from a pipe',
        ['convert', '-', '-', '--to', 'jsonl'],
        { stdin: people, out: peopleLines },
    ],
    [
        'info of a pipe',
        ['info', '--json', '-'],
        {
            stdin: people,
            out: json((found) =>
                equals(['-', 3, people.length])([found.path, found.rows, found.bytes]),
            ),
        },
    ],
    [
        'convert replaces invalid UTF-8 and says so',
        ['convert', '@hostile.parquet', '-', '--to', 'jsonl', '--columns', 'raw', '--limit', '1'],
        { out: '{"raw":"f\uFFFDo"}\n', err: /^alimentar: 1 value was not valid UTF-8/ },
    ],
    [
        '-q is quiet',
        [
            'convert',
            '-q',
            '@hostile.parquet',
            '-',
            '--to',
            'jsonl',
            '--columns',
            'raw',
            '--limit',
            '1',
        ],
        { out: '{"raw":"f\uFFFDo"}\n' },
    ],
    [
        'an existing output is kept',
        ['convert', '@people.parquet', 'out.csv'],
        {
            files: { 'out.csv': 'mine' },
            code: 5,
            err: 'alimentar: out.csv: the file exists already; --force replaces it\n',
            leaves: 'out.csv',
            keeps: { 'out.csv': 'mine' },
        },
    ],
    [
        '--force replaces it',
        ['convert', '@people.parquet', 'out.jsonl', '--force'],
        {
            files: { 'out.jsonl': 'mine' },
            leaves: 'out.jsonl',
            keeps: { 'out.jsonl': peopleLines },
        },
    ],
    [
        'after an error the old output is there',
        ['convert', '@cut.parquet', 'out.csv', '--force'],
        {
            files: { 'out.csv': 'mine' },
            code: 3,
            err: /cut\.parquet: /,
            leaves: 'out.csv',
            keeps: { 'out.csv': 'mine' },
        },
    ],
    [
        'an output in no folder',
        ['convert', '@people.parquet', 'no/such/out.csv'],
        { code: 3, err: /No such file or directory/ },
    ],
    [
        'an output that is a folder',
        ['convert', '@people.parquet', '@folder', '--to', 'csv'],
        { code: 3, err: /is a directory, not a file/ },
    ],
    [
        'an output that is full',
        ['convert', '@people.parquet', '/dev/full', '--to', 'csv'],
        { code: 3, err: /No space left on device/ },
    ],
    ['a device as an output', ['convert', '@people.parquet', '/dev/null', '--to', 'csv'], {}],
    // names
    [
        'a name with spaces and ü',
        ['head', '--columns=id', '@with space and ü.parquet'],
        { out: ids },
    ],
    [
        'a name with a line feed is told in one line',
        ['head', '@new\nlin.parquet'],
        { code: 3, err: /new\\nlin\.parquet: there is no such file\n$/ },
    ],
    [
        'a name with a line feed',
        ['head', '--columns=id', '@new\nline.parquet'],
        { out: ids },
    ],
    [
        'a name that begins with a dash',
        ['head', '--columns=id', '--', '-dash.parquet'],
        { files: { '-dash.parquet': people }, out: ids, leaves: '-dash.parquet' },
    ],
    [
        'a name with a percent sign',
        ['head', '--columns=id', '@100%.parquet'],
        { out: ids },
    ],
    [
        'a file: URL',
        ['head', '--columns=id', `file://${base}/with%20space%20and%20%C3%BC.parquet`],
        { out: ids },
    ],
    [
        'a symbolic link',
        ['head', '--columns=id', '@link.parquet'],
        { out: ids },
    ],
    // what is not read
    [
        'a file that is not there',
        ['info', '@nothing.parquet'],
        { code: 3, err: /nothing\.parquet: there is no such file\n$/ },
    ],
    [
        'a file that cannot be opened',
        ['info', '@loop.parquet'],
        {
            code: 3,
            err: /^alimentar: \S+\/loop\.parquet: it cannot be opened: Too many levels /,
        },
    ],
    [
        'a URL without a server',
        ['info', 'http://'],
        usage('alimentar: http://: the URL names no server\n'),
    ],
    [
        'a URL with a blank',
        ['info', 'http://127.0.0.1:1/a b.parquet?token=secret'],
        usage(/^alimentar: http:\/\/[^ ]*\/a b\.parquet\?…: the URL holds a blank; .*%20\n$/),
    ],
    [
        'an empty folder',
        ['info', '@folder'],
        { code: 3, err: /folder: the folder holds no files\n$/ },
    ],
    [
        'an empty folder, and a format',
        ['info', '--format', 'parquet', '@folder'],
        { code: 3, err: /folder: the folder holds no files\n$/ },
    ],
    ['an empty file', ['info', '@empty.parquet'], { code: 3, err: /the file is empty\n$/ }],
    ['a file that was cut', ['info', '@cut.parquet'], { code: 3, err: /cut\.parquet: / }],
    ['a file of four bytes', ['info', '@short.parquet'], { code: 3, err: /short\.parquet: / }],
    [
        'a file that is no table',
        ['info', '@noise'],
        { code: 3, err: /noise: the format is not recognised/ },
    ],
    [
        'a refused column points to the others',
        ['head', '@prices.parquet'],
        { code: 3, err: /not supported \(column "price"\); --columns takes others\n$/ },
    ],
    [
        'a refused column points to the others in convert',
        ['convert', '@prices.parquet', 'out.arrow'],
        { code: 3, err: /not supported \(column "price"\); --columns takes others\n$/ },
    ],
    [
        'the others are read',
        ['head', '--columns=id', '@prices.parquet'],
        { out: lines('   id', 'int32', '    1', '(1 row x 1 column)') },
    ],
    [
        'a refused column that has no others',
        ['head', '@price.parquet'],
        { code: 3, err: /not supported \(column "price"\)\n$/ },
    ],
    [
        'a refused codec, which the others have too',
        ['head', '@lzo.parquet'],
        { code: 3, err: /codec lzo is not supported \(column "id", row group 0\)\n$/ },
    ],
    ['CSV', ['info', '@table.csv'], notSupported('CSV')],
    ['JSON lines', ['info', '@rows.jsonl'], notSupported('JSON lines')],
    [
        'an Arrow file that is none',
        ['info', '@table.arrow'],
        { code: 3, err: /: the footer claims 540700531 bytes, but the file has only 39\n$/ },
    ],
    [
        'a scheme that is not read',
        ['info', 's3://bucket/key'],
        {
            code: 3,
            err: /^alimentar: s3:\/\/bucket\/key: reading by "s3:" is not supported; file, /,
        },
    ],
    [
        'a footer beyond the limit',
        ['info', '@huge.parquet'],
        { code: 6, err: /huge\.parquet: .*limit/ },
    ],
]

async function check([name, words, expected]) {
    const result = await run(words, expected)
    const problems = differences(result, expected)
    for (const [file, content] of Object.entries(expected.keeps ?? {})) {
        const found = readFileSync(join(result.folder, file), 'utf8')
        const told =
            typeof content === 'function'
                ? content(found)
                : found === content
                  ? ''
                  : 'has another content'
        if (told) problems.push(`${file}: ${told}`)
    }
    judge(name, problems)
}

// --- cases with a course of their own
// ---------------------------------------------------------------
async function checkClosedPipe() {
    const result = await run(['convert', weather, '-', '--to', 'csv'], { closeAfter: true })
    judge('a closed pipe is no error', [
        ...(result.code === 0 ? [] : [`exit ${result.code}`]),
        ...(result.err === '' ? [] : [result.err]),
    ])
}

async function checkMode() {
    const result = await run(['convert', '@people.parquet', 'out.csv', '--force'], {
        files: { 'out.csv': 'mine' },
        onStart: (_, folder) => chmodSync(join(folder, 'out.csv'), 0o640),
    })
    const mode = statSync(join(result.folder, 'out.csv')).mode & 0o777
    judge('--force keeps the mode of a file', mode === 0o640 ? [] : [`mode ${mode.toString(8)}`])
}

// Closed standard files: nothing is written to another file in their place.
async function checkClosedFiles() {
    const script = `"${command}" convert "${base}/people.parquet" out.csv >&- 2>&- <&-`
    const folder = join(base, 'run-closed')
    mkdirSync(folder)
    const { status } = spawnSync('bash', ['-c', script], { cwd: folder, env: environment })
    const text = readFileSync(join(folder, 'out.csv'), 'utf8')
    const full = spawnSync('bash', ['-c', `"${command}" head "${base}/people.parquet" >&-`], {
        cwd: folder,
        env: environment,
    })
    const problems = []
    if (status !== 0 || !text.startsWith('id,weight')) problems.push(`exit ${status}: ${text}`)
    if (full.status !== 3) problems.push(`exit ${full.status} without standard output`)
    if (!/standard output: it cannot be written/.test(full.stderr)) problems.push('no line')
    rmSync(folder, { recursive: true })
    judge('closed standard files', problems)
}

// Each format holds the same rows: what is written twice is the same, and Arrow files are framed.
async function checkArrow() {
    const problems = []
    const both = await Promise.all(
        ['out.arrow', 'out.arrows'].map((name) => run(['convert', weather, name])),
    )
    const [file, stream] = both.map((result, i) =>
        readFileSync(join(result.folder, i === 0 ? 'out.arrow' : 'out.arrows')),
    )
    if (file.subarray(0, 6).toString() !== 'ARROW1' || file.subarray(-6).toString() !== 'ARROW1')
        problems.push('the file is not framed')
    if (
        stream.readUInt32LE(0) !== 0xffffffff ||
        stream.readBigUInt64LE(stream.length - 8) !== 0xffffffffn
    )
        problems.push('the stream is not framed')
    const again = await run(['convert', weather, 'out.arrow'])
    if (!readFileSync(join(again.folder, 'out.arrow')).equals(file))
        problems.push('a second time gives other bytes')
    judge('Arrow files and streams of a real file', problems)
}

async function checkSignal(signal, expected, line = '') {
    const server = await heldServer()
    let seen = ''
    const result = await run(
        ['convert', server.url, 'out.csv'],
        {
            onStart: (child, folder) => {
                onOutput(child, folder, (file) => {
                    seen = file
                    child.kill(signal)
                })
            },
        },
    )
    server.close()
    const problems = seen !== '' ? [] : ['no output was seen']
    if (result.code !== expected) problems.push(`exit ${result.code}, expected ${expected}`)
    if (result.err !== line) problems.push(`stderr ${shown(result.err)}`)
    if (readdirSync(result.folder).length !== 0) problems.push('a file was left behind')
    judge(`${signal} leaves nothing behind`, problems)
}

async function checkStdinSignal() {
    const result = await run(['info', '-'], {
        keepStdin: true,
        onStart: (child) => {
            child.stdin.write('PAR1')
            onOutput(child, base, () => child.kill('SIGINT')) // the copy of standard input
        },
    })
    judge('SIGINT while waiting for standard input', [
        ...(result.code === 130 ? [] : [`exit ${result.code}`]),
        ...(result.err === '' ? [] : [result.err]),
    ])
}

// The command on a terminal, which `script` pretends: what it writes there.
function runOnTerminal(words, more = {}) {
    const line = [command, ...words].map((word) => `'${word.replace(/^@/, `${base}/`)}'`).join(' ')
    const { stdout, status } = spawnSync('script', ['-qec', line, '/dev/null'], {
        env: { ...environment, COLUMNS: '', NO_COLOR: '1', ...more },
        timeout: 60000,
    })
    return { out: stdout.toString().replaceAll('\r\n', '\n'), code: status }
}

function checkTerminal() {
    if (spawnSync('script', ['-qec', 'test -t 1', '/dev/null']).status !== 0) {
        sum.skipped += 1
        console.log('cli: skipped: no terminal can be pretended here (script of bsdutils)')
        return
    }
    const rows = runOnTerminal(['head', '-q', '--json', '@hostile.parquet'])
    const local = spawnSync(command, ['head', '--json', join(base, 'hostile.parquet')], {
        env: environment,
    })
    const same = JSON.stringify(JSON.parse(rows.out)) === JSON.stringify(JSON.parse(local.stdout))
    judge('JSON on a terminal is escaped without loss', [
        ...(harmless(rows.out) ? [harmless(rows.out)] : []),
        ...(same ? [] : ['other values']),
        ...(harmless(local.stdout.toString()) ? [] : ['the file holds nothing to escape']),
    ])
    const text = runOnTerminal(['convert', '-q', '@hostile.parquet', '-', '--to', 'csv']).out
    judge('CSV on a terminal is shown harmlessly', [
        ...(harmless(text.replaceAll('\t', '')) ? [harmless(text)] : []),
        ...(text.includes('\\u001b') ? [] : ['no escape is shown']),
    ])
    const binary = runOnTerminal(['convert', '@people.parquet', '-', '--to', 'arrow'])
    judge(
        'Arrow is not written to a terminal',
        binary.code === 2 && /^alimentar: arrow is binary[^\n]*\n$/.test(binary.out)
            ? []
            : [`exit ${binary.code}: ${shown(binary.out)}`],
    )
    const table = runOnTerminal(['head', '@wide.parquet']).out
    judge(
        'head fits a terminal',
        /x 40 columns, \d+ not shown: --columns takes some/.test(table) ? [] : [shown(table)],
    )
    const isColoured = (more) =>
        runOnTerminal(['head', '@people.parquet'], more).out.includes('\u001b[1m')
    judge('colours only on a terminal, and not with NO_COLOR', [
        ...(isColoured({ NO_COLOR: '' }) ? [] : ['no colours']),
        ...(isColoured({}) ? ['colours with NO_COLOR'] : []),
    ])
}

async function checkForcedLink() {
    const result = await run(['convert', '@people.parquet', 'link.jsonl', '--force'], {
        files: { 'target.jsonl': 'mine' },
        links: { 'link.jsonl': 'target.jsonl' },
    })
    const problems = result.code === 0 ? [] : [`exit ${result.code}: ${result.err}`]
    if (lstatSync(join(result.folder, 'link.jsonl')).isSymbolicLink()) problems.push('is a link')
    if (readFileSync(join(result.folder, 'link.jsonl'), 'utf8') !== peopleLines)
        problems.push('other rows')
    if (readFileSync(join(result.folder, 'target.jsonl'), 'utf8') !== 'mine')
        problems.push('the file behind the link was written')
    judge('--force replaces a link, not what it points to', problems)
}

// A file cut in place while the command waits for its reader: either the host notices the change,
// or the map loses its pages. Both are one line and exit 3.
async function checkCutFile() {
    const result = await run(['convert', 'cut.parquet', '-', '--to', 'jsonl'], {
        files: { 'cut.parquet': readFileSync(weather) },
        onStart: (child, folder) => {
            child.stdout.pause()
            setTimeout(() => {
                truncateSync(join(folder, 'cut.parquet'), 4)
                child.stdout.resume()
            }, 1500)
        },
    })
    const problems = result.code === 3 ? [] : [`exit ${result.code}`]
    const told =
        /^alimentar: (cut\.parquet: .*changed|the file was cut short) while it was read[^\n]*\n$/
    if (!told.test(result.err)) problems.push(`stderr ${shown(result.err)}`)
    judge('a file cut while it is read is one line and exit 3', problems)
}

for (const [name, bytes] of Object.entries(files)) writeFileSync(join(base, name), bytes)
checkPages()

const waiting = [...cases, ...remote, ...verbs, ...stats, ...layout, ...many]
async function work() {
    for (let next = waiting.shift(); next; next = waiting.shift()) await check(next)
}
await Promise.all([work(), work(), work()])
await checkClosedPipe()
await checkMode()
await checkClosedFiles()
await checkArrow()
await checkSignal('SIGINT', 130)
await checkSignal('SIGTERM', 143)
await checkSignal('SIGBUS', 3, 'alimentar: the file was cut short while it was read\n')
await checkStdinSignal()
checkInstall()
await checkOutputs(resolve('build/tests/no_unnamed.so'))
checkTerminal()
await checkForcedLink()
await checkCutFile()
const left = readdirSync(base).filter((name) => !/^run\d+$/.test(name) && !(name in files))
judge(
    'no temporary file is left',
    left.sort().join(' ') === 'folder huge.parquet link.parquet loop.parquet sets'
        ? []
        : [left.join(' ')],
)
if (existsSync(base)) rmSync(base, { recursive: true })
console.log(`cli: ${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`)
process.exit(sum.failed > 0 || sum.passed === 0 ? 1 : 0)
