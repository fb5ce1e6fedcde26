// Every cell of the matrix of remote files (tests/services/matrix.mjs) by the command. It knows no
// origins and lets nothing be compressed.
//
//   node tests/services/matrix_command.mjs build/alimentar
import { spawn } from 'node:child_process'

import { cells, problemsOf, startMatrix, WANTED, wideRequests } from './matrix.mjs'

const command = process.argv[2]
const EXITS = { 0: 'ok', 3: 'not_found', 4: 'host' }
const environment = { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR, NO_PROXY: '*' }

function run(words) {
    return new Promise((resolve) => {
        const child = spawn(command, words, { env: environment, timeout: 60000 })
        let out = ''
        let error = ''
        child.stdout.on('data', (bytes) => (out += bytes))
        child.stderr.on('data', (bytes) => (error += bytes))
        child.on('close', (code, signal) => resolve({ out, error, code: signal ?? code }))
    })
}

async function read(url) {
    const words = ['convert', url, '-', '--to', 'csv', '--columns', WANTED.join(',')]
    const { out, error, code } = await run(words)
    const isChanged = code === 3 && /changed while it was read/.test(error)
    const rows = out.split('\n').slice(1, -1)
    const isLine = code === 0 || /^alimentar: http[^\n]*\n$/.test(error)
    return {
        outcome: isChanged ? 'changed' : isLine ? (EXITS[code] ?? `exit ${code}`) : error,
        rows: rows.length,
        sum: rows.flatMap((row) => row.split(',')).reduce((sum, cell) => sum + Number(cell), 0),
        isWhole: /ignores range requests: the whole file was fetched/.test(error),
        message: error,
    }
}

const server = await startMatrix()
const waiting = cells()
const sum = { passed: 0, failed: 0 }
async function work() {
    for (let cell = waiting.shift(); cell !== undefined; cell = waiting.shift()) {
        const found = await read(server.url(cell))
        const driver = { isElsewhere: false, takesGzip: false }
        const problems = problemsOf(cell, driver, found, server.seen(cell))
        if (problems.length === 0) sum.passed += 1
        else sum.failed += 1
        if (problems.length > 0 && sum.failed <= 9)
            console.log(`matrix: ${cell}: ${problems.join('; ')}
  ${found.message} ${JSON.stringify(server.seen(cell))}`)
    }
}
await Promise.all(Array.from({ length: 12 }, work))
const { code } = await run(['schema', server.wide('same')])
const asked = server.seenWide()
if (code === 0 && String(asked) === String(wideRequests(false))) sum.passed += 1
else {
    sum.failed += 1
    console.log(`matrix: a footer beyond 64 KiB takes one request more: ${asked}`)
}
await server.close()
console.log(`matrix: ${sum.passed} passed, ${sum.failed} failed, 0 skipped`)
process.exit(sum.failed > 0 || sum.passed === 0 ? 1 : 0)
