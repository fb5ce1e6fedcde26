// host_http.js: carries out operations on a URL by fetch (docs/contracts/remote.md).
//
// Same origin, and outside browsers: the end of the file by a suffix range. Cross-origin that would
// need a preflight, so the size is asked for by HEAD, or by a GET that is ended after its headers,
// and ranges are explicit. A server that answers a range with the whole file is taken at its word:
// the body is kept, and nothing is asked for again. Every failure is one sentence that names what
// the server lacks.
import * as abi from './abi.js'
import { AlimentarError } from './errors.js'
import { rangeBegin } from './host_memory.js'
import { redacted, redactedSentence } from './redact.js'

/** @typedef {import('./drive.js').Operation} Operation */
/** @typedef {import('./drive.js').Outcome} Outcome */
/** @typedef {import('./types.d.ts').OpenOptions} OpenOptions */
/** @typedef {import('./types.d.ts').Request} Trace */
/** @typedef {{ response: Response, cancel(): void, alive(): void, trace: Trace }} Exchange */

const IN_FLIGHT_MAX = 6
const RETRIES = 4
const TIMEOUT_MS = 30000
const FIRST_DELAY_MS = 250
const DELAY_MAX_MS = 60000
const WHOLE_BYTES_MAX = 1024 * 1024 * 1024
const REQUESTS_KEPT = 1000

/** A failure that nothing further is tried for. */
class Failure extends Error {
    /** @param {string} message @param {Outcome} [outcome] */
    constructor(message, outcome = {}) {
        super(message)
        this.outcome = { status: abi.ALI_ERR_HOST, ...outcome, failure: message }
    }
}

/** A failure that may pass. */
class Passing extends Failure {
    /** @param {string} message @param {Outcome} [outcome] @param {number} [afterMs] */
    constructor(message, outcome = {}, afterMs = undefined) {
        super(message, outcome)
        this.afterMs = afterMs
    }
}

/**
 * @param {string | URL | (() => string | URL | Promise<string | URL>)} source
 * @param {OpenOptions} options
 */
export function httpHost(source, options) {
    return new HttpHost(source, options)
}

/** What fetch() reads by ranges. */
const SCHEMES = ['http:', 'https:', 'blob:', 'data:']

/** @param {string | URL} source @returns {URL} */
function absolute(source) {
    const url = parsed(source)
    const isPath = url === undefined || /^[a-z]:$/.test(url.protocol)
    const path = redacted(isPath ? source : url)
    if (isPath || (url.host === '' && url.pathname.includes('@')))
        throw new AlimentarError(
            'argument',
            `"${path}" is not a URL: paths of files are opened by openFile of alimentar/node`,
            { path },
        )
    if (url.protocol === 'file:')
        throw new AlimentarError(
            'unsupported',
            'file: URLs are not supported by open(): openFile of alimentar/node opens them',
            { path },
        )
    if (!SCHEMES.includes(url.protocol))
        throw new AlimentarError(
            'unsupported',
            `${url.protocol} URLs are not supported yet: http: and https: are`,
            { path },
        )
    if (url.username !== '' || url.password !== '')
        throw new AlimentarError(
            'argument',
            'the URL holds a user name or a password, which fetch() does not take: ' +
                'give them as headers: { Authorization: ... }',
            { path },
        )
    return url
}

/** @param {string | URL} source @returns {URL | undefined} */
function parsed(source) {
    try {
        return new URL(String(source), typeof location === 'undefined' ? undefined : location.href)
    } catch {
        return undefined
    }
}

class HttpHost {
    /**
     * @param {string | URL | (() => string | URL | Promise<string | URL>)} source
     * @param {OpenOptions} options
     */
    constructor(source, options) {
        const given = typeof source === 'function' ? source : options.url
        this.options = options
        this.renew = given
        /** @type {URL | undefined} */
        this.url = typeof source === 'function' ? undefined : absolute(source)
        this.path = this.url === undefined ? 'url()' : redacted(this.url)
        this.objectBytes = options.sizeBytes ?? null
        this.isCrossOrigin = isElsewhere(this.url)
        this.flags = this.isCrossOrigin ? abi.ALI_OBJECT_NO_SUFFIX : 0
        /** @type {import('./types.d.ts').Warning[]} */
        this.warnings = []
        /** @type {Trace[]} */
        this.requests = []
        /** Whether the end of the file cannot be had by a suffix range. */
        this.lacksSuffix = false
        this.retried = 0
        this.running = 0
        /** @type {(() => void)[]} */
        this.queue = []
        /**
         * The whole object, where the server does not serve ranges.
         * @type {Promise<{ bytes: Uint8Array, etag: string | undefined }> | undefined}
         */
        this.whole = undefined
        this.began = performance.now()
    }

