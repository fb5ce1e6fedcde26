// server.js: the data sets of a worker: carries out what its client asks for by messages
// (client.js). What the client holds of a data set (its warnings, its requests, its memory) is told
// before each answer.
import { optionsOf, sourceOf } from './borrow.js'
import { batchesRules, rowsRules } from './check.js'
import { open } from './dataset.js'
import { AlimentarError } from './errors.js'
import { checkDistinct } from './fields.js'
import { valueOptions } from './forms.js'
import { Packer, packField } from './parcel.js'
import { Peer, Sent } from './peer.js'
import { pause } from './turns.js'
import { init } from './wasm.js'

/** @typedef {import('./dataset.js').Dataset} Dataset */
/** @typedef {import('./fields.js').Field} Field */

/** A data set, and what its client knows of it. */
class Served {
    /** @param {Dataset} dataset */
    constructor(dataset) {
        this.dataset = dataset
        this.warnings = 0
        /** @type {string[]} */
        this.requests = []
    }

    /** What changed since the last time. */
    news() {
        const { dataset } = this
        const warnings = dataset.warnings.slice(this.warnings)
        this.warnings = dataset.warnings.length
        /** @type {[number, unknown][]} */
        const requests = []
        dataset.requests.forEach((request, index) => {
            const text = JSON.stringify(request)
            if (text !== this.requests[index]) requests.push([index, { ...request }])
            this.requests[index] = text
        })
        return { memoryBytes: dataset.memoryBytes(), warnings, requests }
    }
}

/** A read that gives batches. */
class Stream {
    /**
     * @param {Served} served
     * @param {AsyncGenerator<import('./batch.js').Batch>} batches
     * @param {{ task: import('./drive.js').Task, fields: Field[] }} begun
     * @param {AbortController} controller
     */
    constructor(served, batches, { task, fields }, controller) {
        this.served = served
        this.batches = batches
        this.task = task
        this.packer = new Packer(fields, false)
        this.controller = controller
        /** The batch after the one that was given. @type {Promise<any> | undefined} */
        this.ahead = undefined
    }

    next() {
        const given = this.ahead ?? this.batches.next()
        this.ahead = undefined
        return given
    }

    /** Reads the next batch while the client has this one. */
    goOn() {
        void pause().then(() => {
            if (this.controller.signal.aborted || this.ahead !== undefined) return
            this.ahead = this.batches.next()
            this.ahead.catch(() => undefined)
        })
    }
}

/** Serves one client. */
class Server {
    /** @param {import('./peer.js').Wire} wire */
    constructor(wire) {
        /** @type {Map<number, Served>} */
        this.datasets = new Map()
        /** @type {Map<number, Stream>} */
        this.streams = new Map()
        this.count = 0
        this.peer = new Peer(wire, {
            init: ([wasm, brotli]) => this.init(wasm, brotli),
            open: ([source, options], signal) => this.open(source, options, signal),
            columns: ([id, names, options], signal) => this.columns(id, names, options, signal),
            toArrow: ([id, options], signal) => this.toArrow(id, options, signal),
            count: ([id]) => this.with(id, (dataset) => dataset.count()),
            start: ([id, call, options]) => this.start(id, call, options),
            next: ([stream]) => this.next(stream),
            leave: ([stream]) => this.leave(stream),
            close: ([id]) => this.close(id),
        })
    }

    /** @param {unknown} wasm @param {unknown} brotli */
    async init(wasm, brotli) {
        await init({ wasm: this.moduleOf(wasm), brotli: this.moduleOf(brotli) })
    }

    /** @param {any} source */
    moduleOf(source) {
        const isBare = source === undefined || source instanceof WebAssembly.Module
        return isBare ? source : sourceOf(this.peer, source)
    }

    /** @param {unknown} source @param {unknown} packed @param {AbortSignal} signal */
    async open(source, packed, signal) {
        const options = optionsOf(this.peer, packed, signal)
        const dataset = await open(sourceOf(this.peer, source), options)
        // Its promise is nobody's any more.
        if (signal.aborted) dataset.close()
        signal.throwIfAborted()
        const id = (this.count += 1)
        const served = new Served(dataset)
        this.datasets.set(id, served)
        const { path, schema, numRows, numCols, format } = dataset
        const { rowGroups, bytes, files, createdBy, metadata } = dataset
        const about = { path, schema, numRows, numCols, format, rowGroups, bytes, files }
        return { id, about: { ...about, createdBy, metadata }, news: served.news() }
    }

