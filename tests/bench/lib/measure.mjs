// measure.mjs: one reading of one file by one adapter; the same code in Node and in a page.
//
// The bytes are in memory before the clock starts; it stops when every value was read once in
// JavaScript.
import { touch } from './touch.mjs'

/** `clock` and `settle` are the place's own: what time it is, and a collection of garbage. */
export async function measure(adapter, bytes, columns, settle) {
    await settle()
    const began = performance.now()
    const frame = await adapter.readParquet(bytes, columns)
    const read = performance.now()
    const found = touch(frame)
    const touched = performance.now()
    return { ms: touched - began, decodeMs: read - began, touchMs: touched - read, found,
        rows: frame.rows, form: frame.form, wasmBytes: adapter.wasmMemory?.() ?? null }
}
