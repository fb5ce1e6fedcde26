// memory.test.mjs: what reads hold in the module and in JavaScript, and that nothing of it stays.
// In a process of its own, where nothing else is alive.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { inflateSync } from 'node:zlib'

import { Budget, grown, trimmed } from '../../web/dist/budget.js'
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

/** Bytes that typed arrays copy meanwhile: out of the module, and inside of JavaScript. */
async function copiesOf(core, work) {
    const typed = Object.getPrototypeOf(Uint8Array.prototype)
    const { set, slice } = typed
    const copies = { out: 0, inside: 0 }
    const count = (from, copied) => {
        copies[from.buffer === core.memory.buffer ? 'out' : 'inside'] += copied
    }
    typed.set = function (from, at) {
        const isIn = this.buffer === core.memory.buffer
        if (ArrayBuffer.isView(from) && !isIn) count(from, from.byteLength)
        return set.call(this, from, at)
    }
    typed.slice = function (...range) {
        const made = slice.apply(this, range)
        count(this, made.byteLength)
        return made
    }
    try {
        return { columns: await work(), ...copies }
    } finally {
        Object.assign(typed, { set, slice })
    }
}

/** Bytes of all arrays of columns, and what is made room for. */
function sizesOf(columns) {
    const sizes = { used: 0, held: 0 }
    const left = [...columns]
    for (let column = left.pop(); column !== undefined; column = left.pop()) {
        const { codes, plain } = column._dictionary ?? {}
        const arrays = { ...column._areas, codes, ...plain, area: column._areas.data }
        for (const array of new Set(Object.values(arrays))) {
            if (!ArrayBuffer.isView(array)) continue
            sizes.used += array.byteLength
            sizes.held += array.buffer.byteLength
        }
        left.push(...column.children)
    }
    return sizes
}

const NESTED = fs.readFileSync(new URL('data/nested.parquet', import.meta.url))

// Bytes that are copied once more inside of JavaScript, and room that is left in the end, as parts
// of the bytes of the columns. What texts and lists come to is guessed from the first batches; of
// streams nothing is known, so that their arrays double.
const COPIED = [
    ['numbers and codes of a Parquet file', bytes, {}, { again: 1e-4, spare: 0 }],
    ['texts of a Parquet file', bytes, { strings: 'plain' }, { again: 0.05, spare: 1 / 16 }],
    ['lists, maps and structs', NESTED, { strings: 'plain' }, { again: 0.5, spare: 1 / 16 }],
    ['some rows of a file', bytes, { offset: 7000, limit: 9000 }, { again: 1e-4, spare: 0 }],
    ['the first rows of a stream', 'stream', { limit: 9000 }, { again: 1e-4, spare: 1 / 16 }],
    ['a stream', 'stream', {}, { again: 2.5, spare: 1 / 16 }],
]

for (const [what, source, options, { again, spare }] of COPIED) {
    test(`${what} are copied once, out of the module`, async () => {
        const file = await open(bytes)
        const arrow = source === 'stream' ? await file.toArrow() : source
        file.close()
        const dataset = await open(arrow)
        const { core } = dataset._hold
        const budget = dataset.budget(1)
        dataset.budget = () => budget
        const batchSize = source === NESTED ? 100 : 1000
        const { columns, out, inside } = await copiesOf(core, () =>
            dataset.columns(null, { ...options, batchSize }),
        )
        const { used, held } = sizesOf(Object.values(columns))
        assert.ok(out <= used, `${out} bytes copied out of the module, ${used} in columns`)
        assert.ok(inside <= used * again, `${inside} bytes copied again, ${used} in columns`)
        assert.ok(held <= used * (1 + spare), `${held} bytes of arrays, ${used} in columns`)
        assert.ok(budget.held >= held, `${budget.held} bytes counted, ${held} of arrays`)
        assert.ok(budget.held <= held * 1.1, `${budget.held} bytes counted, ${held} of arrays`)
        dataset.close()
    })
}

test('arrays count as long as they are, and while they are copied both the old and the new', () => {
    const budget = new Budget(1000, 50)
    budget.field = { path: 'a' }
    const first = grown(new Float64Array(0), 10, 1000, budget)
    assert.equal(first.length, 80, 'eight times what has come')
    assert.equal(budget.held, 640)
    const small = grown(new Uint8Array(0), 10, 40, budget)
    assert.equal(small.length, 40, 'what is said to come')
    assert.equal(budget.held, 680)
    assert.throws(() => grown(first, 81, 0, budget), { code: 'limit', column: 'a' })
    const other = new Budget(2000, 50)
    const second = grown(first, 81, 0, other)
    assert.equal(second.length, 160, 'twice as long where nothing is known')
    assert.equal(other.held, 160 * 8 - first.byteLength)
    const last = grown(second, 161, 0, new Budget(161 * 8, 50))
    assert.equal(last.length, 161, 'what there is room for')
    assert.equal(trimmed(second, 155, other).buffer, second.buffer)
    assert.equal(trimmed(second, 100, other).buffer.byteLength, 800)
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