    /** @param {unknown} id @returns {Served} */
    served(id) {
        const served = this.datasets.get(/** @type {number} */ (id))
        if (served === undefined) throw new AlimentarError('state', 'the data set was closed')
        return served
    }

    /**
     * Works with a data set, and tells what became of it before the answer.
     * @template T
     * @param {unknown} id @param {(dataset: Dataset) => Promise<T>} work @returns {Promise<T>}
     */
    async with(id, work) {
        const { dataset } = this.served(id)
        try {
            return await work(dataset)
        } finally {
            this.tell(id)
        }
    }

    /** @param {unknown} id */
    tell(id) {
        const served = this.datasets.get(/** @type {number} */ (id))
        if (served !== undefined) this.peer.tell('news', [id, served.news()])
    }

    /** @param {unknown} id @param {any} names @param {any} packed @param {AbortSignal} signal */
    columns(id, names, packed, signal) {
        return this.with(id, async (dataset) => {
            const options = optionsOf(this.peer, packed, signal)
            const result = await dataset.columns(names, options)
            const wanted = { ...options, columns: names ?? undefined }
            const fields = dataset.fieldsOf(wanted, valueOptions(dataset._options, options))
            const { columns, transfer } = new Packer(fields, true).pack(
                fields.map(({ key }) => result[key]),
            )
            return new Sent({ fields: fields.map(packField), columns }, transfer)
        })
    }

    /** @param {unknown} id @param {any} packed @param {AbortSignal} signal */
    toArrow(id, packed, signal) {
        return this.with(id, async (dataset) => {
            const bytes = await dataset.toArrow(optionsOf(this.peer, packed, signal))
            return new Sent(bytes, [/** @type {ArrayBuffer} */ (bytes.buffer)])
        })
    }

    /** @param {unknown} id @param {unknown} call @param {any} packed */
    start(id, call, packed) {
        return this.with(id, async (dataset) => {
            const controller = new AbortController()
            const options = optionsOf(this.peer, packed, controller.signal)
            const isRows = call !== 'batches()'
            dataset.checked(String(call), options, isRows ? rowsRules : batchesRules)
            const begun = dataset.begun(options)
            try {
                if (isRows) checkDistinct(begun.fields)
            } catch (error) {
                dataset.end(begun.task)
                throw dataset.located(error)
            }
            const stream = (this.count += 1)
            const batches = dataset.batchesOf(options, begun)
            const made = new Stream(this.served(id), batches, begun, controller)
            this.streams.set(stream, made)
            return { stream, fields: begun.fields.map(packField) }
        })
    }

    /** @param {number} id @returns {Promise<Sent | null>} null after the last batch */
    async next(id) {
        const stream = this.streams.get(id)
        if (stream === undefined) throw new AlimentarError('state', 'the read was left')
        try {
            const { done, value } = await stream.next()
            if (done) this.streams.delete(id)
            if (done) return null
            stream.goOn()
            const { columns, transfer } = stream.packer.pack(value.columns)
            return new Sent({ numRows: value.numRows, columns }, transfer)
        } catch (error) {
            this.streams.delete(id)
            throw error
        } finally {
            this.tellOf(stream)
        }
    }

    /** @param {Stream} stream */
    tellOf({ served }) {
        for (const [id, each] of this.datasets) if (each === served) this.tell(id)
    }

    /** Releases what a read holds, at once. @param {number} id */
    leave(id) {
        const stream = this.streams.get(id)
        if (stream === undefined) return
        this.streams.delete(id)
        stream.controller.abort()
        stream.served.dataset.end(stream.task)
        void stream.batches.return(undefined).catch(() => undefined)
        this.tellOf(stream)
    }

    /** @param {number} id */
    close(id) {
        const served = this.datasets.get(id)
        this.datasets.delete(id)
        for (const [stream, { served: of }] of this.streams)
            if (of === served) this.streams.delete(stream)
        served?.dataset.close()
    }
}

/** @param {import('./peer.js').Wire} wire @returns {Peer} which takes the client's messages */
export function serve(wire) {
    return new Server(wire).peer
}
