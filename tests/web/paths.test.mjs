// paths.test.mjs: members of nested columns, asked for by their paths: what is fetched, counted at
// the server, in Node and in Chromium; and what cannot be asked for, in the words of the core.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { after, before, test } from 'node:test'

import { serve } from '../../examples/serve.mjs'
import { open, openFile } from '../../web/dist/node.js'
import { launch } from './browser.mjs'

const FILE = 'tests/web/data/nested.parquet'
const path = new URL(`../../${FILE}`, import.meta.url)
const bytes = fs.readFileSync(path)
const TAIL = 2073
const ROWS = 300

// Where the chunks of both row groups lie: offset and length.
const CHUNKS = {
    's.x': [[4, 1069], [12100, 1069]],
    's.t': [[1073, 1438], [13169, 1529]],
    's.in.a': [[2511, 1069], [14698, 1069]],
    's.in.b': [[3580, 1069], [15767, 1069]],
    'l.price': [[4649, 1720], [16836, 1752]],
    'l.name': [[6369, 2704], [18588, 2900]],
    'm.key': [[9073, 1019], [21488, 1019]],
    'm.value': [[10092, 1351], [22507, 1351]],
    'a.b': [[11443, 657], [23858, 657]],
}

// What is asked for, and the chunks that it is made of.
const ASKED = [
    { paths: [['s', 'x']], chunks: ['s.x'] },
    { paths: [['s', 't']], chunks: ['s.t'] },
    { paths: [['s', 'in']], chunks: ['s.in.a', 's.in.b'] },
    { paths: [['s', 'in', 'b']], chunks: ['s.in.b'] },
    { paths: [['l', 'price']], chunks: ['l.price'] },
    { paths: [['l', 'name']], chunks: ['l.name'] },
    { paths: [['m', 'key']], chunks: ['m.key'] },
    { paths: [['m', 'value']], chunks: ['m.value'] },
    { paths: [['s', 'x'], ['m', 'value'], ['l', 'name']], chunks: ['s.x', 'm.value', 'l.name'] },
    { paths: [['l', 'price'], ['s', 'x'], 'l'], chunks: ['l.price', 'l.name', 's.x'] },
    { paths: ['a.b'], chunks: ['a.b'] },
    { paths: [['#1', 'in', '#2']], chunks: ['s.in.b'] },
]

/** The ranges of chunks in the order of the file, where those that touch are one. */
function rangesOf(names) {
    const all = names.flatMap((name) => CHUNKS[name]).sort(([a], [b]) => a - b)
    const runs = []
    for (const [begin, length] of all) {
        const last = runs.at(-1)
        if (last !== undefined && last[1] === begin) last[1] += length
        else runs.push([begin, begin + length])
    }
    return runs.map(([begin, end]) => `bytes=${begin}-${end - 1}`)
}

const sizeOf = (names) =>
    names.flatMap((name) => CHUNKS[name]).reduce((sum, [, length]) => sum + length, 0)

/** Opens the file, reads some columns in each way, and tells what was asked of the server. */
async function requestsOf(alimentar, url, tailBytes, paths) {
    const seen = []
    const reads = [
        (dataset, options) => dataset.columns(paths, options),
        (dataset, options) => dataset.toArrow({ ...options, columns: paths }),
        async (dataset, options) => {
            for await (const batch of dataset.batches({ ...options, columns: paths }))
                batch.release()
        },
    ]
    for (const read of reads) {
        const dataset = await alimentar.open(url, { tailBytes })
        const before = dataset.requests.length
        await read(dataset, { coalesceBytes: 0 })
        const requests = dataset.requests.slice(before)
        seen.push({ count: requests.length, bytes: requests.reduce((n, one) => n + one.bytes, 0) })
        dataset.close()
    }
    return seen
}

let browser
let pages

before(async () => {
    browser = await launch()
    pages = await serve({})
})

after(async () => {
    await browser.close()
    await pages.close()
})

const inNode = (paths) => requestsOf({ open }, `${pages.origin}/${FILE}`, TAIL, paths)

async function inChromium(paths) {
    const page = await browser.newPage()
    try {
        await page.goto(`${pages.origin}/tests/web/page/index.html`)
        await page.waitForFunction(() => globalThis.alimentar !== undefined)
        return await page.evaluate(
            ([source, url, tailBytes, asked]) => {
                const run = new Function(`return (${source})`)()
                return run(globalThis.alimentar, url, tailBytes, asked)
            },
            [String(requestsOf), `/${FILE}`, TAIL, paths],
        )
    } finally {
        await page.close()
    }
}

for (const { paths, chunks } of ASKED) {
    for (const [where, reads] of Object.entries({ Node: inNode, Chromium: inChromium })) {
        const name = JSON.stringify(paths)
        test(`in ${where}, ${name} fetches the chunks of what was asked for alone`, async () => {
            pages.log.length = 0
            const seen = await reads(paths)
            const ranges = rangesOf(chunks)
            const expected = { count: ranges.length, bytes: sizeOf(chunks) }
            assert.deepEqual(seen, [expected, expected, expected])
            const asked = pages.log
                .filter(({ url }) => url === `/${FILE}`)
                .map(({ range }) => range)
            const all = [`bytes=-${TAIL}`, ...ranges]
            assert.deepEqual(asked.sort(), [...all, ...all, ...all].sort())
        })
    }
}

