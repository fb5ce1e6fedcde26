// Reads real Parquet files by the command and compares every row with what other implementations read.
//
//     node tests/vectors/run.mjs COMMAND [CORPORA]           compare
//     node tests/vectors/run.mjs COMMAND CORPORA --record    write tests/vectors/baseline.jsonl anew
//
// The files under tests/vectors/files are converted to JSON lines and must give exactly the canonical
// rows beside them, byte for byte, all of them by their SHA-256. Where the folder CORPORA is there, all
// entries of its parquet-* parts are read as well, and the verdict of each is held against
// tests/vectors/baseline.jsonl: what passed must pass, and nothing may crash, hang, give other rows or
// be read where an error is expected, unless the baseline says so already.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

const HERE = 'tests/vectors'
const OUTPUT = 'build/vectors/rows.jsonl'
const BASELINE = `${HERE}/baseline.jsonl`
const SECONDS_MAX = 20
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

// What is wrong with the rows in OUTPUT; undefined if nothing is.
function compareRows(expectedPath) {
    const [header, ...rows] = lines(expectedPath)
    const { num_rows: count, sha256_rows: sha256, schema } = JSON.parse(header)
    const hash = createHash('sha256')
    const names = JSON.stringify(schema.map((field) => field.name))
    const found = lines(OUTPUT)
    if (found.length !== count) return `${found.length} rows, expected ${count}`
    for (const [index, line] of found.entries()) {
        const { names: own, values } = members(line)
        if (JSON.stringify(own) !== names) return `row ${index} has the columns ${own}`
        const row = `[${values.join(',')}]`
        if (index < rows.length && row !== rows[index]) {
            return `row ${index} is ${row.slice(0, 200)}, expected ${rows[index].slice(0, 200)}`
        }
        hash.update(`${row}\n`)
    }
    if (sha256 !== undefined && hash.digest('hex') !== sha256) return 'rows beyond those listed differ'
    return undefined
}

// Runs the command on a file: a verdict and its reason.
function judge(path, expect, expectedPath) {
    rmSync(OUTPUT, { force: true })
    const run = spawnSync(command, ['convert', path, OUTPUT],
        { encoding: 'utf8', timeout: SECONDS_MAX * 1000, maxBuffer: 1 << 26 })
    if (run.error?.code === 'ETIMEDOUT') return ['hung', `not done after ${SECONDS_MAX} s`]
    if (run.error) return ['crashed', String(run.error)]
    if (run.signal || run.status >= 99) {
        return ['crashed', `${run.signal ?? run.status}: ${run.stderr.slice(0, 400)}`]
    }
    if (run.status !== 0) {
        const said = run.stderr.trimEnd()
        if (said.includes('\n') || !said.includes(path)) return ['unclear error', said.slice(0, 400)]
        if (expect !== 'rows') return ['pass', said]
        return [/not supported/.test(said) ? 'unsupported' : 'refused', said]
    }
    if (expect === 'error') return ['accepted-bad', 'read without an error']
    if (expectedPath === undefined || expect === 'any') return ['pass', '']
    const wrong = compareRows(expectedPath)
    if (wrong === undefined) return ['pass', '']
    return [expect === 'error-preferred' ? 'accepted-bad' : 'wrong rows', wrong]
}

function count(isGood, text) {
    sum[isGood ? 'passed' : 'failed'] += 1
    if (!isGood) console.log(`vectors: ${text}`)
}

function runFiles() {
    for (const entry of parsed(`${HERE}/MANIFEST.jsonl`)) {
        const path = `${HERE}/files/${entry.file}`
        const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex')
        if (sha256 !== entry.sha256) {
            count(false, `${entry.file} is not the file that the manifest names`)
            continue
        }
        const [verdict, reason] = judge(path, 'rows', `${path}.expected.jsonl`)
        count(verdict === 'pass', `${entry.file}: ${verdict}: ${reason}`)
    }
}

// The verdicts of all Parquet entries of the corpora that are single files.
function judgeCorpora() {
    const verdicts = new Map()
    for (const part of readdirSync(corpora).filter((name) => name.startsWith('parquet-')).sort()) {
        const folder = `${corpora}/${part}`
        if (!existsSync(`${folder}/MANIFEST.jsonl`)) continue
        for (const entry of parsed(`${folder}/MANIFEST.jsonl`)) {
            if (entry.file === undefined || !existsSync(`${folder}/${entry.file}`)) continue
            const expected = entry.expected && `${folder}/${entry.expected}`
            verdicts.set(`${part}/${entry.file}`,
                judge(`${folder}/${entry.file}`, entry.expect, expected))
        }
    }
    return verdicts
}

function runCorpora() {
    const before = new Map(parsed(BASELINE).map(({ entry, verdict }) => [entry, verdict]))
    for (const [entry, [verdict, reason]] of judgeCorpora()) {
        const old = before.get(entry) ?? 'new'
        const isWorse = old === 'pass' ? verdict !== 'pass' : BAD.includes(verdict) && verdict !== old
        count(!isWorse, `${entry}: ${verdict}, was ${old}: ${reason}`)
    }
}

function record() {
    const text = [...judgeCorpora()].map(([entry, [verdict, reason]]) => {
        if (BAD.includes(verdict)) console.log(`${entry}: ${verdict}: ${reason}`)
        return JSON.stringify({ entry, verdict })
    })
    writeFileSync(BASELINE, `${text.join('\n')}\n`)
}

mkdirSync('build/vectors', { recursive: true })
if (mode === '--record') {
    record()
} else {
    runFiles()
    if (corpora && existsSync(corpora)) {
        runCorpora()
    } else {
        console.log('vectors: the corpora are skipped: no folder of that name (CORPORA=folder)')
        sum.skipped += 1
    }
    console.log(`vectors: ${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`)
    process.exitCode = sum.failed === 0 ? 0 : 1
}
