// Runs cmocka programs, as many at once as there are processors, and counts their tests.
//
//     node tests/tools/cmocka.mjs FAMILY PROGRAM...
//
// Prints what failed with the program's own words and at last `FAMILY: N passed, N failed, N
// skipped`. A program that ends without telling of all its tests (a crash, a leak, a time limit)
// fails once more.
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { basename } from 'node:path'

const SECONDS_MAX = 240
const [family, ...programs] = process.argv.slice(2)
const sum = { passed: 0, failed: 0, skipped: 0 }

function run(program) {
    return new Promise((resolve) => {
        const environment = { ...process.env, CMOCKA_MESSAGE_OUTPUT: 'TAP',
            ASAN_OPTIONS: 'detect_leaks=1:allocator_may_return_null=1' }
        const child = spawn(program, { env: environment, timeout: SECONDS_MAX * 1000 })
        let text = ''
        child.stdout.on('data', (bytes) => { text += bytes })
        child.stderr.on('data', (bytes) => { text += bytes })
        child.on('error', (error) => resolve({ text: String(error), code: -1 }))
        child.on('close', (code, signal) => resolve({ text, code: signal ?? code }))
    })
}

function count({ text, code }, program) {
    const name = basename(program)
    const passed = (text.match(/^ok (?!.*# SKIP)/gm) ?? []).length
    const failed = (text.match(/^not ok /gm) ?? []).length
    const skips = text.match(/^ok .*# SKIP.*$/gm) ?? []
    const planned = Number(/^1\.\.(\d+)/m.exec(text)?.[1] ?? 1)
    const isWhole = passed + failed + skips.length === planned
    const isBroken = !isWhole || (code !== 0 && failed === 0)
    sum.passed += passed
    sum.failed += failed + (isBroken ? 1 : 0)
    sum.skipped += skips.length
    for (const line of skips) console.log(`${family}: ${name}: skipped: ${line}`)
    if (failed > 0 || isBroken) console.log(`${family}: ${name}: failed (exit ${code})\n${text}`)
}

const waiting = [...programs]
async function work() {
    for (let program = waiting.shift(); program; program = waiting.shift()) {
        const begin = Date.now()
        count(await run(program), program)
        const seconds = (Date.now() - begin) / 1000
        if (seconds > 5) console.log(`${family}: ${basename(program)} took ${seconds.toFixed(1)} s`)
    }
}
await Promise.all(Array.from({ length: availableParallelism() }, work))
console.log(`${family}: ${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`)
process.exit(sum.failed > 0 || sum.passed === 0 ? 1 : 0)
