// Runs all gates, or those named, side by side; each gate counts as a test.
//
//     node tests/lint/lint.mjs [NAME...]
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'

const GATES = ['format', 'text', 'layers', 'copies', 'status', 'frames', 'generated', 'contracts',
    'api', 'imports', 'size', 'paths']
const names = process.argv.length > 2 ? process.argv.slice(2) : GATES
const sum = { passed: 0, failed: 0 }

function run(name) {
    return new Promise((resolve) => {
        const child = spawn(process.execPath, [`tests/lint/${name}.mjs`])
        let text = ''
        child.stdout.on('data', (bytes) => { text += bytes })
        child.stderr.on('data', (bytes) => { text += bytes })
        child.on('close', (code) => {
            process.stdout.write(text)
            if (code !== 0 && !text.includes(`lint: ${name}: `)) console.log(`lint: ${name}: broke`)
            sum[code === 0 ? 'passed' : 'failed'] += 1
            resolve()
        })
    })
}

const waiting = [...names]
async function work() {
    for (let name = waiting.shift(); name; name = waiting.shift()) await run(name)
}
await Promise.all(Array.from({ length: availableParallelism() }, work))
console.log(`lint: ${sum.passed} passed, ${sum.failed} failed, 0 skipped`)
process.exit(sum.failed === 0 ? 0 : 1)
