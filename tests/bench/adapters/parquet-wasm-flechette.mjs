// parquet-wasm, its table handed over as an Arrow stream and opened by flechette.
import { tableFromIPC } from '@uwdata/flechette'
import * as wasm from '../lib/parquet_wasm.mjs'

export const name = 'parquet-wasm + flechette'
export const packages = ['parquet-wasm', '@uwdata/flechette']
export const init = wasm.init
export const wasmMemory = wasm.memory

export async function readParquet(bytes, columns) {
    const table = tableFromIPC(await wasm.readStream(bytes, columns))
    const cols = new Map(table.schema.fields.map(({ name }) =>
        [name, { k: 'fl', col: table.getChild(name) }]))
    return { rows: table.numRows, form: 'Flechette table', cols }
}
