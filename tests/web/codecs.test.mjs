// Every codec through the package: brotli by the module that is loaded on demand, and what is told
// where it is not served.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'

import { open } from '../../web/dist/index.js'

const root = new URL('../../', import.meta.url)
const bytes = new Uint8Array(fs.readFileSync(new URL('tests/harness/data/codecs.parquet', root)))
const codecs = ['gzip', 'zstd', 'lz4', 'brotli', 'snappy', 'none']

test('columns of every codec hold the same values', async () => {
    const dataset = await open(bytes)
    const columns = await dataset.columns()
    const plain = { n: columns.none_n.toArray(), t: columns.none_t.toArray() }
    assert.equal(plain.n.length, 400)
    for (const codec of codecs) {
        assert.deepEqual(columns[`${codec}_n`].toArray(), plain.n)
        assert.deepEqual(columns[`${codec}_t`].toArray(), plain.t)
    }
    dataset.close()
})

test('two scans decompress brotli at once', async () => {
    const dataset = await open(bytes)
    const names = ['brotli_n', 'brotli_t']
    const [first, second] = await Promise.all([dataset.columns(names), dataset.columns(names)])
    for (const name of names) assert.deepEqual(first[name].toArray(), second[name].toArray())
    dataset.close()
})

test('a scan of brotli that is aborted at any moment leaves nothing behind', async () => {
    const dataset = await open(bytes)
    await dataset.columns(['brotli_n'])
    const held = dataset.memoryBytes()
    for (let turns = 0; turns < 12; turns += 1) {
        const controller = new AbortController()
        const reading = dataset.columns(['brotli_n'], { signal: controller.signal })
        const settled = reading.then(
            () => 'read',
            (error) => error.message,
        )
        for (let i = 0; i < turns; i += 1) await Promise.resolve()
        controller.abort(new Error('enough'))
        assert.match(await settled, /^(read|enough)$/)
        assert.equal(dataset.memoryBytes(), held)
    }
    dataset.close()
})

test('damaged brotli is a corrupt page that names its column', async () => {
    const dataset = await open(bytes)
    const whole = await dataset.columns(['brotli_n'])
    assert.equal(whole.brotli_n.length, 400)
    dataset.close()
    const damaged = bytes.slice()
    damaged.fill(0xff, 4700, 4900)
    const other = await open(damaged)
    await assert.rejects(other.columns(['brotli_n']), (error) => {
        assert.equal(error.code, 'corrupt')
        assert.equal(error.column, 'brotli_n')
        assert.match(error.message, /is no brotli data .*row group 0/)
        return true
    })
    other.close()
})

test('init({ brotli }) tells where brotli.wasm is, at any time, here and in a worker', async () => {
    const folder = fs.mkdtempSync(`${os.tmpdir()}/alimentar-codecs-`)
    try {
        fs.cpSync(new URL('web/dist', root), folder, { recursive: true })
        fs.renameSync(`${folder}/brotli.wasm`, `${folder}/elsewhere.wasm`)
        const moved = fs.readFileSync(`${folder}/elsewhere.wasm`)
        const place = pathToFileURL(`${folder}/elsewhere.wasm`)
        const read = async (dataset) => (await dataset.columns(['brotli_n'])).brotli_n.length
        for (const entry of ['index.js', 'worker_node.js']) {
            const other = await import(pathToFileURL(`${folder}/${entry}`).href)
            const dataset = await other.open(bytes)
            await assert.rejects(read(dataset), /or call init\(\{ brotli: its URL or bytes \}\)/)
            const wrong = new URL('nix.wasm?SECRET', place)
            await other.init({ brotli: wrong })
            await assert.rejects(read(dataset), /brotli\.wasm was not found at .*nix\.wasm\?… /)
            for (const brotli of [place, place.href, moved, await WebAssembly.compile(moved)]) {
                await other.init({ brotli })
                assert.equal(await read(dataset), 400)
            }
            dataset.close()
        }
    } finally {
        fs.rmSync(folder, { recursive: true })
    }
})

test('a package without brotli.wasm names the file, and reads what needs none', async () => {
    const folder = fs.mkdtempSync(`${os.tmpdir()}/alimentar-codecs-`)
    try {
        fs.cpSync(new URL('web/dist', root), folder, { recursive: true })
        fs.rmSync(`${folder}/brotli.wasm`)
        const other = await import(pathToFileURL(`${folder}/index.js`).href)
        const dataset = await other.open(bytes)
        assert.equal((await dataset.columns(['zstd_n'])).zstd_n.length, 400)
        await assert.rejects(dataset.columns(['brotli_n']), (error) => {
            assert.equal(error.code, 'unsupported')
            assert.match(error.message, /is not supported by this host.*brotli\.wasm was not/)
            return true
        })
        dataset.close()
    } finally {
        fs.rmSync(folder, { recursive: true })
    }
})
