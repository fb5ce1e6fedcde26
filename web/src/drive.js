// drive.js: steps a task, hands its operations to a host and their answers back
// (docs/contracts/tasks.md). A tab is given a turn whenever a few milliseconds of work have passed.
//
// However a task ends (done, failed, aborted, left early) finish() releases it at once: operations
// in flight are told to stop and answered, so that no buffer waits for them and none is written
// late.
import * as abi from './abi.js'
import { AlimentarError } from './errors.js'
import { transform } from './host_transform.js'
import { pause } from './turns.js'

/** @typedef {import('./wasm.js').Core} Core */
/** @typedef {import('./types.d.ts').Progress} Progress */
/** @typedef {import('./types.d.ts').Warning} Warning */

const TURN_MS = 5
const PROGRESS_MS = 50

/**
 * What a host learned of an operation. Sizes are null where they are not known; `failure` is for
 * people, and `code` goes before the status.
 * @typedef {{
 *   status?: number, objectBytes?: number | null, etag?: string, httpStatus?: number,
 *   failure?: string, code?: string
 * }} Outcome
 */

/**
 * Carries out operations on one object, or on those of `hosts`. `carry` never throws: every outcome
 * goes to the operation. Where `isNamedByPath`, equal paths are the same file. `isBeside` tells if
 * a path is one that this object may lead to (ALI_OBJECT_SIBLINGS).
 * @typedef {{ path: string, objectBytes: number | null, etag?: string, flags: number, url?: URL,
 *   hosts?: Host[], partitionAt?: number, isNamedByPath?: boolean,
 *   isBeside?(path: string): boolean,
 *   warnings?: Warning[], requests?: import('./types.d.ts').Request[],
 *   warn?: (warning: Warning) => void,
 *   carry(op: Operation): void, close?(): void }} Host
 */

/** An operation as a host sees it: what is asked for, where bytes go, and how to end it. */
export class Operation {
    /** @param {Task} task @param {{ [name: string]: any }} op */
    constructor(task, op) {
        this.task = task
        this.id = op.op_id
        this.kind = op.kind
        /** The object, as its opener or a listing named it. @type {string} */
        this.path = op.path
        /** LIST: the name behind which the page begins. @type {string} */
        this.token = op.token
        /** @type {number} */
        this.offset = op.offset_bytes
        /** @type {number} */
        this.length = op.length_bytes
        this.isFromEnd = (op.flags & abi.ALI_OP_FROM_END) !== 0
        /** The validator that the object must still have; '' before one is known. @type {string} */
        this.etag = op.etag
        /** For people: what the bytes are. @type {string} */
        this.why = op.why
        /** To be sent with a request: lines "name: value". @type {string} */
        this.headers = op.headers
        this.address = op.data
        /** TRANSFORM: the codec's name, and what is to be decompressed. @type {string} */
        this.codec = op.codec
        this.inputAddress = op.input
        /** @type {number} */
        this.inputLength = op.input_bytes
        this.moved = 0
        this.isEnded = false
        this.controller = new AbortController()
    }

    /** Aborted when nobody wants the operation any more. */
    get signal() {
        return this.controller.signal
    }

    /**
     * Copies the next bytes to where the core wants them; what is more than asked for is dropped.
     * @param {Uint8Array} bytes @returns {boolean} false if no more are wanted
     */
    part(bytes) {
        if (this.isEnded) return false
        const room = this.length - this.moved
        const part = bytes.length > room ? bytes.subarray(0, room) : bytes
        if (part.length !== 0) {
            this.task.core.bytes(this.address + this.moved, part.length).set(part)
            this.moved += part.length
            this.task.answer(this, part.length, {}, 0)
        }
        return this.moved < this.length
    }

    /** @param {Outcome} outcome */
    end(outcome) {
        if (this.isEnded) return
        this.isEnded = true
        this.task.ended(this, outcome)
    }
}

/** A task of the core, stepped until it is done. */
export class Task {
    /**
     * @param {Core} core @param {Host} host @param {number} pointer taken over
     * @param {{ signal?: AbortSignal, onProgress?: (progress: Progress) => void }} options
     */
    constructor(core, host, pointer, options) {
        this.core = core
        this.host = host
        this.pointer = pointer
        this.options = options
        /** @type {Set<Operation>} */
        this.inFlight = new Set()
        /** What hosts said of operations that failed. @type {Map<number, Outcome>} */
        this.failures = new Map()
        /** @type {unknown} */
        this.failure = undefined
        this.isFinished = false
        this.isWoken = false
        /** @type {(() => void) | undefined} */
        this.wake = undefined
        this.turnBegan = performance.now()
        this.told = 0
        this.steps = { count: 0, longestMs: 0 }
        this.abort = () => this.fail(options.signal?.reason)
        options.signal?.addEventListener('abort', this.abort)
        if (options.signal?.aborted) this.abort()
    }

