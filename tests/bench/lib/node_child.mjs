// node_child.mjs: a process that holds one adapter, and reads what it is asked to.
//
//     node --expose-gc node_child.mjs ADAPTER.mjs
import fs from 'node:fs'
import { createRequire } from 'node:module'
import { measure } from './measure.mjs'

const adapter = await import(process.argv[2])
const held = { file: '', bytes: new Uint8Array(0) }

function load(file) {
    if (held.file === file) return held.bytes
    const read = fs.readFileSync(file)
    held.file = file
    held.bytes = new Uint8Array(read.length)
    held.bytes.set(read)
    return held.bytes
}

async function answer({ file, columns }) {
    try {
        return await measure(adapter, load(file), columns, () => globalThis.gc())
    } catch (error) {
        return { error: String(error?.message ?? error).split('\n')[0].slice(0, 200) }
    }
}

await adapter.init?.({ node: true, require: createRequire(import.meta.url) })
process.on('message', async (asked) => {
    if (asked.end) process.exit(0)
    process.send(await answer(asked))
})
process.send({ ready: adapter.name })
