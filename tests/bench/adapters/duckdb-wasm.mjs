// duckdb-wasm in its last release that has the Parquet reader inside: later ones load it from the
// vendor's server. In Node its blocking form, in a browser its worker.
let database
let connection
let number = 0

export const name = 'duckdb-wasm'
export const packages = ['@duckdb/duckdb-wasm']

const FOLDER = '@duckdb/duckdb-wasm/dist'

async function inNode(ctx) {
    const duckdb = ctx.require(`${FOLDER}/duckdb-node-blocking.cjs`)
    const file = (kind) => ctx.require.resolve(`${FOLDER}/duckdb-${kind}.wasm`)
    const bundles = { mvp: { mainModule: file('mvp'), mainWorker: '' },
        eh: { mainModule: file('eh'), mainWorker: '' } }
    database = await duckdb.createDuckDB(bundles, new duckdb.VoidLogger(), duckdb.NODE_RUNTIME)
    await database.instantiate(() => {})
}

async function inBrowser(ctx) {
    const duckdb = await import('@duckdb/duckdb-wasm/dist/duckdb-browser.mjs')
    const worker = new Worker(ctx.assetUrl(`${FOLDER}/duckdb-browser-eh.worker.js`))
    database = new duckdb.AsyncDuckDB(new duckdb.VoidLogger(), worker)
    await database.instantiate(ctx.assetUrl(`${FOLDER}/duckdb-eh.wasm`))
}

export async function init(ctx) {
    await (ctx.node ? inNode(ctx) : inBrowser(ctx))
    await database.open({ query: { castBigIntToDouble: false, castTimestampToDate: false } })
    connection = await database.connect()
}

export async function readParquet(bytes, columns) {
    const file = `file${number}.parquet`
    number += 1
    // The copy is needed: the browser's worker takes the buffer away.
    await database.registerFileBuffer(file, bytes.slice())
    const names = columns ? columns.map((each) => `"${each}"`).join(',') : '*'
    const table = await connection.query(`select ${names} from read_parquet('${file}')`)
    await database.dropFile(file)
    const cols = new Map(table.schema.fields.map(({ name }) =>
        [name, { k: 'arrow', vec: table.getChild(name) }]))
    return { rows: table.numRows, form: 'Apache Arrow table', cols }
}
