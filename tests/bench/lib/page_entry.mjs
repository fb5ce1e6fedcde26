// page_entry.mjs: a page that holds one adapter (ADAPTER is replaced by its path) and reads what it
// is asked to.
import * as adapter from 'ADAPTER'
import { measure } from './measure.mjs'

const held = { file: '', bytes: new Uint8Array(0) }

async function load(file) {
    if (held.file === file) return held.bytes
    held.bytes = new Uint8Array(await (await fetch(file)).arrayBuffer())
    held.file = file
    return held.bytes
}

async function settle() {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 20))
}

globalThis.begin = async () => {
    const assetUrl = (path) => `${location.origin}/packages/${path}`
    await adapter.init?.({ node: false, assetUrl })
    return adapter.name
}
globalThis.read = async ({ file, columns }) => {
    try {
        return await measure(adapter, await load(file), columns, settle)
    } catch (error) {
        return { error: String(error?.message ?? error).split('\n')[0].slice(0, 200) }
    }
}
