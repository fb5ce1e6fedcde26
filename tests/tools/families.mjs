// Runs families of tests one after the other, goes on after a failing one, and sums up.
//
//     node tests/tools/families.mjs [--in FOLDER] [FAMILY...]
//
// Without names: every family, that is every target `test-<family>` that a tests/*/rules.mk
// defines. What a family prints goes to FOLDER/<family>.log (build/test) too. It must print a line
// `<family>: N passed, N failed, N skipped`; one that prints none, or fails without a failed test,
// is one failure more. The last line is the sum, `N passed, N failed, N skipped`.
import { spawn } from 'node:child_process'
import { createWriteStream, mkdirSync, readdirSync, readFileSync, existsSync } from 'node:fs'

const MINUTES_MAX = 8
const ORDER = ['lint', 'unit', 'vectors', 'trace', 'slice', 'oom', 'abort', 'truncate', 'limits',
    'fuzz', 'twin', 'interop', 'cli', 'web']
const words = process.argv.slice(2)
const folder = words[0] === '--in' ? words.splice(0, 2)[1] : 'build/test'

function allFamilies() {
    const files = readdirSync('tests').map((name) => `tests/${name}/rules.mk`).filter(existsSync)
    const text = files.map((file) => readFileSync(file, 'utf8')).join('\n')
    const found = new Set([...text.matchAll(/^test-([a-z][a-z0-9-]*):/gm)].map((match) => match[1]))
    const rank = (name) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length)
    return [...found].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
}

function run(family) {
    return new Promise((resolve) => {
        const log = createWriteStream(`${folder}/${family}.log`)
        const child = spawn('make', ['--no-print-directory', '-j2', `test-${family}`],
            { detached: true })
        let text = ''
        const take = (bytes) => {
            text += bytes
            log.write(bytes)
            process.stdout.write(bytes)
        }
        child.stdout.on('data', take)
        child.stderr.on('data', take)
        const timer = setTimeout(() => {
            take(`${family}: stopped after ${MINUTES_MAX} minutes\n`)
            process.kill(-child.pid, 'SIGKILL')
        }, MINUTES_MAX * 60000)
        child.on('close', (code) => {
            clearTimeout(timer)
            log.end()
            resolve({ text, code })
        })
    })
}

// The last summary of the family's own name; families may print those of parts before it.
function countsOf(family, { text, code }) {
    const pattern = new RegExp(`^${family}: (\\d+) passed, (\\d+) failed, (\\d+) skipped`, 'gm')
    const last = [...text.matchAll(pattern)].at(-1)
    const [passed, failed, skipped] = last ? last.slice(1).map(Number) : [0, 0, 0]
    const isBroken = !last || (code !== 0 && failed === 0)
    if (isBroken) console.log(`${family}: broke off (exit ${code})`)
    return { passed, failed: failed + (isBroken ? 1 : 0), skipped }
}

mkdirSync(folder, { recursive: true })
const sum = { passed: 0, failed: 0, skipped: 0 }
const rows = []
for (const family of words.length > 0 ? words : allFamilies()) {
    const begin = Date.now()
    const counts = countsOf(family, await run(family))
    for (const key of Object.keys(sum)) sum[key] += counts[key]
    rows.push({ family, ...counts, seconds: (Date.now() - begin) / 1000 })
}
console.log('')
for (const { family, passed, failed, skipped, seconds } of rows) {
    console.log(`${failed > 0 ? 'FAILED' : 'passed'}  ${family.padEnd(10)} ` +
        `${String(passed).padStart(6)} ${String(failed).padStart(4)} ` +
        `${String(skipped).padStart(4)}  ${seconds.toFixed(1).padStart(6)} s`)
}
console.log(`\n${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`)
process.exit(sum.failed > 0 ? 1 : 0)
