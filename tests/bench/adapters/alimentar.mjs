// alimentar.mjs: this library in the form that the peer benchmark takes: what is read, as a frame
// of
// typed arrays with their validity, and of dictionaries. Writing and the text formats are left out:
// the
// package does not do them yet.
import { init as start, open } from 'alimentar'

export const name = 'alimentar'
export const packages = ['alimentar']

const FORM = 'typed array and validity bitmap per column; text as codes and values'

let memory

export async function init(ctx) {
    await start(ctx.node ? {} : { wasm: ctx.assetUrl('alimentar/dist/alimentar.wasm') })
}

/** A column as the harness reads it. */
function columnOf(column) {
    if (column.values !== undefined) {
        if (column.nullCount === 0) return { k: 'arr', chunks: [column.values] }
        return { k: 'valid', chunks: [{ values: column.values, validity: column.validity }] }
    }
    if (column.encoding === 'dictionary') return { k: 'dict', chunks: [column.dictionary()] }
    return { k: 'arr', chunks: [column.toArray()] }
}

async function read(source, names, limit) {
    const dataset = await open(source)
    try {
        const columns = await dataset.columns(names ?? null, limit === undefined ? {} : { limit })
        memory = dataset._hold.core.memory
        const all = Object.values(columns)
        const cols = new Map(all.map((column) => [column.name, columnOf(column)]))
        return { rows: all.length === 0 ? 0 : all[0].length, form: FORM, cols }
    } finally {
        dataset.close()
    }
}

export const readParquet = (bytes, names) => read(bytes, names)
export const readParquetUrl = (url, names, { first } = {}) => read(url, names, first)
export const wasmMemory = () => memory?.buffer.byteLength ?? 0
