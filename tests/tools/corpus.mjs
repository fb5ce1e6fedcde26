// Brings what fuzzing found into the committed corpora.
//
//     node tests/tools/corpus.mjs PROGRAM...
//
// Of each target: inputs that it crashed on (build/fuzz/found) are made shorter and committed as
// found-<hash>, so that the replay of `make test` fails until the crash is mended. Then the inputs
// of build/fuzz/work that reach what the corpus does not are added, the shortest first, as long as
// the corpus has no more than 40 inputs and 20,000 bytes, and 300,000 all of them together. Inputs
// that are there stay. Prints what was added.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync,
    writeFileSync } from 'node:fs'
import { basename } from 'node:path'

const CORPUS_BYTES_MAX = 20000
const ALL_BYTES_MAX = 300000
const INPUTS_MAX = 40
const SHORTEN_SECONDS = 20
const CORPORA = 'tests/fuzz/corpus'
const FOUND = 'build/fuzz/found'

const filesOf = (folder) => (existsSync(folder)
    ? readdirSync(folder).map((name) => `${folder}/${name}`) : [])
const bytesOf = (files) => files.reduce((all, file) => all + statSync(file).size, 0)

function put(name, kind, bytes) {
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 10)
    const path = `${CORPORA}/${name}/${kind}-${hash}`
    mkdirSync(`${CORPORA}/${name}`, { recursive: true })
    if (!existsSync(path)) console.log(`corpus: ${path} (${bytes.length} bytes)`)
    writeFileSync(path, bytes)
}

// The shortest input that still crashes, or the one that was found.
function shortened(program, file) {
    const short = `${file}.short`
    rmSync(short, { force: true })
    spawnSync(program, ['-minimize_crash=1', `-max_total_time=${SHORTEN_SECONDS}`,
        `-exact_artifact_path=${short}`, file], { stdio: 'ignore' })
    return readFileSync(existsSync(short) ? short : file)
}

function keepFindings(program, name) {
    const kinds = new RegExp(`^${name}-(crash|oom|timeout|leak)-[0-9a-f]+$`)
    for (const file of filesOf(FOUND).filter((path) => kinds.test(basename(path)))) {
        put(name, 'found', shortened(program, file))
    }
}

function addInputs(program, name) {
    const corpus = `${CORPORA}/${name}`
    const work = `build/fuzz/work/${name}`
    const merged = `build/fuzz/merged/${name}`
    if (filesOf(work).length === 0) return
    rmSync(merged, { recursive: true, force: true })
    mkdirSync(merged, { recursive: true })
    // What the corpus reaches is taken into the merge first: only the rest is copied behind it.
    spawnSync('cp', ['-r', `${corpus}/.`, merged])
    const before = new Set(readdirSync(merged))
    spawnSync(program, ['-merge=1', '-timeout=10', '-rss_limit_mb=2560', merged, work],
        { stdio: 'ignore' })
    const added = filesOf(merged).filter((file) => !before.has(basename(file)))
        .sort((a, b) => statSync(a).size - statSync(b).size)
    for (const file of added) {
        const size = statSync(file).size
        const all = bytesOf(readdirSync(CORPORA).flatMap((each) => filesOf(`${CORPORA}/${each}`)))
        if (bytesOf(filesOf(corpus)) + size > CORPUS_BYTES_MAX) break
        if (all + size > ALL_BYTES_MAX || filesOf(corpus).length >= INPUTS_MAX) break
        put(name, 'reached', readFileSync(file))
    }
}

for (const program of process.argv.slice(2)) {
    const name = basename(program).replace(/^fuzz_/, '')
    keepFindings(program, name)
    addInputs(program, name)
}
const files = readdirSync(CORPORA).flatMap((name) => filesOf(`${CORPORA}/${name}`))
console.log(`corpus: ${files.length} inputs, ${bytesOf(files)} bytes`)
