// report.mjs: the page docs/benchmarks.md from the results of tests/bench/run.mjs.

const table = (head, rows) => [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`,
    ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n')
const megabytes = (bytes) => (bytes ? `${Math.round(bytes / 1e6)} MB` : '')

function rowOf({ name, ms, decodeMs, ratio, least, most, memory }, index, isNative) {
    const verdict = index === 0 ? '1' : `${ratio.toFixed(2)} (${least.toFixed(2)} to ` +
        `${most.toFixed(2)})${ratio < 1 ? ', **faster than alimentar**' : ''}`
    const first = [name, `${ms.toFixed(0)} ms`]
    return isNative ? [...first, verdict]
        : [...first, `${decodeMs.toFixed(0)} ms`, verdict, megabytes(memory)]
}

function section({ place, case: name, rounds, rows, failed, load, yardstickMs }) {
    const isNative = place.startsWith('native')
    const head = isNative ? ['reader', 'time', 'times ours']
        : ['reader', 'time', 'until it returns', 'times ours', 'wasm memory']
    const left = failed.map(({ name: who, why }) => `${who} is left out: ${why}.`).join(' ')
    return `### ${place}: ${name}\n\n` +
        `${table(head, rows.map((row, i) => rowOf(row, i, isNative)))}\n\n` +
        `${rounds} rounds; load ${load.toFixed(1)}, yardstick ${yardstickMs.toFixed(0)} ms. ${left}`
            .trim()
}

const stepTable = (steps) => table(
    ['file', 'steps', 'median', 'p99', 'longest', 'abort', 'wasm memory'],
    steps.map(({ case: name, steps: count, p50, p99, most, abort, memory }) =>
        [name, count, ...[p50, p99, most, abort].map((ms) => `${ms.toFixed(1)} ms`),
            megabytes(memory)]))

const METHOD = `In Node and Chromium the bytes are in memory before the clock starts, and it
stops when
every value was read once in JavaScript, by the cheapest documented way (text of alimentar by
code and
value). Natively one thread reads the file into memory, text as plain strings (Polars: views).
Readers
take turns, each in a process or page of its own; the time is the median, the ratio the median of
the
rounds' ratios, with the least and the greatest in brackets.

To repeat: \`make bench\` (\`BENCH=all\` for more cases; the peers' versions are pinned in
\`tests/bench\`).`

const DATA = `Data: \`taxi\` 2,000,000 rows of 18 columns (times, integers, doubles, text of few
values),
  \`text\` 200,000 rows with 325 bytes of words each; Parquet by DuckDB, row groups of 122,880
  rows.`

const STEPS = `Each step of a whole read by batches, in a worker in Chromium, and the longest of
five aborts
in the middle of \`columns()\`: from \`abort()\` to the rejection, with nothing held any more.`

export function pageOf(all) {
    const { machine } = all
    return `# Benchmarks

Written by \`make bench\` on ${all.when} (${all.minutes.toFixed(0)} minutes). Every reader's
answer was
checked against what the generator knows of the data before it was timed; what was read wrongly
is left
out and named. A ratio above 1 is a reader slower than alimentar, one below 1 a case that
alimentar loses.

- Machine: ${machine.cpu}, ${machine.cores} processors, ${machine.memoryGB} GB, ${machine.system}.
  Load before: ${machine.loadBefore.toFixed(1)}.
- Node ${all.node}, Chromium ${all.chromium}.
- ${[...all.versions, ...all.pythonVersions].join(', ')}.
- ${DATA}

${METHOD}

## Reading

${all.results.map(section).join('\n\n')}

## Steps

${STEPS}

${stepTable(all.steps)}
`
}
