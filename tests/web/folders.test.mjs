// Folders in Node: their files as one data set, and their names as columns.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'

import { openFile } from '../../web/dist/node.js'
import { parquet } from '../cli/parquet.mjs'

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
        await assert.rejects(openFile(root), /the folder holds no files/)
    } finally {
        fs.rmSync(root, { recursive: true })
    }
})
