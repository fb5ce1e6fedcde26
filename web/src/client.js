// client.js: the package's API over data sets that live in another thread (server.js).
//
// A data set here knows what the one there said: what open() learned, and warnings, requests and
// memory as of the last answer. Arrays of columns are this thread's own. Views are refused: the
// module's memory lies in the other thread.
import { Batch } from './batch.js'
import {
    arrowRules,
    batchesRules,
    callOf,
    checkOptions,
    columnsRules,
    initRules,
    openRules,
    rowsRules,
} from './check.js'
import { INSPECT } from './column.js'
import { elementsOf, isList } from './elements.js'
import { AlimentarError } from './errors.js'
import { Lending, absoluteText } from './lend.js'
import { Types, Unpacker, bare } from './parcel.js'
import { Peer } from './peer.js'

/** @typedef {import('./types.d.ts').OpenOptions} OpenOptions */
/** @typedef {import('./types.d.ts').ScanOptions} ScanOptions */
/** @typedef {import('./peer.js').Wire} Wire */

/**
 * Starts the other thread. Its messages go to `take`, and `fail` is called when it is gone.
 * `address` is where the thread's module lies, if init() was told.
 * @typedef {(take: (message: unknown) => void, fail: (error: unknown) => void,
 *   address?: string) => Wire} Start
 */

/** Closes of data sets that nobody closed. */
const forgotten = new FinalizationRegistry((/** @type {() => void} */ close) => close())

/** One worker, started when it is needed, and anew where it failed. */
export class Client {
    /** @param {Start} start @param {import('./check.js').Rules} [rules] of init() */
    constructor(start, rules = initRules) {
        this.start = start
        this.rules = rules
        /** @type {string | undefined} */
        this.address = undefined
        /** @type {Peer | undefined} */
        this.peer = undefined
        /** What init() was given: wasm, brotli. @type {unknown[]} */
        this.modules = []
        /** @type {Map<number, import('./lend.js').Lendable>} */
        this.lent = new Map()
        /** @type {Map<number, WeakTaker>} */
        this.datasets = new Map()
        /** A warning of each data set. @type {import('./types.d.ts').Warning | undefined} */
        this.warning = undefined
    }

    /** @returns {Peer} */
    connect() {
        if (this.peer?.failure === undefined && this.peer !== undefined) return this.peer
        /** @type {unknown[]} */
        const early = []
        /** @type {Peer | undefined} */
        let peer
        /** @type {unknown} */
        let failure
        const wire = this.start(
            (message) => (peer === undefined ? early.push(message) : peer.take(message)),
            (error) => {
                failure = error
                peer?.fail(error)
            },
            this.address,
        )
        peer = new Peer(wire, {
            lent: ([of, method, args], signal) => this.callLent(of, method, args, signal),
            drop: ([of]) => this.drop(of),
            news: ([id, news]) => this.datasets.get(id)?.take(news),
            ready: () => undefined,
        })
        for (const message of early) peer.take(message)
        if (failure !== undefined) peer.fail(failure)
        this.peer = peer
        if (this.modules.length !== 0) peer.call('init', this.modules).catch(() => undefined)
        return peer
    }

    /** @param {number} of @param {string} method @param {any[]} args @param {AbortSignal} signal */
    callLent(of, method, args, signal) {
        const object = this.lent.get(of)
        const isMethod = object !== undefined && Object.hasOwn(object, method)
        if (!isMethod || !Array.isArray(args))
            throw new AlimentarError('state', 'what was lent to the worker is no longer there')
        return object[method](args, signal)
    }

    /** A stream that nobody wants any more. @param {number} of */
    async drop(of) {
        const object = this.lent.get(of)
        this.lent.delete(of)
        await object?.cancel?.([], new AbortController().signal)
    }

    /** @param {import('./types.d.ts').InitOptions} [options] @returns {Promise<void>} */
    async init(options = {}) {
        checkOptions('init()', options, this.rules)
        if (options.worker !== undefined) this.address = absoluteText(options.worker)
        const lending = new Lending(this.lent)
        const wasm = await packWasm(lending, options.wasm)
        const brotli = await packWasm(lending, options.brotli)
        const peer = this.connect()
        // Kept, so that a worker that is started anew has them too.
        this.modules = [wasm ?? this.modules[0], brotli ?? this.modules[1]]
        await peer.call('init', [wasm, brotli])
    }

    /** @param {any} source @param {OpenOptions} [options] @returns {Promise<RemoteDataset>} */
    async open(source, options = {}) {
        checkOptions('open()', options, openRules)
        options.signal?.throwIfAborted()
        const peer = this.connect()
        const lending = new Lending(this.lent)
        try {
            const packed = [lending.source(await resolvedAll(source)), lending.options(options)]
            const { id, about, news } = await peer.call('open', packed, {
                signal: options.signal,
                transfer: lending.transfer,
                late: (given) => peer.tell('close', [given.id]),
            })
            return new RemoteDataset(this, peer, id, about, news, lending)
        } catch (error) {
            lending.end()
            throw error
        }
    }
}

