// dataset.js: opening data and reading its rows.
//
// A data set has a context of its own in the module, so that what it holds can be counted, and is
// released as a whole. Every read is a task; reads may run side by side.
import * as abi from './abi.js'
import { ArrowWriter } from './arrow.js'
import { copyBatch, viewBatch } from './batch.js'
import { Budget } from './budget.js'
import { builderOf, placeAt } from './builder.js'
import {
    arrowRules,
    batchesRules,
    callOf,
    checkOptions,
    columnsRules,
    openRules,
    rowsRules,
} from './check.js'
import { INSPECT, describeColumn } from './column.js'
import { Task } from './drive.js'
import { AlimentarError, failArgument } from './errors.js'
import { checkDistinct, readFields, readSchemaMetadata, schemaOf } from './fields.js'
import { valueOptions } from './forms.js'
import { keyOf, textOf } from './paths.js'
import { hostOf } from './sources.js'
import { acquire } from './wasm.js'

/** @typedef {import('./wasm.js').Core} Core */
/** @typedef {import('./drive.js').Host} Host */
/** @typedef {import('./batch.js').Batch} Batch */
/** @typedef {import('./fields.js').Field} Field */
/** @typedef {import('./types.d.ts').ScanOptions} ScanOptions */
/** @typedef {import('./types.d.ts').OpenOptions} OpenOptions */

/** Values that room is made for before they have come: for each byte of the file, and at least. */
const VALUES_PER_BYTE = 16
const VALUES_AT_FIRST = 1 << 20

/** Bytes of columns at most, where no limit was set: for each byte of the file, and at least. */
const BYTES_PER_BYTE = 64
const BYTES_MAX = 2 ** 30

/**
 * Opens data: reads its metadata, no rows.
 * @param {import('./types.d.ts').Source} source
 * @param {OpenOptions} [options]
 * @returns {Promise<Dataset>}
 */
export async function open(source, options = {}) {
    checkOptions('open()', options, openRules)
    return openHost(await hostOf(source, options), options)
}

/**
 * Opens what a host reads.
 * @param {Host} host closed with the data set, or when this fails
 * @param {OpenOptions} options
 * @returns {Promise<Dataset>}
 */
export async function openHost(host, options) {
    const dataset = new Dataset(await coreFor(host, options), host, options)
    try {
        await dataset.begin()
        return dataset
    } catch (error) {
        dataset.close()
        throw error
    }
}

/** @param {Host} host closed if there is no core @param {OpenOptions} options */
async function coreFor(host, options) {
    try {
        options.signal?.throwIfAborted()
        return await acquire()
    } catch (error) {
        host.close?.()
        throw error
    }
}

/** Closes of data sets that nobody closed. */
const forgotten = new FinalizationRegistry((/** @type {() => void} */ close) => close())

/**
 * What a data set holds in the module; apart from it, so that it can be released when it is
 * forgotten.
 */
class Hold {
    /** @param {Core} core @param {Host} host */
    constructor(core, host) {
        this.core = core
        this.host = host
        this.context = 0
        this.dataset = 0
        /** @type {Set<Task>} */
        this.tasks = new Set()
        /** @type {Set<ArrowWriter>} */
        this.writers = new Set()
        this.isClosed = false
    }

    close() {
        if (this.isClosed) return
        this.isClosed = true
        const closed = new AlimentarError('state', 'the data set was closed', {
            path: this.host.path,
        })
        for (const task of [...this.tasks]) task.fail(closed)
        for (const writer of this.writers) writer.free()
        this.writers.clear()
        const { exports } = this.core
        if (this.dataset !== 0) exports.dataset_release(this.dataset)
        if (this.context !== 0) exports.context_free(this.context)
        this.host.close?.()
        this.core.leave()
    }
}

/** An opened data set. */
export class Dataset {
    /** @param {Core} core acquired @param {Host} host @param {OpenOptions} options */
    constructor(core, host, options) {
        this._hold = new Hold(core, host)
        this._options = options
        /** @type {import('./types.d.ts').Schema} */
        this.schema = { fields: [], metadata: Object.create(null) }
        /** @type {number | null} */
        this.numRows = 0
        this.numCols = 0
        this.format = ''
        this.rowGroups = 0
        this.bytes = 0
        this.files = 1
        this.createdBy = ''
        /** @type {{ [key: string]: string }} */
        this.metadata = Object.create(null)
        /** @type {import('./types.d.ts').Warning[]} */
        this.warnings = host.warnings ?? []
        /**
         * The requests made so far; empty for what is not read over HTTP.
         * @type {import('./types.d.ts').Request[]}
         */
        this.requests = host.requests ?? []
        const hold = this._hold
        forgotten.register(this, () => hold.close(), this)
    }

