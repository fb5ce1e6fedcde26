// Reads real Parquet and Arrow files by the command and compares every row with what other
// implementations read.
//
//     node tests/vectors/run.mjs COMMAND [CORPORA]           compare
//     node tests/vectors/run.mjs COMMAND CORPORA --record    write tests/vectors/baseline.jsonl anew
//
// The files under tests/vectors/files are converted to JSON lines and must give exactly the canonical
// rows beside them, byte for byte, all of them by their SHA-256, and columns of the types that are
// expected. Where the folder CORPORA is there, all its parquet-* and arrow-* entries are read as well.
// The verdict of each is held against tests/vectors/baseline.jsonl: what passed must pass, and nothing
// may crash, hang, give other rows or be read where an error is expected, unless the baseline says so
// already.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'

import { compareTypes } from './types.mjs'

const HERE = 'tests/vectors'
const OUT = 'build/vectors'
const BASELINE = `${HERE}/baseline.jsonl`
const SECONDS_MAX = 20
const AT_ONCE = 3
const BAD = ['crashed', 'hung', 'wrong rows', 'accepted-bad', 'unclear error']
const [command, corpora, mode] = process.argv.slice(2)
const sum = { passed: 0, failed: 0, skipped: 0 }

const lines = (path) => readFileSync(path, 'utf8').split('\n').filter((line) => line !== '')
const parsed = (path) => lines(path).map((line) => JSON.parse(line))

// Where the JSON value that begins at `at` ends: strings and brackets are all that matters.
function valueEnd(text, at) {
    let depth = 0
    for (let i = at; i < text.length; i += 1) {
        const character = text[i]
        if (character === '"') {
            i = stringEnd(text, i) - 1
        } else if (character === '[' || character === '{') {
            depth += 1
        } else if (depth === 0 && (character === ',' || character === '}')) {
            return i
        } else if (character === ']' || character === '}') {
            depth -= 1
        }
    }
    return text.length
}

// Where the JSON string that begins at `at` ends.
function stringEnd(text, at) {
    let i = at + 1
    while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1
    return i + 1
}

// The names and the values of an object on one line, as they are spelled.
function members(line) {
    const names = []
    const values = []
    let at = 1
    while (line[at] === '"') {
        const nameEnd = stringEnd(line, at)
        if (line[nameEnd] !== ':') throw new Error(`no colon at ${nameEnd}: ${line.slice(0, 80)}`)
        const end = valueEnd(line, nameEnd + 1)
        names.push(JSON.parse(line.slice(at, nameEnd)))
        values.push(line.slice(nameEnd + 1, end))
        at = end + (line[end] === ',' ? 1 : 0)
    }
    if (line[0] !== '{' || line.slice(at) !== '}') throw new Error(`no object: ${line.slice(0, 80)}`)
    return { names, values }
}

// The rows of an output as arrays, sorted where the expected ones are; of folders, whose columns are
// matched by name, with the values in the expected order.
function rowsOf(output, { schema, order }, isFolder) {
    const names = schema.map((field) => field.name)
    const rows = lines(output).map((line, index) => {
        const { names: own, values } = members(line)
        const places = isFolder ? names.map((name) => own.indexOf(name)) : names.keys()
        const isSame = own.length === names.length && [...places].every((at, i) => own[at] === names[i])
        if (!isSame) throw new Error(`row ${index} has the columns ${own}`)
        return `[${(isFolder ? places.map((at) => values[at]) : values).join(',')}]`
    })
    return order === 'sorted' ? rows.map((row) => Buffer.from(row)).sort(Buffer.compare).map(String) : rows
}

// What is wrong with the rows of an output; undefined if nothing is.
function compareRows(output, expectedPath, isFolder, text) {
    const [header, ...rows] = lines(expectedPath)
    const { num_rows: count, sha256_rows: sha256 } = JSON.parse(header)
    const hash = createHash('sha256')
    const found = rowsOf(output, JSON.parse(header), isFolder)
    if (found.length !== count) return `${found.length} rows, expected ${count}`
    if (text === 'invalid' || rows.some((row) => row.includes('"$invalid-utf8:'))) return undefined
    for (const [index, row] of found.entries()) {
        if (index < rows.length && row !== rows[index]) {
            return `row ${index} is ${row.slice(0, 200)}, expected ${rows[index].slice(0, 200)}`
        }
        hash.update(`${row}\n`)
    }
    if (sha256 !== undefined && hash.digest('hex') !== sha256) return 'rows beyond those listed differ'
    return undefined
}

// Runs the command; its exit code or signal, and what it said.
function run(words) {
    const options = { timeout: SECONDS_MAX * 1000, maxBuffer: 1 << 28 }
    return new Promise((resolve) => {
        execFile(command, words, options, (error, stdout, stderr) =>
            resolve({ error, code: error === null ? 0 : (error.code ?? error.signal), stdout, stderr }))
    })
}

