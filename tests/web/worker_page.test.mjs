// worker_page.test.mjs: the table of worker.test.mjs in a real browser: alimentar/worker in a
// module worker, and alimentar/inline in one made of a text, give what alimentar gives in the page.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { after, before, test } from 'node:test'

import { serve } from '../../examples/serve.mjs'
import { launch } from './browser.mjs'

const files = fs
    .readdirSync(new URL('data/', import.meta.url))
    .filter((name) => /\.(parquet|arrow)$/.test(name))
    .map((name) => `/tests/web/data/${name}`)
    .concat('/tests/harness/data/codecs.parquet')

let browser
let server

before(async () => {
    browser = await launch()
    server = await serve()
})

after(async () => {
    await browser.close()
    await server.close()
})

/** In the page: what each entry gives of a file, as texts, where it differs from the first. */
async function compare(file) {
    const { datasetSeen } = await import('/tests/web/observe.mjs')
    const spelled = (name, value) => {
        if (typeof value === 'bigint') return `${value}n`
        if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
        if (value === undefined) return 'undefined'
        if (ArrayBuffer.isView(value)) return [value.constructor.name, ...value]
        return value
    }
    const seen = async (entry) => {
        const { open } = await import(`/web/dist/${entry}.js`)
        const dataset = await open(file)
        const options = { int64: 'bigint', decimal: 'string' }
        const all = [await datasetSeen(dataset), await datasetSeen(dataset, options)]
        dataset.close()
        return JSON.stringify(all, spelled)
    }
    const expected = await seen('index')
    const differing = []
    for (const entry of ['worker_client', 'inline']) {
        const gave = await seen(entry)
        if (gave === expected) continue
        const at = [...gave].findIndex((character, index) => character !== expected[index])
        differing.push([entry, gave.slice(at - 80, at + 80), expected.slice(at - 80, at + 80)])
    }
    return { length: expected.length, differing }
}

for (const file of files) {
    test(`${file} comes alike from workers in a page`, async () => {
        const page = await browser.newPage()
        await page.goto(`${server.origin}/tests/web/page/index.html`)
        const { length, differing } = await page.evaluate(compare, file)
        assert.deepEqual(differing, [])
        assert.ok(length > 1000)
        assert.equal(page.workers().length, 2)
        await page.close()
    })
}