    /** The path or URL. */
    get path() {
        return this._hold.host.path
    }

    async begin() {
        const { core, host } = this._hold
        const { exports, scratch } = core
        core.check(core.lend((put) => exports.context_new(limitsOf(put, this._options), scratch)))
        this._hold.context = core.u32(scratch)
        const task = this.start(() => this.openStart(host), this._options)
        try {
            const batch = await task.next()
            if (batch !== 0) throw new AlimentarError('internal', 'opening gave a batch')
            this._hold.dataset = exports.task_take_dataset(task.pointer) >>> 0
        } finally {
            this.end(task)
        }
        this.describe()
        // files whose types go together in none are told at once
        if (this.files > 1) exports.schema_release(this.scanSchema({}))
    }

    /** @param {Host} host */
    openStart(host) {
        const { core, context } = this._hold
        const { checksums = 'verify', tailBytes = 0, format } = this._options
        return core.lend((put) => {
            const hosts = host.hosts ?? [host]
            const objects = put.structs(
                abi.ali_object,
                hosts.map((each) => objectOf(put, each, host.partitionAt)),
            )
            const options = put.struct(abi.ali_open_options, {
                checksums:
                    checksums === 'ignore'
                        ? abi.ALI_OPEN_CHECKSUMS_IGNORE
                        : abi.ALI_OPEN_CHECKSUMS_VERIFY,
                tail_bytes: tailBytes,
                format: format === undefined ? 0 : put.text(format).address,
            })
            return core.exports.open_start(
                context,
                objects,
                hosts.length,
                options,
                core.scratch,
            )
        })
    }

    describe() {
        const { core, dataset } = this._hold
        const info = core.describe(abi.ali_dataset_info, (address) =>
            core.exports.dataset_describe(dataset, address),
        )
        this.format = core.terminated(info.format)
        this.rowGroups = info.row_groups
        this.bytes = info.bytes
        this.files = info.files
        this.numRows = info.rows
        this.createdBy = core.terminated(info.created_by)
        for (let index = 0; index < info.metadata_count; index += 1) {
            core.check(
                core.exports.dataset_metadata(dataset, index, core.scratch, core.scratch + 4),
            )
            this.metadata[core.terminated(core.u32(core.scratch))] = core.terminated(
                core.u32(core.scratch + 4),
            )
        }
        const fields = readFields(core, info.schema, valueOptions(this._options))
        this.schema = schemaOf(fields, readSchemaMetadata(core, info.schema))
        this.numCols = fields.length
    }

    /**
     * Makes a task of a function that starts one and puts its address into scratch.
     * @param {() => number} start @param {{ signal?: AbortSignal, onProgress?: any }} options
     */
    start(start, options) {
        const { core, context, host } = this._hold
        this.checkOpen()
        options.signal?.throwIfAborted()
        if (start() < 0)
            throw this.located(core.error(core.exports.context_error(context) >>> 0).error)
        const task = new Task(core, host, core.u32(core.scratch), {
            signal: options.signal,
            onProgress: options.onProgress,
        })
        this._hold.tasks.add(task)
        return task
    }

    /** @param {Task} task */
    end(task) {
        task.finish()
        this._hold.tasks.delete(task)
    }

    /** @param {ScanOptions} options @returns {Task} */
    scan(options) {
        const { core, dataset } = this._hold
        return this.start(
            () =>
                core.lend((put) =>
                    core.exports.scan_start(
                        dataset,
                        scanOptions(put, this.named(options)),
                        core.scratch,
                    ),
                ),
            options,
        )
    }

    /**
     * The fields of the rows that a scan with these options gives.
     * @param {ScanOptions} options
     * @param {import('./forms.js').ValueOptions} values
     * @returns {Field[]}
     */
    fieldsOf(options, values) {
        const { core } = this._hold
        const schema = this.scanSchema(options)
        try {
            const fields = readFields(core, schema, values)
            options.columns?.forEach((asked, index) => {
                fields[index].isAsked = true
                fields[index].key = keyOf(asked, fields[index].name)
            })
            return fields
        } finally {
            core.exports.schema_release(schema)
        }
    }

