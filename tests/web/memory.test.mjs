// memory.test.mjs: what reads hold in the module and in JavaScript, and that nothing of it stays.
// In a process of its own, where nothing else is alive.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { inflateSync } from 'node:zlib'

import { open } from '../../web/dist/node.js'

const WEATHER = new URL('../../examples/dashboard/data/nyc-weather-2013.parquet', import.meta.url)
const bytes = new Uint8Array(fs.readFileSync(WEATHER))

test('whole columns are written into arrays of their final size, batch by batch', async () => {
    const dataset = await open(bytes)
    const { exports } = dataset._hold.core
    const columns = await dataset.columns(null, { batchSize: 1000 })
    let size = 0
    for (const { values, validity } of Object.values(columns)) {
        if (values === undefined) continue
        assert.equal(values.buffer.byteLength, values.byteLength)
        size += values.byteLength + (validity?.byteLength ?? 0)
    }
    const peak = exports.context_memory_peak_bytes(dataset._hold.context)
    assert.ok(peak < bytes.length + size / 4, `${peak} bytes in the module, ${size} of values`)
    const part = await dataset.columns(['temp'], { offset: 6000, limit: 9000 })
    assert.equal(part.temp.values.buffer.byteLength, 9000 * 8)
    dataset.close()
})

test('rows that a file only claims to have take no memory', async () => {
    const dataset = await open(bytes)
    dataset.numRows = 2 ** 40
    const { temp } = await dataset.columns(['temp'])
    assert.equal(temp.length, 26115)
    assert.ok(temp.values.buffer.byteLength <= 2 ** 26)
    dataset.close()
})

// Arrow streams of one batch, deflated: 100,000,000 binary values of no bytes, as rows and in one
// list of a fixed size.
const NO_BYTES = [
    ['f',
        'eNqNTrENgDAMcyFAhRAwdOgx3MPMCbzKEczBrdIKMRGpSW3ZcVRVDwArUo2Y0KOD54/lhBhEnl2s' +
        'k+YL2RPI9RiyarUdbkkzmham3zOWyjFWT9sDy57f2a3UmyL3i/FbufW6u+Js8K/cx1fuSPMBelIT' +
        'Kw==',
    ],
    ['l',
        'eNqdULERwjAMfBPF+HI5UOEiBQMwTNZIwR3pMhAjsQJDUIuPI8BHyRfSv3x6STYzuwFQrOjQI6JF' +
        'IiOCUIMqMYpHlj3f2UulmfxUvZ09X+mVWI2r1+PZKjJ1xL64qs8MR6364fmyTPPGpWjzPTPe6HCo' +
        'd23kc8NAf/H66LcFfNHgP+x+fOB31dLKnwAvbfMZjw==',
    ],
]

for (const [name, deflated] of NO_BYTES) {
    test(`values without bytes in column ${name} count towards memoryBytesMax`, async () => {
        const stream = inflateSync(Buffer.from(deflated, 'base64'))
        const memoryBytesMax = 2 ** 24
        const dataset = await open(stream, { memoryBytesMax })
        const turns = []
        const timer = setInterval(() => turns.push(0), 0)
        await assert.rejects(dataset.columns(), {
            code: 'limit',
            column: name,
            message: new RegExp(`^column "${name}" does not fit into the ${memoryBytesMax} bytes`),
        })
        clearInterval(timer)
        if (name === 'l') await assert.rejects(dataset.batches().next(), { code: 'limit' })
        else assert.ok(turns.length > 0, 'the event loop had no turn')
        dataset.close()
    })
}

test('a batch of views that is forgotten is released in the end, and told', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc')
    const dataset = await open(bytes)
    const base = dataset.memoryBytes()
    const forget = async () => {
        const batches = dataset.batches({ columns: ['temp'], views: true })
        assert.equal((await batches.next()).value.columns.length, 1)
        await batches.return()
    }
    await forget()
    assert.ok(dataset.memoryBytes() > base)
    for (let turn = 0; turn < 100 && dataset.warnings.length === 0; turn += 1) {
        collect()
        await new Promise((resolve) => setTimeout(resolve, 10))
    }
    assert.deepEqual(
        dataset.warnings.map(({ code }) => code),
        ['views_forgotten'],
    )
    assert.equal(dataset.memoryBytes(), base)
    dataset.close()
})

test('a batch of views ends with its block, by using', async () => {
    const dataset = await open(bytes)
    const base = dataset.memoryBytes()
    for await (const batch of dataset.batches({ columns: ['temp'], views: true })) {
        batch[Symbol.dispose]()
        assert.throws(() => batch.column('temp').values, { code: 'state' })
    }
    assert.equal(dataset.memoryBytes(), base)
    dataset.close()
})

test('closing between a batch and its use ends every read, and leaves nothing', async () => {
    const kept = await open(bytes)
    const { core } = kept._hold
    const reads = [
        (dataset) => dataset.columns(),
        (dataset) => dataset.batches().next(),
        (dataset) => dataset.batches({ views: true }).next(),
        (dataset) => dataset.head(),
        (dataset) => dataset.toArrow(),
    ]
    for (const read of reads) {
        for (let turns = 0; turns < 12; turns += 1) {
            const held = core.exports.heap_used_bytes()
            const dataset = await open(bytes)
            const done = read(dataset).then(
                (batch) => batch?.value?.release?.(),
                (error) => error,
            )
            for (let turn = 0; turn < turns; turn += 1) await null
            dataset.close()
            const outcome = await done
            assert.ok(outcome === undefined || outcome.code === 'state', String(outcome))
            assert.equal(core.exports.heap_used_bytes(), held)
        }
    }
    kept.close()
})

test('an instance whose memory had become large is made anew when nothing is alive', async () => {
    const [first, other] = [await open(bytes), await open(bytes)]
    const { core } = first._hold
    assert.ok(other._hold.core === core)
    core.memory.grow(1100)
    const batches = first.batches({ columns: ['temp'], views: true })
    const { value: batch } = await batches.next()
    await batches.return()
    first.close()
    other.close()
    const third = await open(bytes)
    assert.ok(third._hold.core === core)
    assert.ok(batch.column('temp').values.buffer === core.memory.buffer)
    third.close()
    batch.release()
    const fourth = await open(bytes)
    assert.ok(fourth._hold.core !== core, `${core.holders} are alive`)
    assert.ok(fourth._hold.core.memory.buffer.byteLength < core.memory.buffer.byteLength)
    fourth.close()
})
