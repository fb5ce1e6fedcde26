// summaries.test.mjs: Parquet summaries "_metadata": read as the files that they name, by paths, by
// URLs and in lists, and refused where a source leads to no other file.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'

import { serve } from '../../examples/serve.mjs'
import { open } from '../../web/dist/index.js'
import { openFile } from '../../web/dist/node.js'
import * as worker from '../../web/dist/worker_node.js'
import { parquet, summary } from '../cli/parquet.mjs'

const SET = 'tests/twin/data/summary'
const EXPECTED = [
    { n: 0, where: { at: 0, tags: [] }, city: 'São Paulo', year: 2023 },
    { n: 1, where: { at: 0.5, tags: ['t1'] }, city: 'São Paulo', year: 2023 },
    { n: 2, where: { at: 1, tags: ['t2', 't2'] }, city: 'Rio', year: 2023 },
    { n: 3, where: { at: 1.5, tags: [] }, city: 'Rio', year: 2023 },
    { n: 4, where: { at: 2, tags: ['t4'] }, city: 'Rio', year: 2024 },
    { n: 5, where: { at: 2.5, tags: ['t5', 't5'] }, city: 'Rio', year: 2024 },
    { n: 6, where: { at: 3, tags: [] }, city: 'Rio', year: 2024 },
    { n: 7, where: { at: 3.5, tags: ['t7'] }, city: 'Rio', year: 2024 },
    { n: 8, where: { at: 4, tags: ['t8', 't8'] }, city: 'Rio', year: 2024 },
]
let server

before(async () => {
    server = await serve()
})
after(() => server.close())

const plain = (rows) => JSON.parse(JSON.stringify(rows))
const isLast = (request) => request.path.endsWith('year=2024/city=Rio/part-0.parquet')

test('a summary that pyarrow wrote is read alike in every way', async () => {
    const url = `${server.origin}/${SET}/_metadata`
    const openings = [openFile(`${SET}/_metadata`), open(url), worker.open(url), open([url])]
    for (const dataset of await Promise.all(openings)) {
        assert.equal(dataset.numRows, 9)
        assert.deepEqual(plain(await dataset.head(99)), EXPECTED)
        dataset.close()
    }
    const lines = execFileSync('build/alimentar', ['cat', '--to', 'jsonl', `${SET}/_metadata`])
    assert.deepEqual(lines.toString().trim().split('\n').map((line) => JSON.parse(line)), EXPECTED)
})

test('a summary costs one footer, and of its files only what is asked for', async () => {
    const dataset = await open(`${server.origin}/${SET}/_metadata?key=SECRET`)
    assert.equal(dataset.requests.length, 1)
    const { n, year } = await dataset.columns(['n', 'year'], { offset: 5, limit: 3 })
    assert.deepEqual([[...n], [...year]], [[5, 6, 7], [2024, 2024, 2024]])
    const [, ...asked] = dataset.requests
    assert.ok(asked.length > 0 && asked.every(isLast), JSON.stringify(asked))
    assert.ok(!server.log.at(-1).url.includes('SECRET'))
    dataset.close()
})

test('_common_metadata has a schema and no rows', async () => {
    const dataset = await openFile(`${SET}/_common_metadata`)
    assert.deepEqual(dataset.schema.fields.map(({ name }) => name), ['n', 'where'])
    assert.equal(dataset.numRows, 0)
    assert.deepEqual(await dataset.head(1), [])
    dataset.close()
})

test('a summary in a list stands for its files', async () => {
    const url = `${server.origin}/${SET}/_metadata`
    for (const opening of [open([url, url]), openFile([`${SET}/_metadata`, `${SET}/_metadata`])]) {
        const dataset = await opening
        assert.deepEqual(plain(await dataset.head(99)), [...EXPECTED, ...EXPECTED])
        dataset.close()
    }
    const part = `${SET}/year=2024/city=Rio/part-0.parquet`
    const twice = { code: 'argument', message: /rows would come twice/ }
    await assert.rejects(openFile([`${SET}/_metadata`, part]), twice)
    await assert.rejects(open([url, `${server.origin}/${part}`]), twice)
})

test('sources that lead to no other file say so by name', async () => {
    const bytes = fs.readFileSync(`${SET}/_metadata`)
    const sources = [
        bytes,
        new Blob([bytes]),
        new Response(bytes),
        { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) },
        () => `${server.origin}/${SET}/_metadata`,
    ]
    for (const source of sources)
        await assert.rejects(open(source), {
            code: 'unsupported',
            message: /rows lie in the file "year=2023\/.*: following to other files is not supp/,
        })
})

test('what a summary says of a file and is not so is an error that names the file', async () => {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), 'alimentar-summary-'))
    const columns = [{ name: 'n', type: 'int64', values: [1, 2] }]
    const lies = {
        missing: [{ path: 'none.parquet', columns }, 'not_found'],
        short: [{ path: 'a.parquet', columns, at: 9999 }, 'truncated'],
        rows: [{ path: 'a.parquet', columns, rows: 3 }, 'corrupt'],
        elsewhere: [{ path: 'a.parquet', columns, at: 5 }, 'corrupt'],
    }
    const serving = await serve({ root })
    fs.writeFileSync(path.join(root, 'a.parquet'), parquet(columns))
    try {
        for (const [name, [member, code]] of Object.entries(lies)) {
            fs.writeFileSync(path.join(root, name), summary([member]))
            for (const place of [root, serving.origin]) {
                const dataset = await (place === root ? openFile : open)(`${place}/${name}`)
                const reading = dataset.columns(['n'])
                await assert.rejects(reading, { code, path: `${place}/${member.path}` })
                dataset.close()
            }
        }
        for (const name of ['../a.parquet', '//evil.example/a', 'http://evil.example/', 'a\\b']) {
            fs.writeFileSync(path.join(root, 'bad'), summary([{ path: name, columns }]))
            const bad = { code: 'corrupt', message: /no path below the folder of this one/ }
            await assert.rejects(openFile(`${root}/bad`), bad)
            await assert.rejects(open(`${serving.origin}/bad`), bad)
        }
    } finally {
        await serving.close()
        fs.rmSync(root, { recursive: true })
    }
})

test('a file of a summary that changes between two reads is told', async () => {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), 'alimentar-summary-'))
    const columnsOf = (values) => [{ name: 'n', type: 'int64', values }]
    const write = (name, bytes) => fs.writeFileSync(path.join(root, name), bytes)
    write('a.parquet', parquet(columnsOf([1, 2])))
    write('_metadata', summary([{ path: 'a.parquet', columns: columnsOf([1, 2]) }]))
    const serving = await serve({ root })
    try {
        const dataset = await open(`${serving.origin}/_metadata`)
        assert.deepEqual([...(await dataset.columns(['n'])).n], [1, 2])
        write('a.parquet', parquet(columnsOf([3, 4])))
        const changed = { code: 'changed', path: `${serving.origin}/a.parquet` }
        await assert.rejects(dataset.columns(['n']), changed)
        dataset.close()
    } finally {
        await serving.close()
        fs.rmSync(root, { recursive: true })
    }
})