    /** The core's schema of such a scan, the caller's. @param {ScanOptions} options */
    scanSchema(options) {
        const { core, context, dataset } = this._hold
        this.checkOpen()
        const status = core.lend((put) =>
            core.exports.scan_schema(dataset, scanOptions(put, this.named(options)), core.scratch),
        )
        if (status < 0)
            throw this.located(core.error(core.exports.context_error(context) >>> 0).error)
        return core.u32(core.scratch)
    }

    /** The options with paths as the core takes them. @param {ScanOptions} options */
    named(options) {
        if (!Array.isArray(options.columns)) return options
        const { fields } = this.schema
        return { ...options, columns: options.columns.map((asked) => textOf(asked, fields)) }
    }

    /**
     * The same rows by fewer kinds of types: another batch, the caller's.
     * @param {number} batch
     */
    simplified(batch) {
        this.checkOpen()
        const { core, context } = this._hold
        const status = core.exports.batch_simplify(context, batch, core.scratch)
        if (status < 0) throw core.error(core.exports.context_error(context) >>> 0).error
        return core.u32(core.scratch)
    }

    /**
     * The core's batches, one after the other; each is the caller's. Leaving early releases the
     * task.
     * @param {Task} task
     */
    async *drain(task) {
        try {
            for (let batch = await task.next(); batch !== 0; batch = await task.next()) yield batch
        } catch (error) {
            throw this.located(error)
        } finally {
            this.end(task)
        }
    }

    /**
     * Starts a scan; the fields of its rows come with it.
     * @param {ScanOptions} options checked
     */
    begun(options) {
        let task
        try {
            task = this.scan(options)
            return { task, fields: this.fieldsOf(options, valueOptions(this._options, options)) }
        } catch (error) {
            if (task !== undefined) this.end(task)
            throw this.located(error)
        }
    }

    /**
     * Reads rows batch by batch.
     * @param {ScanOptions & { views?: boolean }} [options]
     * @returns {AsyncGenerator<Batch>}
     */
    async *batches(options = {}) {
        this.checked('batches()', options, batchesRules)
        yield* this.batchesOf(options, this.begun(options))
    }

    /**
     * @param {ScanOptions & { views?: boolean }} options
     * @param {{ task: Task, fields: Field[] }} begun
     * @returns {AsyncGenerator<Batch>}
     */
    async *batchesOf(options, { task, fields }) {
        const { core } = this._hold
        /** @type {import('./text.js').DictionaryCache} */
        const cache = new Map()
        const report = () => this.warn('views_forgotten', 'a batch of views was not released')
        let row = options.offset ?? 0
        for await (const batch of this.drain(task)) {
            let simple = 0
            let made
            try {
                simple = this.simplified(batch)
                const budget = this.budget(fields.length)
                made = options.views
                    ? viewBatch(core, batch, simple, fields, row, cache, report, budget)
                    : await copyBatch(core, simple, fields, row, cache, task, budget)
            } catch (error) {
                throw this.located(error)
            } finally {
                core.exports.batch_release(simple)
                core.exports.batch_release(batch)
            }
            row += made.numRows
            yield made
        }
    }

    /**
     * Reads whole columns.
     * @param {any} [first] names, all columns without them; or options with names, alone
     * @param {Omit<ScanOptions, 'columns'>} [second]
     * @returns {Promise<any>}
     */
    async columns(first, second) {
        const { isAlone, options } = callOf(first, second)
        this.checked('columns()', options, isAlone ? rowsRules : columnsRules)
        const wanted = { ...options, columns: (isAlone ? options.columns : first) ?? undefined }
        const { task, fields } = this.begun(wanted)
        try {
            checkDistinct(fields)
            return await this.build(wanted, task, fields)
        } catch (error) {
            throw this.located(outOfMemory(error))
        } finally {
            this.end(task)
        }
    }

    /** The rows that will come, as the file says; 0 if that is not known.
     * @param {ScanOptions} options */
    rowsExpected({ offset = 0, limit = Infinity }) {
        if (this.numRows === null) return limit === Infinity ? 0 : limit
        return Math.min(limit, Math.max(0, this.numRows - offset))
    }

