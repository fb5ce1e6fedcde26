// Plants each fault of tests/lint/faults into a copy of the tree and asks its gate: it must turn
// red and say its name. A gate that stays green, or was red before, fails the run.
//
//     node tests/lint/faults.mjs [NAME...]
//
// A fault is a patch with a head of four lines before the first "diff" or "---":
//     Fault: what was planted, in words
//     Gate: name of the gate
//     Run: the gate's command, after its build
//     Prints: a regular expression that a line of the gate's output matches
// When all that were run are found, their rows of the table in docs/testing.md are written anew.
import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { copyTree } from './copy.mjs'

const FOLDER = 'tests/lint/faults'
const TREE = 'build/faults/tree'
// Linked anew after each fault: make does not notice that a source is gone.
const LINKED = ['libalimentar.a', 'libalimentar.so.1', 'asan/libalimentar.a', 'fuzz/libalimentar.a',
    'wasm/linked.wasm', 'wasm/alimentar.wasm', 'wasm/alimentar-scalar.wasm']
const SECONDS_MAX = 900
const COLUMNS_MAX = 110

function readFault(file) {
    const text = readFileSync(`${FOLDER}/${file}`, 'utf8')
    const head = (key) => new RegExp(`^${key}: (.+)$`, 'm').exec(text)?.[1]
    const fault = { file, what: head('Fault'), gate: head('Gate'), run: head('Run'),
        prints: head('Prints') }
    for (const [key, value] of Object.entries(fault)) {
        if (!value) throw new Error(`${FOLDER}/${file}: no ${key} in its head`)
    }
    return fault
}

function shell(command) {
    const { status, stdout, stderr } = spawnSync('bash', ['-c', `${command} 2>&1`],
        { cwd: TREE, encoding: 'utf8', timeout: SECONDS_MAX * 1000, maxBuffer: 1 << 28 })
    return { isGreen: status === 0, text: `${stdout}${stderr}` }
}

function patch(file, ...options) {
    const { status, stderr } = spawnSync('git',
        ['apply', '-C1', '--whitespace=nowarn', ...options, resolve(FOLDER, file)],
        { cwd: TREE, encoding: 'utf8' })
    return status === 0 ? null : stderr.trim()
}

// Null if the gate bites, else what is wrong.
function plant(fault) {
    const trouble = patch(fault.file)
    if (trouble) return `the patch does not apply: ${trouble}`
    const { isGreen, text } = shell(fault.run)
    const undone = patch(fault.file, '-R')
    for (const path of LINKED) rmSync(`${TREE}/build/${path}`, { force: true })
    if (undone) throw new Error(`${fault.file} can not be taken back: ${undone}`)
    const line = text.split('\n').find((each) => new RegExp(fault.prints).test(each))
    fault.printed = line?.trim()
    if (isGreen) return `${fault.gate} stayed green`
    if (line) return null
    return `${fault.gate} turned red, but printed no /${fault.prints}/:\n${text.slice(-1500)}`
}

const patches = () => readdirSync(FOLDER).filter((file) => file.endsWith('.patch')).sort()

function cut(text) {
    const plain = text.replaceAll('|', '\\|').replace(/0x[0-9a-f]+/g, '0x…')
        .replace(/^==\d+==/, '').replaceAll(`${resolve(TREE)}/`, '')
    return plain.length > COLUMNS_MAX ? `${plain.slice(0, COLUMNS_MAX)}…` : plain
}

function writeTable(faults) {
    const page = readFileSync('docs/testing.md', 'utf8')
    const between = /(<!-- faults: begin[^>]*-->\n)([\s\S]*?)(<!-- faults: end -->)/
    const before = between.exec(page)?.[2].split('\n')
    if (!before) throw new Error('docs/testing.md has no place for the table')
    const rows = patches().map((patch) => {
        const found = faults.find(({ file }) => file === patch)
        if (!found) return before.find((row) => row.includes(`(\`${patch}\`)`)) ?? null
        return `| ${found.gate} | ${found.what} (\`${patch}\`) | \`${cut(found.printed)}\` |`
    })
    const table = ['| gate | fault | what it printed |', '| --- | --- | --- |', ...rows, '']
    const text = table.filter((row) => row !== null).join('\n')
    const put = (all, head, old, end) => head + text + end
    writeFileSync('docs/testing.md', page.replace(between, put))
}

const names = process.argv.slice(2)
const faults = patches().map(readFault)
    .filter(({ file }) => names.length === 0 || names.includes(file.replace('.patch', '')))
copyTree(TREE)
let failed = 0
for (const run of new Set(faults.map((fault) => fault.run))) {
    const { isGreen, text } = shell(run)
    if (isGreen) continue
    failed += 1
    console.log(`faults: "${run}" is red before any fault:\n${text.slice(-2000)}`)
}
for (const fault of failed === 0 ? faults : []) {
    const begin = Date.now()
    const trouble = plant(fault)
    failed += trouble ? 1 : 0
    const seconds = ((Date.now() - begin) / 1000).toFixed(1)
    console.log(`faults: ${fault.file}: ${trouble ?? `found by ${fault.gate}`} (${seconds} s)`)
}
if (failed === 0) writeTable(faults)
console.log(`faults: ${faults.length - failed} found, ${failed} failed`)
process.exit(failed === 0 && faults.length > 0 ? 0 : 1)
