// Runs the C examples on the demo's file and compares what they print.
import { spawnSync } from 'node:child_process'

const build = process.argv[2]
const file = 'examples/dashboard/data/nyc-weather-2013.parquet'
const cases = [
    { name: 'mean of a column', words: [file, 'temp'],
        code: 0, stdout: /^temp: \d+ values, mean \d+\.\d+\n$/ },
    { name: 'a column that is not there', words: [file, 'nosuch'],
        code: 1, stderr: /there is no column "nosuch"/ },
    { name: 'a column of another type', words: [file, 'origin'],
        code: 1, stderr: /^origin: not a float64 column\n$/ },
    { name: 'a file that is not there', words: ['nosuch.parquet', 'temp'],
        code: 1, stderr: /^nosuch\.parquet: / },
    { name: 'usage', words: [], code: 2, stderr: /^usage: mean FILE COLUMN\n$/ },
]

let failed = 0
for (const { name, words, code, stdout = /^$/, stderr = /^$/ } of cases) {
    const run = spawnSync(`${build}/examples/mean`, words, { encoding: 'utf8' })
    if (run.status === code && stdout.test(run.stdout) && stderr.test(run.stderr)) continue
    failed += 1
    console.log(`examples: ${name}: exit ${run.status}, ` +
        `stdout ${JSON.stringify(run.stdout)}, stderr ${JSON.stringify(run.stderr)}`)
}
console.log(`examples: ${cases.length - failed} passed, ${failed} failed, 0 skipped`)
process.exitCode = failed === 0 ? 0 : 1