test('members have the values that their whole columns hold', async () => {
    const dataset = await openFile(path)
    const { s, l, m } = await dataset.columns(['s', 'l', 'm'])
    const paths = [['s', 'x'], ['s', 'in'], ['s', 'in', 'a'], ['l', 'price'], ['m', 'key']]
    const read = await dataset.columns(paths)
    assert.deepEqual(Object.keys(read), ['s.x', 's.in', 's.in.a', 'l.price', 'm.key'])
    const plain = (column) => [...column].map((value) => (value === null ? null : value))
    assert.deepEqual(plain(read['s.x']), plain(s).map((value) => value?.x ?? null))
    assert.deepEqual(plain(read['s.in']), plain(s).map((value) => value?.in ?? null))
    assert.deepEqual(plain(read['s.in.a']), plain(s).map((value) => value?.in.a ?? null))
    const prices = plain(l).map((value) => value && value.map(({ price }) => price))
    assert.deepEqual(plain(read['l.price']).map((value) => value && [...value]), prices)
    assert.deepEqual(plain(read['m.key']), plain(m).map((value) => value?.map(([k]) => k) ?? null))
    assert.equal(read['s.x'].length, ROWS)
    assert.equal(read['s.x'].nullCount, s.nullCount)
    assert.equal(read['s.x'].values[3], 0)
    dataset.close()
})

// The words are those of the core, of which the command gives the same.
const REFUSED = [
    [['nix', 'x'], 'not_found', 'there is no column "nix": the file has 4, from "s" to "a.b"'],
    [['a', 'b'], 'not_found', 'there is no column "a": the file has 4, from "s" to "a.b"'],
    [['s.x', 'y'], 'not_found', /^there is no column "s.*x": the file has 4, from "s" to "a.b"$/],
    [['#5', 'x'], 'not_found', /^there is no column ".*#5": the file has 4, from "s" to "a.b"$/],
    [['s', 'y'], 'not_found', 'column "s" has no member "y": it has 3, from "x" to "in"'],
    [['s', 'in', 'c'], 'not_found', 'column "s.in" has no member "c": it has 2, from "a" to "b"'],
    [['l', 'nix'], 'not_found', 'column "l" has no member "nix": it has 2, from "price" to "name"'],
    [['m', 'nix'], 'not_found', 'column "m" has no member "nix": it has 2, from "key" to "value"'],
    [['a.b', 'x'], 'not_found', 'column "a.b" has no member "x": it is of type int32'],
    [[], 'argument', 'the path of a column must be a list of at least one name'],
    [['s', 7], 'argument', 'the path of a column must be a list of at least one name'],
]

for (const [asked, code, message] of REFUSED) {
    test(`${JSON.stringify(asked)} is refused alike by every read`, async () => {
        const dataset = await openFile(path)
        const expected = { code, message, path: dataset.path }
        await assert.rejects(dataset.columns([asked]), expected)
        await assert.rejects(dataset.head(1, { columns: [asked] }), expected)
        await assert.rejects(dataset.toArrow({ columns: [asked] }), expected)
        dataset.close()
    })
}

// Which results collide: two of one key.
const KEYS = [
    [[['s', 'x'], ['s', 'x']], 's.x'],
    [[['a.b'], 'a.b'], 'a.b'],
    [[['#1', 'x'], ['#1', 'x']], '#1.x'],
    [[['s', 'in', 'a'], ['s', 'in'], ['s', 'in', 'a']], 's.in.a'],
]

for (const [asked, key] of KEYS) {
    test(`${JSON.stringify(asked)}: two results of one key are an error`, async () => {
        const dataset = await openFile(path)
        const message = new RegExp(`^column "${key}" is asked for twice`)
        await assert.rejects(dataset.columns(asked), { code: 'argument', message })
        await assert.rejects(dataset.head(1, { columns: asked }), { code: 'argument', message })
        dataset.close()
    })
}

test('a text with a dot is a path where no column is called so', async () => {
    const dataset = await openFile(path)
    const read = await dataset.columns(['s.x', 'l.price', 'a.b', 's.in.a'])
    const asked = await dataset.columns([['s', 'x'], ['l', 'price'], ['a.b'], ['s', 'in', 'a']])
    assert.deepEqual(Object.keys(read), ['s.x', 'l.price', 'a.b', 's.in.a'])
    for (const key of Object.keys(read)) assert.deepEqual([...read[key]], [...asked[key]], key)
    dataset.close()
})

test('a member and a column of its key are told apart by place', async () => {
    const dataset = await openFile(path)
    const read = await dataset.columns([['s', 'x'], ['#1', 'x'], ['a.b'], '#4', ['#1', 't']])
    assert.deepEqual(Object.keys(read), ['s.x', '#1.x', 'a.b', '#4', '#1.t'])
    assert.deepEqual([...read['#1.x']], [...read['s.x']])
    assert.deepEqual([...read['#4']], [...read['a.b']])
    dataset.close()
})

test('members of one name are told in the words of the core, and taken by place', async () => {
    const misfits = await openFile(new URL('data/misfits.arrow', import.meta.url))
    await assert.rejects(misfits.columns([['two', 'm']]), {
        code: 'argument',
        message:
            '2 members of column "two" are named "m": take one by its place, as #1 for the ' +
            'first of them',
    })
    const read = await misfits.columns([['two', '#1'], ['two', '#2']])
    assert.deepEqual(Object.keys(read), ['two.#1', 'two.#2'])
    assert.equal(read['two.#2'].length, 4)
    misfits.close()
})

test('a file that is held is read by paths too', async () => {
    const dataset = await open(bytes)
    const { 'l.name': names } = await dataset.columns([['l', 'name']], { offset: 150, limit: 3 })
    assert.deepEqual([...names], [null, ['item 151.0', 'item 151.1', 'item 151.2'], []])
    dataset.close()
})
