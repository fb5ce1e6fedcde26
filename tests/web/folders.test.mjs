// Folders in Node: their files as one data set, and their names as columns.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'

import { openFile } from '../../web/dist/node.js'
import { parquet } from '../cli/parquet.mjs'
import { encode } from '../twin/encode.mjs'

const weather = 'examples/dashboard/data/nyc-weather-2013.parquet'

function folder(names) {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), 'alimentar-folder-'))
    for (const name of names) {
        fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
        fs.copyFileSync(weather, path.join(root, name))
    }
    return root
}

test('the files of a folder are one data set, in the order of their paths', async () => {
    const root = folder(['k=2/a.parquet', 'k=1/b.parquet', 'k=1/_hidden', 'k=1/c.parquet'])
    fs.symlinkSync(root, path.join(root, 'k=1', 'loop'))
    try {
        const dataset = await openFile(root)
        assert.equal(await dataset.count(), 3 * 26115)
        assert.equal(dataset.files, 3)
        const { k } = await dataset.columns(['k'], { offset: 2 * 26115 - 1, limit: 2 })
        assert.deepEqual([...k], [1, 2])
        dataset.close()
    } finally {
        fs.rmSync(root, { recursive: true })
    }
})

test('a nested field may be null where it may be in any of the files', async () => {
    const root = folder([])
    const files = { a: [1], b: [null, 2], c: [3] }
    for (const [name, values] of Object.entries(files)) {
        const column = { within: 's', name: 'x', type: 'int32', values }
        fs.writeFileSync(path.join(root, `${name}.parquet`), parquet([column]))
    }
    try {
        const dataset = await openFile(root)
        const [field] = dataset.schema.fields
        assert.equal(field.nullable, false)
        assert.equal(field.type.children[0].nullable, true)
        dataset.close()
    } finally {
        fs.rmSync(root, { recursive: true })
    }
})

test('a listing of many names comes in pages', async () => {
    const root = folder(['one.parquet'])
    const long = 'x'.repeat(200)
    for (let i = 0; i < 700; i += 1) fs.writeFileSync(path.join(root, `${long}${i}.txt`), '')
    try {
        const dataset = await openFile(root)
        assert.equal(await dataset.count(), 26115)
        dataset.close()
    } finally {
        fs.rmSync(root, { recursive: true })
    }
})

test('a folder that holds no files is told', async () => {
    const root = folder([])
    try {
        const found = { code: 'not_found', message: 'the folder holds no files', path: root }
        await assert.rejects(openFile(root), found)
    } finally {
        fs.rmSync(root, { recursive: true })
    }
})

test('folders of a list, a pattern and the command are the same columns', async () => {
    const root = folder(['y=1/k=1/a.parquet', 'y=1/k=2/b.parquet', 'c.parquet'])
    const [one, two, out] = ['y=1/k=1/a.parquet', 'y=1/k=2/b.parquet', 'c.parquet'].map((name) =>
        path.join(root, name),
    )
    const keysOf = (names) => names.filter((name) => /^[yk]$/.test(name)).join()
    const cases = [
        [[one, two], 'k,y'],
        [[`${root}/y=1/k=*/*`], 'k,y'],
        [[`${root}/y=1/k=1/*`], 'k,y'],
        [[one, `${root}/y=1/k=2/*`], 'k,y'],
        [[one, out], ''],
        [[one], ''],
        [[path.join(root, 'y=1')], 'k'],
    ]
    try {
        for (const [paths, expected] of cases) {
            const dataset = await openFile(paths)
            assert.equal(keysOf(dataset.schema.fields.map(({ name }) => name)), expected, paths)
            dataset.close()
            const told = spawnSync('build/alimentar', ['schema', '--json', ...paths]).stdout
            const { columns } = JSON.parse(told.toString())
            assert.equal(keysOf(columns.map(({ name }) => name)), expected, paths)
        }
    } finally {
        fs.rmSync(root, { recursive: true })
    }
})

test('openFile of a pattern matches as the command does', async () => {
    const names = ['k=1/a.parquet', 'k=1/b.parquet', 'k=2/.c.parquet', 'k=2/d/ü.parquet']
    const root = folder([...names, 'x[1].parquet', 'xa.parquet', 'k=2/[a', 'k=2/e\\f'])
    fs.symlinkSync(path.join(root, 'k=1'), path.join(root, 'link'))
    const patterns = {
        'k=1/?.parquet': 2,
        'k=*/*.parquet': 2,
        '**/[ab].parquet': 2,
        '**/d/*': 1,
        'k=2/d/?.parquet': 0,
        'k=2/d/??.parquet': 1,
        'k=2/.*': 1,
        'x[[]1].parquet': 1,
        'x[!b-z].parquet': 1,
        'x\\[1].parquet': 1,
        'x[1].parquet': 1,
        'k=2/[a': 1,
        'k=2/e\\\\*': 1,
        'link/*': 2,
        'lin?/*': 0,
        'k=[1-2': 0,
        [`${'*a'.repeat(60)}`]: 0,
    }
    try {
        for (const [pattern, files] of Object.entries(patterns)) {
            const whole = path.join(root, pattern)
            const command = spawnSync('build/alimentar', ['count', whole]).stdout.toString()
            assert.equal(command, files === 0 ? '' : `${files * 26115}\n`, pattern)
            if (files === 0) {
                const none = { code: 'not_found', path: whole, message: /no file matches/ }
                await assert.rejects(openFile(whole), none)
                continue
            }
            const dataset = await openFile(whole)
            assert.equal(dataset.files, files, pattern)
            const hasKey = dataset.schema.fields.some(({ name }) => name === 'k')
            const isPlain = pattern === 'k=2/[a'
            assert.equal(hasKey, /^(\*\*|k=)/.test(pattern) && !isPlain, pattern)
            dataset.close()
        }
        const mixed = await openFile([`${root}/k=1/*`, `${root}/xa.parquet`])
        assert.equal(mixed.files, 3)
        mixed.close()
        const one = await openFile(`${root}/k=?/a.parquet`)
        assert.deepEqual([...(await one.columns(['k'], { limit: 1 })).k], [1])
        one.close()
    } finally {
        fs.rmSync(root, { recursive: true })
    }
})

test('types of which one holds both are joined as the command joins them', async () => {
    const dataset = await openFile('tests/twin/data/many/[ab].arrow')
    const parts = []
    for await (const bytes of encode(dataset, 'jsonl', {})) parts.push(Buffer.from(bytes))
    const expected = fs.readFileSync('tests/twin/data/many/both.jsonl', 'utf8')
    assert.equal(Buffer.concat(parts).toString(), expected)
    dataset.close()
})