    /** @param {Operation} op */
    carry(op) {
        this.work(op).catch((error) => {
            if (error instanceof Failure) op.end(error.outcome)
            else op.end(outcomeOf(error))
        })
    }

    /** @param {Operation} op */
    async work(op) {
        await this.enter()
        try {
            if (op.isEnded) return
            if (op.kind === abi.ALI_OP_STAT) await this.stat(op)
            else if (op.kind === abi.ALI_OP_READ) await this.read(op)
            else throw new Failure('files at a URL can only be read')
        } finally {
            this.leave()
        }
    }

    // At most six requests are under way at a time.
    async enter() {
        this.running += 1
        if (this.running > IN_FLIGHT_MAX)
            await new Promise((resolve) => this.queue.push(() => resolve(undefined)))
    }

    leave() {
        this.running -= 1
        this.queue.shift()?.()
    }

    // --- the object's size -----------------------------------------------------------------------

    /** @param {Operation} op */
    async stat(op) {
        if (this.whole !== undefined) return this.answerWhole(op)
        const head = await this.trying(op, () => this.head(op))
        if (head !== null) return op.end(head)
        const outcome = await this.trying(op, () => this.headByGet(op))
        if (outcome === null) return this.answerWhole(op)
        op.end(outcome)
    }

    /**
     * @param {Operation} op
     * @returns {Promise<Outcome | null>} null if HEAD is refused or tells no size
     */
    async head(op) {
        const { response, cancel } = await this.request(op, 'HEAD', null)
        cancel()
        if (
            response.status === 403 ||
            response.status === 405 ||
            response.status === 501 ||
            response.status === 400
        )
            return null
        this.checkStatus(response, [200, 204])
        return sizeOf(response)
    }

    /** Asks for the whole object; its body is still to come. @param {Operation} op */
    async getWhole(op) {
        const exchange = await this.request(op, 'GET', null)
        try {
            this.checkStatus(exchange.response, [200])
        } catch (error) {
            exchange.cancel()
            throw error
        }
        return exchange
    }

    /** @param {Operation} op @returns {Promise<Outcome | null>} null if the body is being kept */
    async headByGet(op) {
        const exchange = await this.getWhole(op)
        const outcome = sizeOf(exchange.response)
        if (outcome === null) this.keepWhole(exchange)
        else exchange.cancel()
        return outcome
    }

    // --- bytes -----------------------------------------------------------------------------------

    /** @param {Operation} op */
    async read(op) {
        /** @type {Reading} */
        const reading = {
            begin: op.isFromEnd ? null : op.offset,
            end: op.isFromEnd ? null : op.offset + op.length,
            objectBytes: null,
            etag: undefined,
        }
        if (op.isFromEnd && this.lacksSuffix && this.objectBytes !== null)
            this.takePosition(op, reading, this.objectBytes)
        while (this.whole === undefined) {
            const outcome = await this.trying(op, () => this.readRange(op, reading))
            if (outcome === null) continue
            return op.end(outcome)
        }
        return this.answerWhole(op)
    }

    /**
     * One request for what is still missing. Resumes at the byte reached.
     * @param {Operation} op @param {Reading} reading
     * @returns {Promise<Outcome | null>} null if another way has to be taken
     */
    async readRange(op, reading) {
        if (this.whole !== undefined) return null
        const range =
            reading.begin === null
                ? `bytes=-${op.length}`
                : `bytes=${reading.begin + op.moved}-${/** @type {number} */ (reading.end) - 1}`
        const exchange = await this.request(op, 'GET', range)
        const { response } = exchange
        try {
            if (response.status === 200) {
                if (this.whole === undefined) this.keepWhole(exchange)
                else exchange.cancel()
                return null
            }
            if (response.status === 416) {
                exchange.cancel()
                return this.unsatisfiable(op, reading, response)
            }
            this.checkStatus(response, [206])
            if (!this.checkRange(op, reading, response)) {
                exchange.cancel()
                return null
            }
        } catch (error) {
            exchange.cancel()
            throw error
        }
        await this.stream(op, reading, exchange)
        return { objectBytes: reading.objectBytes, etag: reading.etag, httpStatus: response.status }
    }

