// observe.mjs: everything that a program sees of a data set, as data: what two ways of opening must
// give alike.

/**
 * Types as one table, each by its place: what types have in common is one object, which as a tree
 * would be many.
 */
class Table {
    constructor() {
        this.known = new Map()
        this.texts = []
    }

    /** A type or a field; what lies below it goes by its place in the table. */
    place(object) {
        if (this.known.has(object)) return this.known.get(object)
        const prototypes = [object, object.metadata ?? object].map(Object.getPrototypeOf)
        const names = prototypes.map((prototype) => (prototype === null ? 'bare' : 'plain'))
        const below = { ...object }
        for (const name of ['type', 'storage', 'dictionary', 'indices'])
            if (object[name] !== undefined) below[name] = this.place(object[name])
        if (object.children !== undefined)
            below.children = object.children.map((child) => this.place(child))
        const text = JSON.stringify([names, below])
        const found = this.texts.indexOf(text)
        const place = found < 0 ? this.texts.push(text) - 1 : found
        this.known.set(object, place)
        return place
    }
}

/** What a call gives, or the error with all its places. */
export async function outcome(work) {
    try {
        return { gave: await work() }
    } catch (error) {
        return { threw: Object.getPrototypeOf(error).constructor.name, ...placesOf(error) }
    }
}

function placesOf({ name, message, code, path, offset, column, row, httpStatus }) {
    return { name, message, code, path, offset, column, row, httpStatus }
}

function outcomeNow(work) {
    try {
        return { gave: work() }
    } catch (error) {
        return { threw: placesOf(error) }
    }
}

/** A column with all that lies below. */
function columnSeen(column, table = new Table()) {
    const { name, label, metadata, length, nullCount, encoding, validity } = column
    const { offsets, typeIds, children } = column
    const seen = { name, label, metadata, length, nullCount, encoding, validity }
    return {
        ...seen,
        type: table.place(column.type),
        storage: table.place(column.storage),
        offsets,
        typeIds,
        kind: column.constructor.name,
        values: outcomeNow(() => column.values),
        array: outcomeNow(() => column.toArray()),
        each: outcomeNow(() => [...column]),
        ends: outcomeNow(() => [column.at(0), column.at(-1), column.at(length), column.get(-1)]),
        dictionary: column.dictionary?.(),
        views: column.views?.(),
        json: JSON.stringify(column),
        text: String(column),
        children: children.map((child) => columnSeen(child, table)),
    }
}

function batchSeen(batch, table) {
    const { schema, numRows, numCols } = batch
    const fields = schema.fields.map((field) => table.place(field))
    const columns = schema.fields.map(({ name }) => columnSeen(batch.getChild(name), table))
    const rows = outcomeNow(() => batch.toArray())
    return { fields, numRows, numCols, columns, rows, json: JSON.stringify(batch) }
}

async function batchesSeen(batches, table) {
    const seen = []
    for await (const batch of batches) seen.push(batchSeen(batch, table))
    return seen
}

async function listOf(rows) {
    const all = []
    for await (const row of rows) all.push(row)
    return all
}

/** A data set, and what its reads give with these options. */
export async function datasetSeen(dataset, options = {}) {
    const table = new Table()
    const { path, schema, numRows, numCols, format, rowGroups, bytes, files } = dataset
    const { createdBy, metadata, warnings } = dataset
    const columns = await outcome(async () => {
        const all = await dataset.columns(null, options)
        const seen = Object.values(all).map((one) => columnSeen(one, table))
        return { prototype: Object.getPrototypeOf(all), keys: Object.keys(all), seen }
    })
    const fields = schema.fields.map((field) => table.place(field))
    return {
        types: table.texts,
        schema: { fields, metadata: schema.metadata },
        about: { path, numRows, numCols, format, rowGroups, bytes, files, createdBy, metadata },
        columns,
        batches: await outcome(() => {
            return batchesSeen(dataset.batches({ ...options, batchSize: 100 }), table)
        }),
        rows: await outcome(() => listOf(dataset.rows({ ...options, offset: 3, limit: 5 }))),
        head: await outcome(() => dataset.head(2, options)),
        count: await outcome(() => dataset.count()),
        arrow: await outcome(() => dataset.toArrow({ limit: 7 })),
        warnings: [...warnings],
        json: JSON.stringify(dataset),
        memoryBytes: dataset.memoryBytes(),
    }
}
