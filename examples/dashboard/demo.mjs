// demo.mjs: the main job, in a terminal and in a browser: what both twins say of the same file is
// compared, and the page is left as a picture in build/demo/.
//
//   node examples/dashboard/demo.mjs       (make demo builds what it needs)
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import { fileURLToPath } from 'node:url'

import { launch } from '../../tests/web/browser.mjs'
import { serve } from '../serve.mjs'

const FILE = 'examples/dashboard/data/nyc-weather-2013.parquet'
const OUT = 'build/demo'

process.chdir(fileURLToPath(new URL('../../', import.meta.url)))
fs.rmSync(OUT, { recursive: true, force: true })
fs.mkdirSync(OUT, { recursive: true })

function run(title, command, words) {
    console.log(`\n$ ${title}`)
    process.stdout.write(execFileSync(command, words, { encoding: 'utf8' }))
}

/** Converts by both twins, and fails if one byte differs. */
function compareTwins() {
    console.log('\nThe native twin and the wasm twin, converting the file:')
    for (const format of ['arrow', 'csv', 'jsonl']) {
        const [native, wasm] = [`${OUT}/native.${format}`, `${OUT}/wasm.${format}`]
        execFileSync('build/alimentar', ['convert', FILE, native])
        execFileSync(process.execPath, ['tests/twin/convert.mjs', FILE, wasm])
        const hashes = [native, wasm].map((path) =>
            crypto.createHash('sha256').update(fs.readFileSync(path)).digest('hex'),
        )
        const bytes = fs.statSync(native).size.toLocaleString('en').padStart(9)
        console.log(
            `  ${format.padEnd(5)} ${bytes} bytes  sha256 ${hashes[0].slice(0, 32)}…  equal`,
        )
        assert.equal(hashes[1], hashes[0], `the twins differ in ${format}`)
    }
}

/** The figures that the page must show, out of the native twin's rows. */
function nativeFigures() {
    const lines = fs.readFileSync(`${OUT}/native.jsonl`, 'utf8').trimEnd().split('\n')
    const rows = lines.map((line) => JSON.parse(line))
    const known = rows.filter((row) => row.temp !== null)
    const first = (better) => known.reduce((a, b) => (better(b.temp, a.temp) ? b : a))
    const reading = ({ origin, temp, time_hour: time }) => ({
        airport: origin,
        degrees: temp,
        ms: Date.parse(time),
    })
    return {
        lowest: reading(first((a, b) => a < b)),
        highest: reading(first((a, b) => a > b)),
        mean: known.reduce((sum, row) => sum + row.temp, 0) / known.length,
        count: known.length,
        rows: rows.length,
    }
}

async function openPage() {
    const server = await serve()
    const browser = await launch()
    try {
        const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
        const errors = []
        page.on('pageerror', (error) => errors.push(String(error)))
        await page.goto(`${server.origin}/examples/dashboard/`)
        await page.waitForFunction(() => globalThis.dashboard !== undefined)
        const shown = await page.evaluate(() => globalThis.dashboard)
        await page.screenshot({ path: `${OUT}/dashboard.png` })
        assert.deepEqual(errors, [])
        assert.equal(shown.error, undefined)
        return { shown, log: server.log.filter(({ url }) => url.endsWith('.parquet')) }
    } finally {
        await browser.close()
        await server.close()
    }
}

run('alimentar info', 'build/alimentar', ['info', FILE])
run('alimentar head', 'build/alimentar', ['head', '-n', '5', FILE])
compareTwins()

const { shown, log } = await openPage()
const { bytes, requests, size, ...figures } = shown
assert.deepEqual(figures, nativeFigures(), 'the page shows other figures than the native twin')
assert.equal(log.length, requests)
console.log('\nThe page in Chromium shows what the native twin says:')
const { lowest, highest, mean } = figures
const numbers = [figures.rows, bytes, size].map((value) => value.toLocaleString('en'))
console.log(
    `  ${numbers[0]} rows, ${lowest.degrees} to ${highest.degrees} °F, mean ${mean.toFixed(2)}`,
)
console.log(`  ${requests} requests, ${numbers[1]} of ${numbers[2]} bytes fetched`)
for (const { method, range } of log) console.log(`    ${method} ${range}`)
console.log(`  picture: ${OUT}/dashboard.png`)
