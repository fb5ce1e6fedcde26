// Replays the corpus of each fuzz target and runs it for some seconds, several targets at once.
//
//     node tests/tools/fuzz.mjs SECONDS PROGRAM...
//
// Both count as tests of the family `fuzz`. New inputs grow in build/fuzz/work, findings are kept
// in build/fuzz/found, named after their target; the committed corpus is not touched
// (tests/tools/corpus.mjs does that). JOBS: how many run at once; by default as many as there are
// processors. SEED: 1 by default, so that a short run is the same everywhere.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename } from 'node:path'

const CORPUS_BYTES_MAX = 20000
const ALL_BYTES_MAX = 300000
const [seconds, ...programs] = process.argv.slice(2)
const jobs = Number(process.env.JOBS ?? availableParallelism())
const sum = { passed: 0, failed: 0, skipped: 0 }
let allBytes = 0
const LIMITS = [`-seed=${process.env.SEED ?? 1}`, '-timeout=10', '-rss_limit_mb=2560',
    '-malloc_limit_mb=1100', '-print_final_stats=1', '-verbosity=1']

function fail(sentence) {
    sum.failed += 1
    console.log(`fuzz: ${sentence}`)
}

function spawned(argv) {
    return new Promise((resolve) => {
        const child = spawn(argv[0], argv.slice(1), { stdio: ['ignore', 'ignore', 'pipe'],
            timeout: (Number(seconds) + 120) * 1000 })
        let text = ''
        child.stderr.on('data', (bytes) => { text = (text + bytes).slice(-20000) })
        child.on('error', (error) => resolve({ code: -1, text: String(error) }))
        child.on('close', (code) => resolve({ code, text }))
    })
}

async function run(name, what, argv) {
    const prefix = `-artifact_prefix=build/fuzz/found/${name}-`
    const { code, text } = await spawned([argv[0], ...LIMITS, prefix, ...argv.slice(1)])
    if (code === 0) sum.passed += 1
    else fail(`${name}: ${what} failed\n${text.slice(-6000)}`)
    return /number_of_executed_units:\s*(\d+)/.exec(text)?.[1] ?? '?'
}

async function test(program) {
    const name = basename(program).replace(/^fuzz_/, '')
    const corpus = `tests/fuzz/corpus/${name}`
    const work = `build/fuzz/work/${name}`
    mkdirSync(work, { recursive: true })
    const files = existsSync(corpus) ? readdirSync(corpus).map((file) => `${corpus}/${file}`) : []
    const bytes = files.reduce((all, file) => all + statSync(file).size, 0)
    allBytes += bytes
    if (files.length === 0 || bytes > CORPUS_BYTES_MAX) {
        fail(`${name}: the corpus has ${files.length} files and ${bytes} bytes, ` +
            `expected 1 file at least and ${CORPUS_BYTES_MAX} bytes at most`)
        return
    }
    await run(name, 'replay', [program, '-runs=0', ...files])
    const units = await run(name, 'a run', [program, `-max_total_time=${seconds}`, work, corpus])
    console.log(`fuzz: ${name}: ${files.length} inputs replayed, ${units} tried in ${seconds} s`)
}

mkdirSync('build/fuzz/found', { recursive: true })
const waiting = [...programs]
async function work() {
    for (let program = waiting.shift(); program; program = waiting.shift()) await test(program)
}
await Promise.all(Array.from({ length: jobs }, work))
if (allBytes > ALL_BYTES_MAX) fail(`all corpora have ${allBytes} bytes, not ${ALL_BYTES_MAX}`)
if (programs.length === 0) {
    sum.skipped += 1
    console.log('fuzz: skipped: there are no targets yet')
}
console.log(`fuzz: ${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`)
process.exit(sum.failed > 0 ? 1 : 0)
