// run.mjs: the same script through both twins: the native command, the SIMD module in Node, the
// scalar module in Node, the SIMD module in Chromium. All outputs have the same SHA-256, all
// refusals the same sentence.
//
//   node tests/twin/run.mjs [FILE...]     default: the vectors, the demo's file, the file of all
// types
import { execFile, fork } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { serve } from '../../examples/serve.mjs'
import { openFile } from '../../web/dist/node.js'
import { parquet } from '../cli/parquet.mjs'
import { launch } from '../web/browser.mjs'
import { casesOf, damaged, fewCasesOf } from './script.mjs'

const VECTORS = 'tests/vectors/files'
const OUT = 'build/twin'
// What the run without arguments must at least find equal: no test may fall silent.
const LEAST = { outputs: 3400, refusals: 2000 }
// Cases in which damage may go unnoticed: see isUnnoticedDamage().
const UNNOTICED_MAX = 20
const NATIVE = 'build/alimentar'
const LIMITED_NATIVE = 'build/twin-limited'
// What the command adds to the library's sentence.
const COMMAND_HINT = /; (--columns takes others|did you mean "[^"]*"\?)$/

function defaultFiles() {
    const vectors = fs
        .readdirSync(VECTORS, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.endsWith('.expected.jsonl'))
        .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    const own = fs.readdirSync('tests/twin/data').filter((name) => name.endsWith('.parquet'))
    const others = [
        ...own.sort().map((name) => `tests/twin/data/${name}`),
        'examples/dashboard/data/nyc-weather-2013.parquet',
        'tests/web/data/forms.parquet',
    ]
    return [...others, ...vectors.sort()]
}

