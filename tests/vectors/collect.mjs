// Chooses the vectors: copies small files from the corpora, with the first of their expected rows.
//
//     node tests/vectors/collect.mjs CORPORA      writes tests/vectors/files and MANIFEST.jsonl anew
//
// Taken are all Parquet and Arrow files, and folders of files, of up to 64 KB whose licence allows it,
// each content once, the smallest first until all together come, with their manifest, to 3 MB. Of the expected rows the
// header and the first rows are kept: the header has the SHA-256 of all of them.
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const HERE = 'tests/vectors'
const FILE_BYTES_MAX = 64 << 10
const SUM_BYTES_MAX = 2_680_000
const ROWS = 2
const ROW_BYTES_MAX = 2000

// The repositories that files are taken from, each with its licence.
const LICENCES = {
    'apache/arrow': 'Apache-2.0',
    'apache/arrow-rs': 'Apache-2.0',
    'apache/arrow-testing': 'Apache-2.0',
    'apache/iceberg': 'Apache-2.0',
    'apache/parquet-testing': 'Apache-2.0',
    'dask/fastparquet': 'Apache-2.0',
    'delta-io/delta': 'Apache-2.0',
    'duckdb/duckdb': 'MIT',
    'hyparam/hyparquet': 'MIT',
    'kylebarron/parquet-wasm': 'MIT or Apache-2.0',
    'plotly/datasets': 'MIT',
    'pola-rs/polars': 'MIT',
    'uwdata/flechette': 'BSD-3-Clause',
}

const corpora = process.argv[2]
const lines = (path) => readFileSync(path, 'utf8').split('\n').filter((line) => line !== '')

// All files below a folder, by name.
function filesOf(folder) {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => `${entry.parentPath ?? entry.path}/${entry.name}`)
        .sort()
}

// The bytes of a file, or of a folder's files, as one hash.
function digest(path) {
    const hash = createHash('sha256')
    if (statSync(path).isFile()) return hash.update(readFileSync(path)).digest('hex')
    for (const file of filesOf(path)) hash.update(`${file.slice(path.length)}\n`).update(readFileSync(file))
    return hash.digest('hex')
}

function sizeOf(path) {
    if (statSync(path).isFile()) return statSync(path).size
    return filesOf(path).reduce((sum, file) => sum + statSync(file).size, 0)
}

// What is kept of the expected rows; a note where rows hold text that is not UTF-8, which the text
// formats write with replacement characters.
function expectedOf(path) {
    const [header, ...rows] = lines(path)
    const { canon, format, schema, num_rows, order, sha256_rows } = JSON.parse(header)
    const kept = rows.slice(0, ROWS).filter((row) => row.length <= ROW_BYTES_MAX)
    const isInvalid = rows.some((row) => row.includes('"$invalid-utf8:'))
    const text = [JSON.stringify({ canon, format, schema, num_rows, order, sha256_rows }), ...kept].join('\n')
    return { text: `${text}\n`, isInvalid }
}

function candidates() {
    const found = []
    for (const part of readdirSync(corpora).filter((name) => /^(parquet|arrow)-/.test(name)).sort()) {
        for (const line of lines(`${corpora}/${part}/MANIFEST.jsonl`)) {
            const entry = JSON.parse(line)
            const name = entry.file ?? entry.table
            const path = `${corpora}/${part}/${name}`
            const licence = LICENCES[entry.source.split(':')[0]]
            if (name === undefined || entry.contested || licence === undefined || !existsSync(path)) continue
            const bytes = sizeOf(path)
            if (bytes <= FILE_BYTES_MAX) found.push({ part, entry, name, path, licence, bytes })
        }
    }
    return found.sort((a, b) => a.bytes - b.bytes)
}

rmSync(`${HERE}/files`, { recursive: true, force: true })
const seen = new Set()
const manifest = []
let sum = 0
for (const { part, entry, name, path, licence, bytes } of candidates()) {
    const sha256 = digest(path)
    const hasRows = entry.expected !== undefined && entry.expect !== 'any'
    const expected = hasRows ? expectedOf(`${corpora}/${part}/${entry.expected}`) : { text: '' }
    if (seen.has(sha256) || sum + bytes + expected.text.length > SUM_BYTES_MAX) continue
    seen.add(sha256)
    sum += bytes + expected.text.length
    const file = `${part}/${name}`
    mkdirSync(dirname(`${HERE}/files/${file}`), { recursive: true })
    cpSync(path, `${HERE}/files/${file}`, { recursive: true })
    if (hasRows) writeFileSync(`${HERE}/files/${file}.expected.jsonl`, expected.text)
    const note = expected.isInvalid ? { text: 'invalid' } : {}
    if (entry.class?.includes('type:INT96')) note.class = ['type:INT96']
    manifest.push({ file, source: entry.source, licence, sha256, expect: entry.expect, rows: hasRows, ...note })
}
manifest.sort((a, b) => (a.file < b.file ? -1 : 1))
writeFileSync(`${HERE}/MANIFEST.jsonl`, manifest.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
console.log(`vectors: ${manifest.length} files, ${sum} bytes`)
