// peer.js: two threads that call each other by messages.
//
// A call has a number, a name and a list of arguments, and gets one answer or one failure; it may
// be stopped meanwhile. What is told gets no answer. A message of any other shape, a name that is
// not known, an answer to what was not asked: none of them changes anything.
import { AlimentarError } from './errors.js'

/**
 * @typedef {{
 *   post(message: unknown, transfer: Transferable[]): void,
 *   busy?(isBusy: boolean): void
 * }} Wire
 */
/** @typedef {(args: any[], signal: AbortSignal) => unknown} Handler */
/** @typedef {{ [name: string]: Handler }} Handlers */

const TEXT_MAX = 1 << 20
const ERRORS = { Error, RangeError, ReferenceError, SyntaxError, TypeError }

/** A value and what of it is transferred, not copied. */
export class Sent {
    /** @param {unknown} value @param {Transferable[]} transfer */
    constructor(value, transfer) {
        this.value = value
        this.transfer = transfer
    }
}

/** One end of a wire. */
export class Peer {
    /** @param {Wire} wire @param {Handlers} handlers what the other end may call and tell */
    constructor(wire, handlers) {
        this.wire = wire
        this.handlers = new Map(Object.entries(handlers))
        this.calls = 0
        /**
         * @type {Map<number, { done(value: any): void, fail(error: unknown): void,
         *   late?: (value: any) => void }>}
         */
        this.asked = new Map()
        /** @type {Map<number, AbortController>} */
        this.running = new Map()
        /** @type {unknown} */
        this.failure = undefined
    }

    /**
     * Calls the other end. `late` is called with an answer that came after an abort.
     * @param {string} name
     * @param {unknown[]} args
     * @param {{ signal?: AbortSignal, transfer?: Transferable[], late?: (value: any) => void }}
     *     [options]
     * @returns {Promise<any>}
     */
    call(name, args, { signal, transfer = [], late } = {}) {
        if (this.failure !== undefined) return Promise.reject(this.failure)
        if (signal?.aborted) return Promise.reject(signal.reason)
        const id = (this.calls += 1)
        return new Promise((resolve, reject) => {
            const stop = () => {
                this.wire.post({ kind: 'stop', id }, [])
                reject(signal?.reason)
            }
            const end = () => {
                signal?.removeEventListener('abort', stop)
                this.asked.delete(id)
                if (this.asked.size === 0) this.wire.busy?.(false)
            }
            this.asked.set(id, {
                done(value) {
                    end()
                    if (signal?.aborted) late?.(value)
                    resolve(value)
                },
                fail(error) {
                    end()
                    reject(error)
                },
            })
            this.wire.busy?.(true)
            try {
                this.wire.post({ kind: 'call', id, name, args }, transfer)
                signal?.addEventListener('abort', stop)
            } catch (error) {
                end()
                reject(unsendable(error))
            }
        })
    }

    /**
     * Calls a function of the other end whose outcome nobody needs.
     * @param {string} name @param {unknown[]} args @param {Transferable[]} [transfer]
     */
    tell(name, args, transfer = []) {
        if (this.failure === undefined) this.wire.post({ kind: 'tell', name, args }, transfer)
    }

    /** Takes a message of the other end. @param {unknown} message */
    take(message) {
        const { kind, id, name, args, value, error } = /** @type {any} */ (message ?? {})
        const isNumbered = Number.isSafeInteger(id) && id > 0
        const handler = Array.isArray(args) ? this.handlers.get(name) : undefined
        if (kind === 'tell' && handler !== undefined) this.told(handler, args)
        else if (!isNumbered) return
        else if (kind === 'call' && !this.running.has(id)) void this.run(id, handler, args)
        else if (kind === 'stop') this.running.get(id)?.abort(stopped())
        else if (kind === 'answer') this.asked.get(id)?.done(value)
        else if (kind === 'failed') this.asked.get(id)?.fail(errorOf(error))
    }

    /** @param {Handler} handler @param {any[]} args */
    told(handler, args) {
        try {
            void Promise.resolve(handler(args, new AbortController().signal)).catch(() => undefined)
        } catch {
            // Nobody waits for it.
        }
    }

    /** @param {number} id @param {Handler | undefined} handler @param {any[]} args */
    async run(id, handler, args) {
        const controller = new AbortController()
        this.running.set(id, controller)
        let message
        /** @type {Transferable[]} */
        let transfer = []
        try {
            if (handler === undefined)
                throw new AlimentarError('argument', 'the message is none of alimentar')
            const given = await handler(args, controller.signal)
            if (given instanceof Sent) transfer = given.transfer
            message = { kind: 'answer', id, value: given instanceof Sent ? given.value : given }
        } catch (error) {
            message = { kind: 'failed', id, error: packError(error) }
        }
        this.running.delete(id)
        try {
            this.wire.post(message, transfer)
        } catch (error) {
            this.wire.post({ kind: 'failed', id, error: packError(unsendable(error)) }, [])
        }
    }

    /** The other end is gone: all calls fail. @param {unknown} error */
    fail(error) {
        if (this.failure !== undefined) return
        this.failure = error
        for (const { fail } of [...this.asked.values()]) fail(error)
        for (const controller of this.running.values()) controller.abort(error)
    }
}

function stopped() {
    return new AlimentarError('state', 'nobody waits for this any more')
}

/** @param {unknown} error @returns {AlimentarError} */
function unsendable(error) {
    if (error instanceof AlimentarError) return error
    const cause = String(/** @type {any} */ (error)?.message ?? error)
    return new AlimentarError('argument', `a value cannot be sent to another thread: ${cause}`)
}

/**
 * Posts what had to wait; a call that cannot be sent fails then.
 * @param {Wire} wire @param {any} message @param {Transferable[]} transfer
 * @param {(message: unknown) => void} take
 */
export function postLate(wire, message, transfer, take) {
    try {
        wire.post(message, transfer)
    } catch (error) {
        const { kind, id } = message
        if (kind === 'call') take({ kind: 'failed', id, error: packError(unsendable(error)) })
    }
}

/** @param {unknown} error */
export function packError(error) {
    if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
    const name = String(error.name)
    const message = String(error.message)
    if (!(error instanceof AlimentarError)) return { name, message }
    const { code, path, offset, column, row, httpStatus } = error
    return { name, message, code, path, offset, column, row, httpStatus }
}

/** The error of a message; its members are checked. @param {any} packed @returns {Error} */
export function errorOf(packed) {
    const { name, message, code, path, offset, column, row, httpStatus } = packed ?? {}
    if (typeof code === 'string')
        return new AlimentarError(text(code), text(message), {
            path: text(path),
            offset: number(offset),
            column: text(column),
            row: number(row),
            httpStatus: number(httpStatus) ?? 0,
        })
    const Kind = Object.hasOwn(ERRORS, text(name)) ? /** @type {any} */ (ERRORS)[name] : Error
    const made = new Kind(text(message))
    if (made.name !== name) made.name = text(name)
    return made
}

/** @param {unknown} value */
function text(value) {
    return typeof value === 'string' ? value.slice(0, TEXT_MAX) : ''
}

/** @param {unknown} value */
function number(value) {
    return typeof value === 'number' ? value : null
}