    /**
     * What columns of JavaScript's own may take together: much more than files without values that
     * take no bytes come to, unless the caller set a limit. Of the values that a file says it has
     * so many are believed as it could hold.
     * @param {number} columns
     */
    budget(columns) {
        const { memoryBytesMax } = this._options
        const values = Math.max(VALUES_AT_FIRST, this.bytes * VALUES_PER_BYTE)
        return new Budget(
            memoryBytesMax ?? Math.max(BYTES_MAX, this.bytes * BYTES_PER_BYTE),
            Math.floor(values / Math.max(1, columns)),
        )
    }

    /** @param {ScanOptions} options @param {Task} task @param {Field[]} fields */
    async build(options, task, fields) {
        const { core } = this._hold
        const rows = this.rowsExpected(options)
        const budget = this.budget(fields.length)
        /** @type {import('./text.js').DictionaryCache} */
        const cache = new Map()
        const builders = fields.map((field) => builderOf(field, rows, budget))
        let row = options.offset ?? 0
        for await (const batch of this.drain(task)) {
            let simple = 0
            try {
                simple = this.simplified(batch)
                const place = placeAt(row)
                for (const [index, builder] of builders.entries()) {
                    if (task.isTurnOver()) await task.turn()
                    const column = core.exports.batch_column(simple, index) >>> 0
                    budget.field = fields[index]
                    builder.append(core, describeColumn(core, column), place, cache)
                }
                row += core.exports.batch_rows(simple)
            } finally {
                core.exports.batch_release(simple)
                core.exports.batch_release(batch)
            }
        }
        const result = Object.create(null)
        fields.forEach((field, index) => {
            budget.field = field
            result[field.key] = builders[index].finish()
        })
        return result
    }

    /**
     * Reads rows as objects without a prototype.
     * @param {ScanOptions} [options]
     * @returns {AsyncGenerator<import('./types.d.ts').Row>}
     */
    async *rows(options = {}) {
        this.checked('rows()', options, rowsRules)
        const begun = this.begun(options)
        try {
            checkDistinct(begun.fields)
        } catch (error) {
            this.end(begun.task)
            throw this.located(error)
        }
        for await (const batch of this.batchesOf(options, begun)) yield* batch
    }

    /**
     * The first rows.
     * @param {any} [first] how many, or options with a limit, alone @param {ScanOptions} [second]
     */
    async head(first = 10, second) {
        const { isAlone, options } = callOf(first, second)
        this.checked('head()', options, rowsRules)
        const limit = isAlone ? (options.limit ?? 10) : first
        const rows = []
        for await (const row of this.rows({ ...options, limit })) rows.push(row)
        return rows
    }

    /** The number of rows: as the metadata says, else they are read. */
    async count() {
        this.checkOpen()
        if (this.numRows !== null) return this.numRows
        const { core } = this._hold
        const options = this.numCols === 0 ? {} : { columns: ['#1'] }
        let rows = 0
        for await (const batch of this.drain(this.scan(options))) {
            rows += core.exports.batch_rows(batch)
            core.exports.batch_release(batch)
        }
        return rows
    }

    /**
     * The rows as an Arrow IPC stream, in the file's own types.
     * @param {import('./types.d.ts').ArrowOptions} [options]
     * @returns {Promise<Uint8Array>}
     */
    async toArrow(options = {}) {
        this.checked('toArrow()', options, arrowRules)
        let task
        let schema = 0
        try {
            task = this.scan(options)
            schema = this.scanSchema(options)
            return await this.write(task, schema, options.compression)
        } catch (error) {
            throw this.located(error)
        } finally {
            if (task !== undefined) this.end(task)
            this._hold.core.exports.schema_release(schema)
        }
    }

    /**
     * @param {Task} task
     * @param {number} schema
     * @param {'none' | 'lz4' | 'zstd'} [compression]
     */
    async write(task, schema, compression) {
        const { core, context, writers } = this._hold
        const writer = new ArrowWriter(core, context, schema, compression)
        writers.add(writer)
        try {
            for await (const batch of this.drain(task)) {
                try {
                    this.checkOpen()
                    for (const _ of writer.writing(batch)) if (task.isTurnOver()) await task.turn()
                } finally {
                    core.exports.batch_release(batch)
                }
            }
            return writer.finish()
        } finally {
            if (writers.delete(writer)) writer.free()
        }
    }

