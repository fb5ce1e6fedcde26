// parquet-wasm, its table handed over as an Arrow stream and opened by apache-arrow.
import { tableFromIPC } from 'apache-arrow'
import * as wasm from '../lib/parquet_wasm.mjs'

export const name = 'parquet-wasm + apache-arrow'
export const packages = ['parquet-wasm', 'apache-arrow']
export const init = wasm.init
export const wasmMemory = wasm.memory

export async function readParquet(bytes, columns) {
    const table = tableFromIPC(await wasm.readStream(bytes, columns))
    const cols = new Map(table.schema.fields.map(({ name }) =>
        [name, { k: 'arrow', vec: table.getChild(name) }]))
    return { rows: table.numRows, form: 'Apache Arrow table', cols }
}
