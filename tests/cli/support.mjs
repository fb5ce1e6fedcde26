// What the cases of the command share: the files they read, running the command, and comparing what
// came with what is expected.
import { spawn } from 'node:child_process'
import {
    ftruncateSync,
    mkdirSync,
    mkdtempSync,
    openSync,
    closeSync,
    writeSync,
    readdirSync,
    symlinkSync,
    writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parquet } from './parquet.mjs'

export const command = resolve(process.argv[2])
export const weather = resolve('examples/dashboard/data/nyc-weather-2013.parquet')
export const base = mkdtempSync(join(tmpdir(), 'alimentar-cli-'))
export const sum = { passed: 0, failed: 0, skipped: 0 }
export const environment = {
    PATH: process.env.PATH,
    TMPDIR: base,
    HOME: base,
    TZ: 'Pacific/Chatham',
    NO_PROXY: '*',
    COLUMNS: '80',
    ASAN_OPTIONS: 'detect_leaks=1:allocator_may_return_null=1',
}

// --- files ---------------------------------------------------------------------------------------
export const people = parquet(
    [
        { name: 'id', type: 'int64', values: [1, 2, 3] },
        { name: 'weight', type: 'double', values: [70.5, null, -0.25] },
        { name: 'name', type: 'utf8', values: ['Ada', null, 'Bo, "the" one'] },
        { name: 'member', type: 'bool', values: [true, false, null] },
    ],
    [['source', 'a test']],
)
export const hostile = parquet(
    [
        {
            name: 'a\u001b[2Jb',
            type: 'utf8',
            values: ['\u001b[31mred\u001b[0m', 'line\nfeed\tand\rmore', '\u202Egnp.exe'],
        },
        {
            name: 'raw',
            type: 'utf8',
            values: [Buffer.from([0x66, 0xff, 0x6f]), '\u009b2J', 'wide 表示 and é'],
        },
    ],
    [['key\u001b]0;owned\u0007', 'value\u0007']],
)
export const wide = parquet(
    Array.from({ length: 40 }, (_, i) => ({
        name: `column${i}`,
        type: 'int32',
        values: [i, 1000000 + i],
    })),
)
export const long = parquet([
    { name: 'n', type: 'int32', values: [1, 22] },
    { name: 'text', type: 'utf8', values: ['x'.repeat(200), 'short'] },
])
export const twins = parquet([
    { name: 'a', type: 'int32', values: [1] },
    { name: 'a', type: 'int32', values: [2] },
    { name: '#1', type: 'int32', values: [3] },
    { name: 'x,y', type: 'int32', values: [4] },
])

export const files = {
    'people.parquet': people,
    'hostile.parquet': hostile,
    'wide.parquet': wide,
    'long.parquet': long,
    'twins.parquet': twins,
    'dotted.parquet': parquet(
        ['a', 'a.b', '\\#z', '#1'].map((name) => ({ name, type: 'int32', values: [1] })),
    ),
    'escapes.parquet': parquet([
        { name: 'text', type: 'utf8', values: [`${'x'.repeat(18)}${'\u202e'.repeat(9)}`] },
        { name: 'n', type: 'int32', values: [1] },
    ]),
    'prices.parquet': parquet([
        { name: 'id', type: 'int32', values: [1] },
        { name: 'price', type: 'int32', precision: 99, values: [2] },
    ]),
    'price.parquet': parquet([{ name: 'price', type: 'int32', precision: 99, values: [2] }]),
    'lzo.parquet': parquet([
        { name: 'id', type: 'int32', codec: 3, values: [1] },
        { name: 'n', type: 'int32', codec: 3, values: [2] },
    ]),
    'none.parquet': parquet([{ name: 'id', type: 'int64', values: [] }]),
    'empty.parquet': Buffer.alloc(0),
    'cut.parquet': people.subarray(0, people.length - 5),
    'short.parquet': Buffer.from('PAR1'),
    'table.csv': Buffer.from('a,b\n1,2\n'),
    'rows.jsonl': Buffer.from('{"a":1}\n'),
    'table.arrow': Buffer.from('ARROW1\0\0nothing of use, ends so: ARROW1'),
    noise: Buffer.from('no table at all'),
    'with space and ü.parquet': people,
    '-dash.parquet': people,
    'new\nline.parquet': people,
    headers: Buffer.from('X-A: b\n'),
    badheaders: Buffer.from('no colon here\n'),
    '100%.parquet': people,
}
mkdirSync(join(base, 'folder'))
symlinkSync(join(base, 'people.parquet'), join(base, 'link.parquet'))
symlinkSync('loop.parquet', join(base, 'loop.parquet'))
const sparse = openSync(join(base, 'huge.parquet'), 'w')
ftruncateSync(sparse, 100 << 20)
writeSync(sparse, Buffer.from([0, 0, 0x80, 0x05, 0x50, 0x41, 0x52, 0x31]), 0, 8, (100 << 20) - 8)
closeSync(sparse)