/** @param {any} source */
function resolvedAll(source) {
    return isList(source) ? Promise.all(elementsOf(source).map(resolved)) : resolved(source)
}

/** blob: URLs of Node are known to their own thread alone. @param {any} source */
async function resolved(source) {
    const isBlob = /^blob:/i.test(String(source)) && typeof location === 'undefined'
    if (!isBlob || (typeof source !== 'string' && !(source instanceof URL))) return source
    const url = String(source)
    const blob = await fetch(url).then(
        (response) => response.blob(),
        () => undefined,
    )
    return blob === undefined ? source : Object.defineProperty(blob, 'name', { value: url })
}

/** @param {Lending} lending @param {any} wasm @returns {Promise<unknown>} */
async function packWasm(lending, wasm) {
    if (wasm === undefined || wasm instanceof WebAssembly.Module) return wasm
    if (typeof wasm === 'string' || wasm instanceof URL)
        return { kind: 'url', url: absoluteText(wasm) }
    if (typeof wasm.arrayBuffer !== 'function') return lending.single(wasm)
    const { status, type, url, redirected, headers } = wasm
    const bytes = new Uint8Array(await wasm.arrayBuffer())
    const told = { status, type, url, redirected, headers: [...headers] }
    return { kind: 'answered', ...told, bytes }
}

/** What a remote data set shares with its close. */
class Hold {
    /** @param {Client} client @param {Peer} peer @param {number} id @param {Lending} lending */
    constructor(client, peer, id, lending) {
        this.client = client
        this.peer = peer
        this.id = id
        this.lending = lending
        this.isClosed = false
        /** What takes its news. @type {WeakTaker | undefined} */
        this.taker = undefined
    }

    close() {
        if (this.isClosed) return
        this.isClosed = true
        this.peer.tell('close', [this.id])
        // A worker that was started anew counts from the beginning.
        const { datasets } = this.client
        if (datasets.get(this.id) === this.taker) datasets.delete(this.id)
        this.lending.end()
    }
}

/** A data set of the other thread. */
export class RemoteDataset {
    /**
     * @param {Client} client
     * @param {Peer} peer
     * @param {number} id
     * @param {any} about
     * @param {any} news
     * @param {Lending} lending
     */
    constructor(client, peer, id, about, news, lending) {
        const hold = new Hold(client, peer, id, lending)
        this._hold = hold
        this._memoryBytes = 0
        /** @type {string} */
        this.path = about.path
        const types = new Types()
        /** @type {import('./types.d.ts').Schema} */
        this.schema = {
            fields: about.schema.fields.map((/** @type {any} */ field) => types.field(field)),
            metadata: bare(about.schema.metadata),
        }
        /** @type {number | null} */
        this.numRows = about.numRows
        /** @type {number} */
        this.numCols = about.numCols
        /** @type {string} */
        this.format = about.format
        /** @type {number} */
        this.rowGroups = about.rowGroups
        /** @type {number} */
        this.bytes = about.bytes
        /** @type {number} */
        this.files = about.files
        /** @type {string} */
        this.createdBy = about.createdBy
        /** @type {{ [key: string]: string }} */
        this.metadata = bare(about.metadata)
        /** @type {import('./types.d.ts').Warning[]} */
        this.warnings = client.warning === undefined ? [] : [client.warning]
        /** @type {import('./types.d.ts').Request[]} */
        this.requests = []
        this.take(news)
        hold.taker = new WeakTaker(this)
        client.datasets.set(id, hold.taker)
        forgotten.register(this, () => hold.close(), this)
    }

    /** What changed in the other thread. @param {any} news */
    take({ memoryBytes, warnings, requests }) {
        this._memoryBytes = memoryBytes
        this.warnings.push(...warnings)
        for (const [index, request] of requests) {
            const known = this.requests[index]
            if (known === undefined) this.requests[index] = request
            else Object.assign(known, request)
        }
    }

    /**
     * Calls the other thread with a scan's options.
     * @param {string} name
     * @param {(options: any) => unknown[]} argsOf
     * @param {any} options
     * @returns {Promise<any>}
     */
    async ask(name, argsOf, options) {
        const { client, peer } = this._hold
        const { onProgress, signal } = options
        const lending = new Lending(client.lent)
        const stop = new AbortController()
        const abort = () => stop.abort(signal?.reason)
        signal?.addEventListener('abort', abort)
        const told = onProgress && failing(onProgress, stop)
        try {
            const args = argsOf(lending.options({ ...options, onProgress: told }))
            return await peer.call(name, args, { signal: stop.signal })
        } catch (error) {
            throw this.located(error)
        } finally {
            signal?.removeEventListener('abort', abort)
            lending.end()
        }
    }

    /** @param {string} call @param {any} options @param {import('./check.js').Rules} rules */
    checked(call, options, rules) {
        try {
            checkOptions(call, options, rules)
            this.checkOpen()
        } catch (error) {
            throw this.located(error)
        }
        options.signal?.throwIfAborted()
    }

