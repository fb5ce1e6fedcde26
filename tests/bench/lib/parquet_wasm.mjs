// parquet_wasm.mjs: parquet-wasm, shared by the adapters that differ in how its table is opened.
let module

export async function init(ctx) {
    if (ctx.node) {
        module = ctx.require('parquet-wasm')
        return
    }
    module = await import('parquet-wasm/esm')
    await module.default(ctx.assetUrl('parquet-wasm/esm/parquet_wasm_bg.wasm'))
}

export const memory = () => module?.wasmMemory?.().buffer.byteLength

/**
 * The whole file as an Arrow stream. Of some columns through ParquetFile: the synchronous reader of
 * 0.8.0 ignores its documented option `columns`. Batches of 65,536 rows were its fastest.
 */
export async function readStream(bytes, columns) {
    const batchSize = 65536
    if (!columns) return module.readParquet(bytes, { batchSize }).intoIPCStream()
    const file = await module.ParquetFile.fromFile(new Blob([bytes]))
    return (await file.read({ columns, batchSize })).intoIPCStream()
}