/** Cases of a file; of one that the twins refuse, two formats. */
async function cases(file) {
    const size = fs.statSync(file).size
    try {
        const dataset = await openFile(file)
        const names = dataset.schema.fields.map((field) => field.name)
        const plain = names.filter(
            (name, index) => /^[^#\\.,\0]*$/.test(name) && names.indexOf(name) === index,
        )
        const rows = dataset.numRows
        dataset.close()
        const make = file.startsWith(VECTORS) ? fewCasesOf : casesOf
        return make(file, plain.length === 0 ? ['nothing'] : plain, rows, size)
    } catch {
        return ['csv', 'arrow'].map((format) => ({ file, format }))
    }
}

function execute(command, words) {
    return new Promise((resolve) => {
        execFile(command, words, { maxBuffer: 1 << 28 }, (error, stdout, stderr) =>
            resolve({ code: error === null ? 0 : (error.code ?? error.signal), stdout, stderr }),
        )
    })
}

/** The native command's answer; what the wasm twin alone takes is left out. */
async function answerNative(one, index) {
    const { file, damage, format, compression, columns, limit, offset } = one
    const folder = `${OUT}/${index}`
    fs.mkdirSync(folder, { recursive: true })
    const input = damage === undefined ? file : `${folder}/${path.basename(file)}`
    if (damage !== undefined) fs.writeFileSync(input, damaged(fs.readFileSync(file), damage))
    const output = `${folder}/out.${format}`
    const words = ['convert', '-q', '--force', input, output]
    if (columns !== undefined) words.push('--columns', columns.join(','))
    if (compression !== undefined) words.push('--compression', compression)
    if (limit !== undefined) words.push('--limit', String(limit))
    if (offset !== undefined) words.push('--offset', String(offset))
    const { code, stderr } = await execute(NATIVE, words)
    if (code === 0) {
        const bytes = fs.readFileSync(output)
        fs.rmSync(folder, { recursive: true })
        return {
            sha256: crypto.createHash('sha256').update(bytes).digest('hex'),
            bytes: bytes.length,
        }
    }
    fs.rmSync(folder, { recursive: true })
    const head = `alimentar: ${input}: `
    const isLine = stderr.startsWith(head) && stderr.indexOf('\n') === stderr.length - 1
    const sentence = stderr.slice(head.length, -1).replace(COMMAND_HINT, '')
    return { error: isLine ? sentence : `exit ${code}: ${stderr}` }
}

async function native(all) {
    const answers = []
    let at = 0
    const work = async () => {
        while (at < all.length) {
            const index = at
            at += 1
            answers[index] = await answerNative(all[index], index)
        }
    }
    await Promise.all([work(), work(), work()])
    return answers
}

/** A module in a Node of its own. */
function inNode(all, wasm) {
    return new Promise((resolve, reject) => {
        const child = fork(fileURLToPath(new URL('worker.mjs', import.meta.url)), [wasm])
        child.on('message', resolve)
        child.on('error', reject)
        child.on('exit', (code) => reject(new Error(`worker ended with ${code}`)))
        child.send(all)
    })
}

async function inChromium(all) {
    const server = await serve()
    const browser = await launch()
    try {
        const page = await browser.newPage()
        await page.goto(`${server.origin}/tests/web/page/index.html`)
        return await page.evaluate(async (script) => {
            const { open } = await import('/web/dist/index.js')
            const { answer } = await import('/tests/twin/script.mjs')
            const held = new Map()
            const answers = []
            for (const one of script) {
                if (!held.has(one.file)) {
                    const response = await fetch(`/${one.file}`)
                    held.set(one.file, new Uint8Array(await response.arrayBuffer()))
                }
                answers.push(await answer(open, one, held.get(one.file)))
            }
            return answers
        }, all)
    } finally {
        await browser.close()
        await server.close()
    }
}

/** What convert.mjs prints, and how it ends, is what the command does. */
async function compareCommands() {
    const failures = []
    const broken = `${OUT}/broken.parquet`
    const refused = `${OUT}/refused.parquet`
    fs.writeFileSync(broken, 'PAR1 is not enough PAR1')
    fs.writeFileSync(
        refused,
        parquet([
            { name: 'id', type: 'int32', values: [1] },
            { name: 'price', type: 'int32', precision: 99, values: [2] },
        ]),
    )
    for (const input of [
        `${OUT}/nix.parquet`,
        OUT,
        broken,
        fileURLToPath(import.meta.url),
        refused,
    ]) {
        const output = `${OUT}/command.csv`
        const one = await execute(NATIVE, ['convert', input, output])
        const two = await execute(process.execPath, ['tests/twin/convert.mjs', input, output])
        if (one.code !== two.code || one.stderr !== two.stderr || one.code === 0) {
            failures.push(`convert ${input}: ${JSON.stringify(one)} and ${JSON.stringify(two)}`)
        }
        if (fs.existsSync(output)) failures.push(`convert ${input} left an output`)
    }
    return failures
}

// Files that need more memory than the limit, and one that does not.
const LIMITED = [
    ['examples/dashboard/data/nyc-weather-2013.parquet', 262144],
    ['examples/dashboard/data/nyc-weather-2013.parquet', 65536],
    ['tests/harness/data/trips.parquet', 65536],
    ['tests/harness/data/trips.arrow', 65536],
    ['tests/harness/data/plain.parquet', 16777216],
]

/** What is said of the limit on memory does not tell how large pointers are. */
async function compareLimits() {
    const failures = []
    for (const [file, bytes] of LIMITED) {
        const one = (await execute(LIMITED_NATIVE, [file, String(bytes)])).stdout.trim()
        let two
        try {
            const dataset = await openFile(file, { memoryBytesMax: bytes })
            let rows = 0
            for await (const batch of dataset.batches()) rows += batch.numRows
            two = `rows ${rows}`
        } catch (error) {
            two = `${error.code} ${error.message}`
        }
        const isExpected = bytes > 1e6 ? /^rows \d+$/ : /^limit .*memory_bytes_max of \d+ allows$/
        if (one !== two || !isExpected.test(one)) {
            failures.push(`${file} within ${bytes} bytes:\n  native: ${one}\n  wasm: ${two}`)
        }
    }
    return failures
}

const files = process.argv.length > 2 ? process.argv.slice(2) : defaultFiles()
fs.rmSync(OUT, { recursive: true, force: true })
fs.mkdirSync(OUT, { recursive: true })
const all = []
for (const file of files) all.push(...(await cases(file)))
const sides = {
    native: await native(all),
    'wasm in Node': await inNode(all, 'build/wasm/alimentar.wasm'),
    'scalar wasm in Node': await inNode(all, 'build/wasm/alimentar-scalar.wasm'),
    'wasm in Chromium': await inChromium(all),
}
const failures = [...(await compareCommands()), ...(await compareLimits())]
/**
 * The system's zstd decodes two symbols at a time and does not notice every damage that the smaller
 * build of the same version in the module does: data without a checksum comes out as something.
 */
function isUnnoticedDamage(answers) {
    const [native, ...modules] = answers.map(([, text]) => text)
    return (
        native.includes('"sha256"') &&
        /^\{"error":"[^"]*zstd data is damaged/.test(modules[0]) &&
        modules.every((text) => text === modules[0])
    )
}

let outputs = 0
let refusals = 0
let unnoticed = 0
all.forEach((one, index) => {
    const answers = Object.entries(sides).map(([name, list]) => [name, JSON.stringify(list[index])])
    const isEqual = answers.every(([, text]) => text === answers[0][1])
    const isTrap = answers.some(([, text]) => /TRAP|exit /.test(text))
    if (isUnnoticedDamage(answers)) {
        unnoticed += 1
    } else if (!isEqual || isTrap) {
        const told = answers.map(([name, text]) => `  ${name}: ${text}`).join('\n')
        failures.push(`${JSON.stringify(one)}\n${told}`)
    } else if (sides.native[index].error === undefined) {
        outputs += 1
    } else {
        refusals += 1
    }
})
for (const failure of failures) console.log(`twin: FAILED ${failure}`)
console.log(
    `twin: ${files.length} files; ${outputs} equal outputs and ${refusals} equal refusals by ` +
        `${Object.keys(sides).length} builds`,
)
if (unnoticed > 0) console.log(`twin: ${unnoticed} times the module alone noticed damage of zstd`)
if (unnoticed > UNNOTICED_MAX) failures.push(`more than ${UNNOTICED_MAX} times`)
const passed = outputs + refusals
console.log(`twin: ${passed} passed, ${failures.length} failed, 0 skipped`)
const isEnough =
    process.argv.length > 2 || (outputs >= LEAST.outputs && refusals >= LEAST.refusals)
if (!isEnough) console.log(`twin: fewer than the ${JSON.stringify(LEAST)} that were equal before`)
process.exitCode = failures.length === 0 && isEnough ? 0 : 1