    /** Bytes that this data set, its reads and its batches of views hold in the module. */
    memoryBytes() {
        return this._hold.isClosed
            ? 0
            : this._hold.core.exports.context_memory_bytes(this._hold.context)
    }

    /** Releases everything; reads that are under way fail. */
    close() {
        forgotten.unregister(this)
        this._hold.close()
    }

    /** What the data set is. */
    toJSON() {
        const { path, format, numRows, numCols } = this
        return { path, format, numRows, numCols }
    }

    /** What console.log shows in Node. */
    [INSPECT]() {
        const { path, format, numRows, numCols } = this
        return `Dataset ${path} (${format}, ${numRows} rows of ${numCols} columns)`
    }

    /** @param {string} call @param {any} options @param {import('./check.js').Rules} rules */
    checked(call, options, rules) {
        try {
            checkOptions(call, options, rules)
        } catch (error) {
            throw this.located(error)
        }
    }

    checkOpen() {
        if (this._hold.isClosed)
            throw new AlimentarError('state', 'the data set was closed', { path: this.path })
    }

    /** @param {string} code @param {string} message */
    warn(code, message) {
        this.warnings.push({ code, message, row: null, column: '' })
    }

    /** Adds the path to an error that was found in JavaScript. @param {unknown} error */
    located(error) {
        if (error instanceof AlimentarError && error.path === '') error.path = this.path
        return error
    }
}

/** What an array that cannot be had is called. @param {unknown} error */
function outOfMemory(error) {
    if (!(error instanceof RangeError)) return error
    return new AlimentarError(
        'memory',
        `the columns do not fit into memory (${error.message}): read fewer, or by batches`,
    )
}

const dispose = /** @type {any} */ (Symbol).dispose
if (dispose !== undefined) {
    ;/** @type {any} */ (Dataset.prototype)[dispose] = function () {
        this.close()
    }
}

/** @param {import('./wasm.js').Put} put @param {Host} host @param {number} [partitionAt] */
function objectOf(put, host, partitionAt = 0) {
    const path = put.text(host.path)
    const etag = host.etag === undefined ? { address: 0, length: 0 } : put.text(host.etag)
    return {
        flags: host.flags,
        object_bytes: host.objectBytes,
        path: path.address,
        path_bytes: path.length,
        etag: etag.address,
        etag_bytes: etag.length,
        partition_at: partitionAt,
    }
}

/** @param {import('./wasm.js').Put} put @param {OpenOptions} options */
function limitsOf(put, { memoryBytesMax = 0 }) {
    return put.struct(abi.ali_limits, {
        memory_bytes_max: memoryBytesMax,
    })
}

/**
 * What a scan takes, as the core's struct; the options were checked.
 * @param {import('./wasm.js').Put} put @param {ScanOptions} options
 */
export function scanOptions(put, options) {
    const names = columnNames(options.columns)
    return put.struct(abi.ali_scan_options, {
        batch_rows: options.batchSize ?? 0,
        offset_rows: options.offset ?? 0,
        limit_rows: options.limit === 0 ? null : (options.limit ?? 0),
        coalesce_bytes: options.coalesceBytes === 0 ? null : (options.coalesceBytes ?? 0),
        request_bytes_max: options.requestBytesMax ?? 0,
        columns: put.list(names.map((name) => put.text(name).address)),
        columns_count: names.length,
        strings:
            options.strings === 'plain'
                ? abi.ALI_SCAN_STRINGS_PLAIN
                : abi.ALI_SCAN_STRINGS_DICTIONARY,
    })
}

/** @param {unknown} columns @returns {string[]} none for all */
function columnNames(columns) {
    if (columns === undefined) return []
    if (!Array.isArray(columns) || columns.length === 0)
        return failArgument('columns must be a list of at least one name')
    return columns.map((name) => {
        if (typeof name !== 'string')
            return failArgument(
                `a column must be asked for by a text, or a list of them, not by ${typeof name}`,
            )
        if (name.includes('\0'))
            return failArgument('a column whose name holds a zero byte cannot be asked for by name')
        return name
    })
}