// The verdict on a run that did not end well.
function judgeFailure({ error, code, stderr }, path, expect) {
    if (error.killed) return ['hung', `not done after ${SECONDS_MAX} s`]
    if (typeof code !== 'number' || code >= 99) return ['crashed', `${code}: ${stderr.slice(0, 400)}`]
    const said = stderr.trimEnd()
    if (said.includes('\n') || !said.includes(path)) return ['unclear error', said.slice(0, 400)]
    if (expect !== 'rows') return ['pass', said]
    return [/not supported/.test(said) ? 'unsupported' : 'refused', said]
}

// What is wrong with rows and types that were read; undefined if nothing is.
async function compare(path, output, expectedPath, { text, class: features }) {
    try {
        const wrong = compareRows(output, expectedPath, statSync(path).isDirectory(), text)
        if (wrong !== undefined) return wrong
    } catch (error) {
        return error.message
    }
    if (statSync(path).isDirectory()) return undefined
    const told = await run(['info', '--json', path])
    if (told.error !== null || told.stdout === '') return `info: ${told.code} ${told.stderr}`
    const { schema } = JSON.parse(lines(expectedPath)[0])
    return compareTypes(schema, JSON.parse(told.stdout).columns, features?.includes('type:INT96'))
}

// Reads a file or folder: a verdict and its reason.
async function judge(path, entry, expectedPath, output) {
    const { expect } = entry
    rmSync(output, { force: true })
    const converted = await run(['convert', path, output])
    if (converted.error !== null) return judgeFailure(converted, path, expect)
    if (expect === 'error') return ['accepted-bad', 'read without an error']
    if (expectedPath === undefined || expect === 'any') return ['pass', '']
    const wrong = await compare(path, output, expectedPath, entry)
    if (wrong === undefined) return ['pass', '']
    return [expect === 'error-preferred' ? 'accepted-bad' : 'wrong rows', wrong]
}

// Judges entries, some at once: a list of [entry, verdict, reason] in their order.
async function judgeAll(entries) {
    const verdicts = new Array(entries.length)
    let next = 0
    const work = async (worker) => {
        while (next < entries.length) {
            const index = next
            next += 1
            const { name, path, entry, expected } = entries[index]
            verdicts[index] = [name, ...(await judge(path, entry, expected, `${OUT}/${worker}.jsonl`))]
        }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, (_, worker) => work(worker)))
    return verdicts
}

function count(isGood, text) {
    sum[isGood ? 'passed' : 'failed'] += 1
    if (!isGood) console.log(`vectors: ${text}`)
}

// The verdicts before: a map from entries to verdicts.
const baseline = () => new Map(parsed(BASELINE).map(({ entry, verdict }) => [entry, verdict]))

function compareVerdicts(before, verdicts) {
    for (const [name, verdict, reason] of verdicts) {
        const old = before.get(name) ?? 'new'
        const isWorse = old === 'pass' ? verdict !== 'pass' : BAD.includes(verdict) && verdict !== old
        count(!isWorse, `${name}: ${verdict}, was ${old}: ${reason}`)
    }
}

function ownEntries() {
    return parsed(`${HERE}/MANIFEST.jsonl`).map((entry) => {
        const path = `${HERE}/files/${entry.file}`
        return { name: entry.file, path, entry, expected: entry.rows ? `${path}.expected.jsonl` : undefined }
    })
}

// All Parquet and Arrow entries of the corpora.
function corporaEntries() {
    const entries = []
    for (const part of readdirSync(corpora).filter((name) => /^(parquet|arrow)-/.test(name)).sort()) {
        const folder = `${corpora}/${part}`
        if (!existsSync(`${folder}/MANIFEST.jsonl`)) continue
        for (const entry of parsed(`${folder}/MANIFEST.jsonl`)) {
            const name = entry.file ?? entry.table
            if (name === undefined || !existsSync(`${folder}/${name}`)) continue
            const expected = entry.expected && `${folder}/${entry.expected}`
            entries.push({ name: `${part}/${name}`, path: `${folder}/${name}`, entry, expected })
        }
    }
    return entries
}

async function record() {
    const verdicts = await judgeAll(corporaEntries())
    for (const [name, verdict, reason] of verdicts) {
        if (verdict !== 'pass') console.log(`${name}: ${verdict}: ${reason}`)
    }
    const text = verdicts.map(([entry, verdict]) => JSON.stringify({ entry, verdict }))
    writeFileSync(BASELINE, `${text.join('\n')}\n`)
}

mkdirSync(OUT, { recursive: true })
if (mode === '--record') {
    await record()
} else {
    compareVerdicts(baseline(), await judgeAll(ownEntries()))
    if (corpora && existsSync(corpora)) {
        compareVerdicts(baseline(), await judgeAll(corporaEntries()))
    } else {
        console.log('vectors: the corpora are skipped: no folder of that name (CORPORA=folder)')
        sum.skipped += 1
    }
    console.log(`vectors: ${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`)
    process.exitCode = sum.failed === 0 ? 0 : 1
}