    /**
     * Goes on until there is a batch.
     * @returns {Promise<number>} its address, which is the caller's; 0 when the task is done
     */
    async next() {
        for (;;) {
            if (this.isFinished) throw this.failure
            if (this.isTurnOver()) {
                await this.turn()
                continue
            }
            const { status, ops } = this.step()
            for (const op of ops) {
                if (op.kind === abi.ALI_OP_TRANSFORM) transform(op)
                else this.host.carry(op)
            }
            if (status === abi.ALI_OK || status === abi.ALI_READY) this.tell(status === abi.ALI_OK)
            if (status === abi.ALI_OK) return 0
            if (status === abi.ALI_READY)
                return this.core.exports.task_take_batch(this.pointer) >>> 0
            if (status < 0) this.fail(this.error())
            else if (status === abi.ALI_NEED && ops.length === 0) await this.answered()
        }
    }

    /** Whether enough was done at one go. */
    isTurnOver() {
        return performance.now() - this.turnBegan > TURN_MS
    }

    /** Lets the event loop do something else; fails if the task was ended meanwhile. */
    async turn() {
        await pause()
        this.turnBegan = performance.now()
        if (this.isFinished) throw this.failure
    }

    step() {
        this.isWoken = false
        const core = this.core
        core.listed = []
        const began = performance.now()
        const status = core.exports.task_step(this.pointer, 0)
        this.steps.count += 1
        this.steps.longestMs = Math.max(this.steps.longestMs, performance.now() - began)
        const ops = core.listed.map((op) => new Operation(this, op))
        core.listed = []
        for (const op of ops) this.inFlight.add(op)
        return { status, ops }
    }

    // Waits for an answer, unless one came since the step.
    async answered() {
        if (!this.isWoken && !this.isFinished) {
            await new Promise((resolve) => {
                this.wake = () => resolve(undefined)
            })
            this.turnBegan = performance.now()
        }
        this.tell(false)
    }

    /**
     * @param {Operation} op
     * @param {number} moved
     * @param {Outcome} outcome
     * @param {number} isLast
     */
    answer(op, moved, outcome, isLast) {
        const core = this.core
        const status = core.lend((put) => {
            const etag =
                outcome.etag === undefined ? { address: 0, length: 0 } : put.text(outcome.etag)
            return core.exports.task_answer(
                this.pointer,
                put.struct(abi.ali_answer, {
                    status: outcome.status ?? abi.ALI_OK,
                    op_id: op.id,
                    moved_bytes: moved,
                    object_bytes: outcome.objectBytes ?? null,
                    etag: etag.address,
                    etag_bytes: etag.length,
                    http_status: outcome.httpStatus ?? 0,
                    is_last: isLast,
                }),
            )
        })
        core.check(status)
        this.isWoken = true
        this.wake?.()
    }

    /** @param {Operation} op @param {Outcome} outcome */
    ended(op, outcome) {
        if (outcome.failure !== undefined) this.failures.set(op.id, outcome)
        this.inFlight.delete(op)
        this.answer(op, 0, outcome, 1)
    }

    // The task's error, completed by what the host knows.
    error() {
        const { error, op_id } = this.core.error(this.core.exports.task_error(this.pointer) >>> 0)
        const host = this.failures.get(op_id)
        if (host?.failure === undefined) return error
        const sentence =
            host.code === undefined ? `${error.message}: ${host.failure}` : host.failure
        return new AlimentarError(host.code ?? error.code, sentence, error)
    }

    /** @param {boolean} isDone */
    tell(isDone) {
        const { onProgress } = this.options
        if (onProgress === undefined || this.isFinished) return
        const now = performance.now()
        if (!isDone && now - this.told < PROGRESS_MS) return
        this.told = now
        const { bytes, bytes_total, rows } = this.core.describe(abi.ali_progress, (address) =>
            this.core.exports.task_progress(this.pointer, address),
        )
        onProgress({ bytes, bytesTotal: bytes_total, rows })
    }

    /** Ends the task with an error. @param {unknown} reason */
    fail(reason) {
        if (this.isFinished) return
        this.failure = reason
        this.finish()
    }

    /** Releases the task; what is in flight is stopped and answered. */
    finish() {
        if (this.isFinished) return
        this.isFinished = true
        this.options.signal?.removeEventListener('abort', this.abort)
        this.core.exports.task_cancel(this.pointer)
        for (const op of [...this.inFlight]) {
            op.end({ status: abi.ALI_ERR_HOST })
            op.controller.abort()
        }
        this.core.exports.task_free(this.pointer)
        this.pointer = 0
        this.wake?.()
    }
}
