// Replays the corpus of each fuzz target and runs it for some seconds from a fixed seed.
//
//     node tests/tools/fuzz.mjs SECONDS PROGRAM...
//
// Both count as tests of the family `fuzz`. New inputs grow in build/fuzz/work, findings are kept
// in build/fuzz/found; the committed corpus is not touched.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { basename } from 'node:path'

const CORPUS_BYTES_MAX = 20000
const [seconds, ...programs] = process.argv.slice(2)
const sum = { passed: 0, failed: 0, skipped: 0 }
const LIMITS = ['-seed=1', '-timeout=10', '-rss_limit_mb=2560', '-malloc_limit_mb=1100',
    '-artifact_prefix=build/fuzz/found/', '-print_final_stats=1', '-verbosity=1']

function run(name, what, argv) {
    const { status, stderr, error } = spawnSync(argv[0], argv.slice(1),
        { encoding: 'utf8', maxBuffer: 1 << 28, timeout: (Number(seconds) + 120) * 1000 })
    const isGood = status === 0 && !error
    sum[isGood ? 'passed' : 'failed'] += 1
    if (!isGood) console.log(`fuzz: ${name}: ${what} failed\n${(stderr ?? '').slice(-6000)}`)
    return /number_of_executed_units:\s*(\d+)/.exec(stderr ?? '')?.[1] ?? '?'
}

function test(program) {
    const name = basename(program).replace(/^fuzz_/, '')
    const corpus = `tests/fuzz/corpus/${name}`
    const work = `build/fuzz/work/${name}`
    mkdirSync(work, { recursive: true })
    const files = existsSync(corpus) ? readdirSync(corpus).map((file) => `${corpus}/${file}`) : []
    const bytes = files.reduce((all, file) => all + statSync(file).size, 0)
    if (files.length === 0 || bytes > CORPUS_BYTES_MAX) {
        sum.failed += 1
        console.log(`fuzz: ${name}: the corpus has ${files.length} files and ${bytes} bytes, ` +
            `expected 1 file at least and ${CORPUS_BYTES_MAX} bytes at most`)
        return
    }
    run(name, 'replay', [program, ...LIMITS, '-runs=0', ...files])
    const units = run(name, 'a run',
        [program, ...LIMITS, `-max_total_time=${seconds}`, work, corpus])
    console.log(`fuzz: ${name}: ${files.length} inputs replayed, ${units} tried in ${seconds} s`)
}

mkdirSync('build/fuzz/found', { recursive: true })
for (const program of programs) test(program)
if (programs.length === 0) {
    sum.skipped += 1
    console.log('fuzz: skipped: there are no targets yet')
}
console.log(`fuzz: ${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`)
process.exit(sum.failed > 0 ? 1 : 0)