// --- running -------------------------------------------------------------------------------------
let runs = 0
export function run(words, options = {}) {
    runs += 1
    const folder = join(base, `run${runs}`)
    mkdirSync(folder)
    for (const [name, bytes] of Object.entries(options.files ?? {}))
        writeFileSync(join(folder, name), bytes)
    for (const [name, target] of Object.entries(options.links ?? {}))
        symlinkSync(target, join(folder, name))
    return new Promise((done) => {
        const child = spawn(
            options.command ?? command,
            words.map((word) => word.replace(/^@/, `${base}/`)),
            { cwd: folder, env: { ...environment, ...options.environment }, timeout: 60000 },
        )
        const out = []
        let err = ''
        child.stdout.on('data', (bytes) => {
            out.push(bytes)
            if (options.closeAfter) child.stdout.destroy()
        })
        child.stderr.on('data', (bytes) => {
            err += bytes
        })
        child.stdin.on('error', () => {})
        if (!options.keepStdin) child.stdin.end(options.stdin ?? '')
        if (options.onStart) options.onStart(child, folder)
        child.on('close', (code, signal) =>
            done({ out: Buffer.concat(out), err, code: signal ?? code, folder }),
        )
    })
}

export const shown = (text) => JSON.stringify(String(text).slice(0, 700))

// What differs from what is expected: out and err are texts, patterns or functions that give a
// problem.
export function differences(result, expected) {
    const problems = []
    const compare = (what, found, wanted) => {
        const told =
            typeof wanted === 'function'
                ? wanted(found)
                : wanted instanceof RegExp
                  ? wanted.test(found)
                      ? ''
                      : `does not match ${wanted}`
                  : found === wanted
                    ? ''
                    : `expected ${shown(wanted)}`
        if (told) problems.push(`${what} is ${shown(found)}: ${told}`)
    }
    compare('exit', result.code, expected.code ?? 0)
    compare('stdout', result.out.toString(), expected.out ?? '')
    compare('stderr', result.err, expected.err ?? '')
    if (result.err !== '' && !/^alimentar: .*\n$/.test(result.err))
        problems.push('stderr is not one line of the command')
    const names = readdirSync(result.folder).sort().join(' ')
    if (names !== (expected.leaves ?? ''))
        problems.push(`left behind: ${shown(names)}, expected ${shown(expected.leaves ?? '')}`)
    return problems
}

export function judge(name, problems) {
    if (problems.length === 0) sum.passed += 1
    else sum.failed += 1
    for (const problem of problems) console.log(`cli: ${name}: ${problem}`)
}

export const json = (check) => (text) => {
    try {
        return check(JSON.parse(text))
    } catch (error) {
        return String(error)
    }
}
export const equals = (wanted) => (found) => {
    const [one, other] = [JSON.stringify(found), JSON.stringify(wanted)]
    return one === other ? '' : `expected ${shown(other)}`
}
export const harmless = (text) =>
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/.test(text)
        ? 'holds what a terminal obeys'
        : ''