    /**
     * A range that the object does not have.
     * @param {Operation} op
     * @param {Reading} reading
     * @param {Response} response
     * @returns {Outcome | null}
     */
    unsatisfiable(op, reading, response) {
        const match = /^bytes \*\/(\d+)$/.exec(response.headers.get('content-range') ?? '')
        const objectBytes = match === null ? null : Number(match[1])
        if (reading.begin !== null || objectBytes === 0)
            return { objectBytes, etag: validatorOf(response), httpStatus: 416 }
        if (objectBytes === null)
            throw new Failure(
                'the server does not serve the end of the file (HTTP 416 to a suffix range): ' +
                    'give sizeBytes to open()',
            )
        this.takePosition(op, reading, objectBytes)
        return null
    }

    /**
     * The server does not know suffix ranges: the same bytes by their position, from now on.
     * @param {Operation} op @param {Reading} reading @param {number} objectBytes
     */
    takePosition(op, reading, objectBytes) {
        this.lacksSuffix = true
        this.objectBytes = objectBytes
        reading.begin = Math.max(0, objectBytes - op.length)
        reading.end = objectBytes
    }

    /**
     * @param {Operation} op
     * @param {Reading} reading
     * @param {Response} response
     * @returns {boolean} false if the bytes are others than those at the end that were asked for
     */
    checkRange(op, reading, response) {
        const encoding = response.headers.get('content-encoding')
        if (encoding !== null && encoding !== 'identity') {
            throw new Failure(
                `the server compresses ranges (Content-Encoding: ${encoding}), so that positions ` +
                    'in the file cannot be told: turn compression off for this file',
            )
        }
        if (/^multipart\//i.test(response.headers.get('content-type') ?? ''))
            throw new Failure('the server answered one range with a multipart body')
        const etag = validatorOf(response)
        if (reading.etag !== undefined && etag !== reading.etag)
            throw new Failure('the file changed while it was read: its validator is another one', {
                code: 'changed',
            })
        reading.etag = etag
        if (etag === undefined)
            this.warnOnce(
                'no_validator',
                'the server sends neither ETag nor Last-Modified, or does not expose ' +
                    'them: a change of the file while it is read cannot be noticed',
            )
        const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(
            response.headers.get('content-range') ?? '',
        )
        if (range === null) {
            if (reading.begin === null)
                throw new Failure(
                    'the server does not tell where the bytes it sent lie: it lacks ' +
                        'Content-Range, or Access-Control-Expose-Headers: Content-Range',
                )
            return true
        }
        const [begin, last] = [Number(range[1]), Number(range[2])]
        if (range[3] !== '*') reading.objectBytes = Number(range[3])
        return this.checkPosition(op, reading, begin, last)
    }

    /**
     * @param {Operation} op
     * @param {Reading} reading
     * @param {number} begin
     * @param {number} last
     */
    checkPosition(op, reading, begin, last) {
        const { objectBytes } = reading
        if (reading.begin === null) {
            if (objectBytes !== null) {
                const isEnd = last === objectBytes - 1
                if (!isEnd || begin !== Math.max(0, objectBytes - op.length)) {
                    this.takePosition(op, reading, objectBytes)
                    return false
                }
            }
            reading.begin = begin
            reading.end = last + 1
        } else if (begin !== reading.begin + op.moved) {
            throw new Failure(
                `the server sent bytes from ${begin} where those from ` +
                    `${reading.begin + op.moved} on were asked for`,
            )
        }
        return true
    }

    /**
     * Hands the body on as it comes.
     * @param {Operation} op
     * @param {Reading} reading
     * @param {Exchange} exchange
     */
    async stream(op, reading, exchange) {
        const reader = exchange.response.body?.getReader()
        try {
            for (;;) {
                const { done, value } =
                    reader === undefined ? { done: true, value: undefined } : await reader.read()
                if (done || value === undefined) break
                exchange.alive()
                exchange.trace.bytes += value.length
                if (!op.part(value)) break
            }
        } catch (error) {
            throw this.broken(
                op,
                error,
                `the connection was cut after ${op.moved} bytes of ${op.length}`,
            )
        } finally {
            exchange.cancel()
        }
        const end = Math.min(/** @type {number} */ (reading.end), reading.objectBytes ?? Infinity)
        const reached = Number(reading.begin) + op.moved
        const missing = end - reached
        if (missing > 0 && !op.isEnded)
            throw new Passing(`the server sent ${missing} bytes less than it announced`)
    }

    // --- the whole object ------------------------------------------------------------------------

    /** Keeps the body of a request whose answer is the whole object. @param {Exchange} exchange */
    keepWhole(exchange) {
        this.warnOnce(
            'no_ranges',
            'the server does not serve ranges of this file: it was fetched as a whole',
        )
        this.whole = this.readWhole(exchange)
        this.whole.catch(() => {
            this.whole = undefined
        })
    }

    /** @param {Exchange} exchange */
    async readWhole(exchange) {
        const { response } = exchange
        const max = this.options.memoryBytesMax ?? WHOLE_BYTES_MAX
        /** @type {Uint8Array[]} */
        const parts = []
        let length = 0
        const reader = response.body?.getReader()
        try {
            for (;;) {
                const { done, value } =
                    reader === undefined ? { done: true, value: undefined } : await reader.read()
                if (done || value === undefined) break
                exchange.alive()
                exchange.trace.bytes += value.length
                length += value.length
                if (length > max)
                    throw new Failure(
                        'the server does not serve ranges, and the file has more than ' +
                            `memoryBytesMax = ${max} bytes`,
                        { code: 'limit' },
                    )
                parts.push(value)
            }
        } catch (error) {
            if (error instanceof Failure) throw error
            throw new Passing(`the connection was cut after ${length} bytes`)
        } finally {
            exchange.cancel()
        }
        const announced =
            response.headers.get('content-encoding') === null
                ? response.headers.get('content-length')
                : null
        if (announced !== null && !this.isCrossOrigin && Number(announced) > length)
            throw new Passing(
                `the server sent ${length} bytes of the ${announced} that it announced`,
            )
        return { bytes: joined(parts, length), etag: validatorOf(response) }
    }

    /** @param {Operation} op */
    async answerWhole(op) {
        const { bytes, etag } = await this.trying(op, () => this.whole ?? this.askWhole(op))
        if (op.kind === abi.ALI_OP_READ) {
            const begin = rangeBegin(op, bytes.length)
            op.part(bytes.subarray(begin, begin + op.length))
        }
        op.end({ objectBytes: bytes.length, etag, httpStatus: 200 })
    }

    /** Asks for the whole object again, after its body was cut. @param {Operation} op */
    async askWhole(op) {
        const exchange = await this.getWhole(op)
        this.keepWhole(exchange)
        return /** @type {NonNullable<HttpHost['whole']>} */ (this.whole)
    }

    // --- requests --------------------------------------------------------------------------------

    /**
     * Tries again after failures that may pass, and once with a new link where the old one expired.
     * @template T
     * @param {Operation} op @param {() => Promise<T>} attempt @returns {Promise<T>}
     */
    async trying(op, attempt) {
        const retries = this.options.retries ?? RETRIES
        let isRenewed = false
        for (let tries = 0; ; tries += 1) {
            try {
                return await attempt()
            } catch (error) {
                const isExpired =
                    error instanceof Failure &&
                    (error.outcome.httpStatus === 401 || error.outcome.httpStatus === 403)
                if (isExpired && this.renew !== undefined && !isRenewed) {
                    isRenewed = true
                    this.url = undefined
                    continue
                }
                if (!(error instanceof Passing) || op.isEnded) throw error
                if (tries >= retries) {
                    error.outcome.failure += retries === 0 ? '' : ` (after ${retries} retries)`
                    throw error
                }
                this.retried += 1
                await delay(
                    Math.min(error.afterMs ?? FIRST_DELAY_MS * 2 ** tries, DELAY_MAX_MS),
                    op.signal,
                )
            }
        }
    }

    /**
     * Sends a request and waits for the answer's headers.
     * @param {Operation} op
     * @param {string} method
     * @param {string | null} range
     * @returns {Promise<Exchange>}
     */
    async request(op, method, range) {
        const controller = new AbortController()
        const stop = () => controller.abort()
        op.signal.addEventListener('abort', stop)
        const began = performance.now()
        const trace = {
            method,
            range,
            why: op.why,
            status: 0,
            bytes: 0,
            beganMs: began - this.began,
            ms: 0,
        }
        if (this.requests.length < REQUESTS_KEPT) this.requests.push(trace)
        let isSilent = false
        const silence = () => {
            isSilent = true
            controller.abort()
        }
        const timeoutMs = this.options.timeoutMs ?? TIMEOUT_MS
        let timer = setTimeout(silence, timeoutMs)
        const alive = () => {
            clearTimeout(timer)
            timer = setTimeout(silence, timeoutMs)
        }
        let isOver = false
        const cancel = () => {
            if (isOver) return
            isOver = true
            clearTimeout(timer)
            op.signal.removeEventListener('abort', stop)
            trace.ms = performance.now() - began
            controller.abort()
        }
        try {
            const response = await this.send(method, range, controller.signal)
            trace.status = response.status
            alive()
            this.checkPassing(response)
            return { response, cancel, alive, trace }
        } catch (error) {
            cancel()
            if (error instanceof Failure || error instanceof AlimentarError) throw error
            throw this.broken(
                op,
                error,
                isSilent ? `the server did not answer within ${timeoutMs} ms` : undefined,
            )
        }
    }

    /** @param {string} method @param {string | null} range @param {AbortSignal} signal */
    async send(method, range, signal) {
        if (this.url === undefined) {
            if (this.renew === undefined) throw new Failure('there is no URL')
            this.url = absolute(await this.renew())
            this.isCrossOrigin = isElsewhere(this.url)
        }
        const headers = new Headers(/** @type {HeadersInit} */ (this.options.headers))
        if (range !== null) headers.set('Range', range)
        const send = this.options.fetch ?? globalThis.fetch
        return send(this.url.href, {
            method,
            headers,
            signal,
            cache: 'no-store',
            credentials: this.options.credentials ?? 'same-origin',
        })
    }

    /** @param {Operation} op @param {unknown} error @param {string} [sentence] */
    broken(op, error, sentence) {
        if (op.isEnded) return new Failure('the operation is not wanted any more')
        if (sentence !== undefined) return new Passing(sentence)
        const { cause: inner, message } = /** @type {any} */ (error ?? {})
        const cause = redactedSentence(String(inner?.code ?? message ?? error))
        return new Passing(
            this.isCrossOrigin
                ? 'no answer that this page may read: the network failed, or the server lacks ' +
                      `Access-Control-Allow-Origin for it (${cause})`
                : `no answer from the server (${cause})`,
        )
    }

    /** @param {Response} response */
    checkPassing(response) {
        const { status } = response
        if (status !== 429 && status !== 503) return
        const what =
            status === 429 ? 'the server asks for fewer requests' : 'the server is not available'
        throw new Passing(
            `${what} (HTTP ${status})`,
            { httpStatus: status },
            retryAfterMs(response.headers.get('retry-after')),
        )
    }

    /** @param {Response} response @param {number[]} wanted */
    checkStatus(response, wanted) {
        const { status } = response
        if (wanted.includes(status)) return
        if (status === 404 || status === 410)
            throw new Failure(`the server answered HTTP ${status}`, {
                status: abi.ALI_ERR_NOT_FOUND,
                httpStatus: status,
            })
        const what =
            status === 401
                ? 'the server asks for credentials'
                : status === 403
                  ? 'the server refuses access'
                  : 'the server failed'
        throw new Failure(`${what} (HTTP ${status})`, { httpStatus: status })
    }

    /** @param {string} code @param {string} message */
    warnOnce(code, message) {
        if (this.warnings.some((warning) => warning.code === code)) return
        this.warnings.push({ code, message, row: null, column: '' })
    }
}

/**
 * What is known of a range: null until the server told it.
 * @typedef {{
 *   begin: number | null, end: number | null, objectBytes: number | null,
 *   etag: string | undefined
 * }} Reading
 */

/** Of what somebody else threw. @param {any} error @returns {Outcome} */
function outcomeOf(error) {
    const failure = redactedSentence(String(error?.message ?? error))
    return error instanceof AlimentarError
        ? { status: abi.ALI_ERR_HOST, failure, code: error.code }
        : { status: abi.ALI_ERR_HOST, failure }
}

/** @param {URL | undefined} url */
function isElsewhere(url) {
    return typeof location !== 'undefined' && url !== undefined && url.origin !== location.origin
}

/**
 * @param {Response} response
 * @returns {string | undefined} the ETag, else the time of the last change
 */
function validatorOf(response) {
    return response.headers.get('etag') ?? response.headers.get('last-modified') ?? undefined
}

/** @param {Response} response @returns {Outcome | null} null if it does not tell the size */
function sizeOf(response) {
    const length = response.headers.get('content-length')
    if (length === null || response.headers.get('content-encoding') !== null) return null
    return { objectBytes: Number(length), etag: validatorOf(response), httpStatus: response.status }
}

/** @param {string | null} value seconds or a date @returns {number | undefined} */
function retryAfterMs(value) {
    if (value === null) return undefined
    const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now()
    return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}

/** @param {number} ms @param {AbortSignal} signal @returns {Promise<void>} */
function delay(ms, signal) {
    return new Promise((resolve) => {
        const done = () => {
            clearTimeout(timer)
            signal.removeEventListener('abort', done)
            resolve()
        }
        const timer = setTimeout(done, ms)
        signal.addEventListener('abort', done)
        if (signal.aborted) done()
    })
}

/** @param {Uint8Array[]} parts @param {number} length */
function joined(parts, length) {
    if (parts.length === 1) return parts[0]
    const all = new Uint8Array(length)
    let at = 0
    for (const part of parts) {
        all.set(part, at)
        at += part.length
    }
    return all
}