    /**
     * @param {any} [first] names, or options alone
     * @param {Omit<ScanOptions, 'columns'>} [second]
     * @returns {Promise<any>}
     */
    async columns(first, second) {
        const { isAlone, options } = callOf(first, second)
        this.checked('columns()', options, isAlone ? rowsRules : columnsRules)
        const { columns: within, ...rest } = options
        const names = isAlone ? within : first
        const { id } = this._hold
        const { fields, columns } = await this.ask('columns', (o) => [id, names, o], rest)
        const unpacker = new Unpacker(fields)
        const made = unpacker.unpack(columns)
        const result = Object.create(null)
        unpacker.fields.forEach(({ key }, index) => (result[key] = made[index]))
        return result
    }

    /** @param {any} [options] @returns {Promise<Uint8Array>} */
    async toArrow(options = {}) {
        this.checked('toArrow()', options, arrowRules)
        return this.ask('toArrow', (sent) => [this._hold.id, sent], options)
    }

    /** @returns {Promise<number>} */
    async count() {
        this.checkOpen()
        return this.ask('count', () => [this._hold.id], {})
    }

    /** @param {ScanOptions & { views?: boolean }} [options] @returns {AsyncGenerator<Batch>} */
    async *batches(options = {}) {
        this.checked('batches()', options, batchesRules)
        if (options.views)
            throw new AlimentarError(
                'unsupported',
                'views are not supported in a worker: the memory that they show is the ' +
                    "worker's; leave out { views: true }",
                { path: this.path },
            )
        yield* this.batchesOf('batches()', options)
    }

    /** @param {string} call @param {any} options @returns {AsyncGenerator<Batch>} */
    async *batchesOf(call, { views: _views, ...options }) {
        const { client, peer, id } = this._hold
        const { onProgress, signal } = options
        const lending = new Lending(client.lent)
        const stop = new AbortController()
        let stream = 0
        const leave = () => {
            if (stream !== 0) peer.tell('leave', [stream])
            stream = 0
        }
        const abort = () => {
            stop.abort(signal?.reason)
            leave()
        }
        signal?.addEventListener('abort', abort)
        const told = onProgress && failing(onProgress, stop)
        try {
            const sent = lending.options({ ...options, onProgress: told })
            const late = (/** @type {any} */ given) => peer.tell('leave', [given.stream])
            const more = { signal: stop.signal }
            const begun = await peer.call('start', [id, call, sent], { ...more, late })
            stream = begun.stream
            const unpacker = new Unpacker(begun.fields)
            for (;;) {
                const batch = await peer.call('next', [stream], more)
                if (batch === null) break
                yield new Batch(unpacker.fields, unpacker.unpack(batch.columns), batch.numRows)
            }
            stream = 0
        } catch (error) {
            throw this.located(error)
        } finally {
            signal?.removeEventListener('abort', abort)
            lending.end()
            leave()
        }
    }

    /** @param {ScanOptions} [options] */
    async *rows(options = {}) {
        this.checked('rows()', options, rowsRules)
        for await (const batch of this.batchesOf('rows()', options)) yield* batch
    }

    /** @param {any} [first] @param {ScanOptions} [second] */
    async head(first = 10, second) {
        const { isAlone, options } = callOf(first, second)
        this.checked('head()', options, rowsRules)
        const limit = isAlone ? (options.limit ?? 10) : first
        const rows = []
        for await (const row of this.rows({ ...options, limit })) rows.push(row)
        return rows
    }

    /** As of the last answer. */
    memoryBytes() {
        return this._hold.isClosed ? 0 : this._memoryBytes
    }

    close() {
        forgotten.unregister(this)
        this._hold.close()
    }

    checkOpen() {
        if (this._hold.isClosed)
            throw new AlimentarError('state', 'the data set was closed', { path: this.path })
    }

    /** @param {unknown} error */
    located(error) {
        if (error instanceof AlimentarError && error.path === '') error.path = this.path
        return error
    }

    toJSON() {
        const { path, format, numRows, numCols } = this
        return { path, format, numRows, numCols }
    }

    /** What console.log shows in Node. */
    [INSPECT]() {
        const { path, format, numRows, numCols } = this
        return `Dataset ${path} (${format}, ${numRows} rows of ${numCols} columns)`
    }
}

/** Takes news of a data set that may be forgotten. */
class WeakTaker {
    /** @param {RemoteDataset} dataset */
    constructor(dataset) {
        this.dataset = new WeakRef(dataset)
    }

    /** @param {any} news */
    take(news) {
        this.dataset.deref()?.take(news)
    }
}

const dispose = /** @type {any} */ (Symbol).dispose
if (dispose !== undefined) {
    ;/** @type {any} */ (RemoteDataset.prototype)[dispose] = function () {
        this.close()
    }
}

/**
 * A caller's function; what it throws ends the read.
 * @param {(progress: any) => void} onProgress @param {AbortController} stop
 */
function failing(onProgress, stop) {
    return (/** @type {any} */ progress) => {
        try {
            onProgress(progress)
        } catch (error) {
            stop.abort(error)
        }
    }
}
