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
import {
    Failure,
    Passing,
    absolute,
    delay,
    headersOf,
    isElsewhere,
    isEncoded,
    joined,
    noAnswer,
    outcomeOf,
    rangeOf,
    redirected,
    retryAfterMs,
    sizeIn,
    sizeOf,
    validatorOf,
    wordsOf,
} from './http_answer.js'
import { redacted } from './redact.js'
import { Share } from './share.js'

/** @typedef {import('./drive.js').Operation} Operation */
/** @typedef {import('./drive.js').Outcome} Outcome */
/** @typedef {import('./types.d.ts').OpenOptions} OpenOptions */
/** @typedef {import('./types.d.ts').Request} Trace */
/** @typedef {{ response: Response, cancel(): void, alive(): void, trace: Trace }} Exchange */

const RETRIES = 4
const TIMEOUT_MS = 30000
const FIRST_DELAY_MS = 250
const DELAY_MAX_MS = 10000
const PATIENCE_MS = 120000
const REDIRECTS_MAX = 10
const REQUESTS_KEPT = 1000
const CHANGED = 'the file changed while it was read: its validator is another one'
const NO_RANGES = 'the server does not serve ranges of this file'

/**
 * @param {string | URL | (() => string | URL | Promise<string | URL>)} source
 * @param {OpenOptions} options
 * @param {Share} [share]
 */
export function httpHost(source, options, share = new Share(options)) {
    return new HttpHost(source, options, share)
}

class HttpHost {
    /**
     * @param {string | URL | (() => string | URL | Promise<string | URL>)} source
     * @param {OpenOptions} options
     * @param {Share} share
     */
    constructor(source, options, share) {
        const given = typeof source === 'function' ? source : options.url
        this.options = options
        this.share = share
        this.renew = given
        /** @type {URL | undefined} */
        this.url = typeof source === 'function' ? undefined : absolute(source)
        this.path = this.url === undefined ? 'url()' : redacted(this.url)
        this.objectBytes = options.sizeBytes ?? null
        this.isCrossOrigin = isElsewhere(this.url)
        this.flags = this.flagsOf()
        /** Files beside this one that it leads to, by their URLs. @type {Map<string, HttpHost>} */
        this.siblings = new Map()
        /** @type {import('./types.d.ts').Warning[]} */
        this.warnings = []
        /** Told of each, too. @type {import('./drive.js').Host['warn']} */
        this.warn = undefined
        /** @type {Trace[]} */
        this.requests = []
        /** Whether the end of the file cannot be had by a suffix range. */
        this.lacksSuffix = false
        this.retried = 0
        /**
         * The whole object, where the server does not serve ranges.
         * @type {Promise<{ bytes: Uint8Array, etag: string | undefined }> | undefined}
         */
        this.whole = undefined
        /** Whether all is taken from it. */
        this.isWhole = false
        /** Why it is kept. */
        this.cause = NO_RANGES
        /** Where the URL redirected to, outside browsers. @type {URL | undefined} */
        this.target = undefined
        this.began = performance.now()
    }

    /** Asks the function that gives the URL, so that it is known if it lies elsewhere. */
    async begin() {
        if (this.url === undefined) await this.take()
        this.flags = this.flagsOf()
        return this
    }

    /** Links that a function gives are those of one file: they lead to no other. */
    flagsOf() {
        const isOfPath = this.renew === undefined && /^https?:$/.test(this.url?.protocol ?? '')
        return (
            (this.isCrossOrigin ? abi.ALI_OBJECT_NO_SUFFIX : 0) |
            (isOfPath ? abi.ALI_OBJECT_SIBLINGS : 0)
        )
    }

    /** Whether a path is one beside this file, or in a folder below. @param {string} path */
    isBeside(path) {
        const [own] = this.path.split('?', 1)
        const isAllowed = (this.flags & abi.ALI_OBJECT_SIBLINGS) !== 0
        return isAllowed && path.startsWith(own.slice(0, own.lastIndexOf('/') + 1))
    }

    /** The host of a file beside this one: of the same origin. @param {string} path */
    siblingAt(path) {
        let host = this.siblings.get(path)
        if (host !== undefined) return host
        host = new HttpHost(path, { ...this.options, sizeBytes: undefined }, this.share)
        host.requests = this.requests
        host.began = this.began
        host.warn = (warning) => this.tell({ ...warning, message: `${path}: ${warning.message}` })
        this.siblings.set(path, host)
        return host
    }

    /** @returns {Promise<URL>} */
    async take() {
        if (this.renew === undefined) throw new Failure('there is no URL')
        const url = absolute(await this.renew())
        this.url = url
        this.isCrossOrigin = isElsewhere(url)
        this.target = undefined
        return url
    }

    /** @param {Operation} op @returns {void} */
    carry(op) {
        if (op.path !== this.path && this.isBeside(op.path))
            return this.siblingAt(op.path).carry(op)
        this.work(op).catch((error) => {
            if (error instanceof Failure) op.end(error.outcome)
            else op.end(outcomeOf(error))
        })
    }

    /** @param {Operation} op */
    async work(op) {
        await this.share.enter()
        try {
            if (op.isEnded) return
            if (op.kind === abi.ALI_OP_STAT) await this.stat(op)
            else if (op.kind === abi.ALI_OP_READ) await this.read(op)
            else throw new Failure('files at a URL can only be read')
        } finally {
            this.share.leave()
        }
    }

    // --- the object's size -----------------------------------------------------------------------

    /** @param {Operation} op */
    async stat(op) {
        if (this.isWhole) return this.answerWhole(op)
        const outcome = await this.askSize(op)
        if (outcome === null) return this.answerWhole(op)
        op.end(outcome)
    }

    /** @param {Operation} op @returns {Promise<Outcome | null>} null if the body is being kept */
    async askSize(op) {
        const head = await this.trying(op, () => this.head(op))
        const outcome = head ?? (await this.trying(op, () => this.headByGet(op)))
        if (outcome !== null) this.objectBytes = outcome.objectBytes ?? null
        return outcome
    }

    /**
     * The range is all of the object, and servers ignore it for HEAD; but with it fetch() asks for
     * an answer that is not compressed, so that Content-Length is the object's.
     * @param {Operation} op
     * @returns {Promise<Outcome | null>} null if HEAD is refused or tells no size
     */
    async head(op) {
        const { response, cancel } = await this.request(op, 'HEAD', 'bytes=0-')
        cancel()
        if ([400, 403, 405, 416, 501].includes(response.status)) return null
        this.checkStatus(response, [200, 204, 206])
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
        if (outcome === null) {
            this.keepWhole(exchange, 'the server does not tell the size of this file')
            return null
        }
        exchange.cancel()
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
        while (!this.isWhole) {
            const outcome = await this.trying(op, () => this.readRange(op, reading))
            if (outcome === null) continue
            return op.end(outcome)
        }
        return this.answerWhole(op, reading.etag)
    }

    /**
     * One request for what is still missing. Resumes at the byte reached.
     * @param {Operation} op @param {Reading} reading
     * @returns {Promise<Outcome | null>} null if another way has to be taken
     */
    async readRange(op, reading) {
        if (this.isWhole) return null
        const range =
            reading.begin === null
                ? `bytes=-${op.length}`
                : `bytes=${reading.begin + op.moved}-${/** @type {number} */ (reading.end) - 1}`
        const exchange = await this.request(op, 'GET', range)
        const { response } = exchange
        try {
            if (response.status === 200) {
                if (this.isWhole) exchange.cancel()
                else this.keepWhole(exchange, NO_RANGES)
                return null
            }
            if (response.status === 416) {
                exchange.cancel()
                return await this.unsatisfiable(op, reading, response)
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
     * A range that the object does not have, or that the server does not understand.
     * @param {Operation} op
     * @param {Reading} reading
     * @param {Response} response
     * @returns {Promise<Outcome | null>} null if another way has to be taken
     */
    async unsatisfiable(op, reading, response) {
        const objectBytes = rangeOf(response)?.objectBytes ?? this.objectBytes
        const begin = reading.begin === null ? null : reading.begin + op.moved
        if (objectBytes === 0 || (begin !== null && begin >= (objectBytes ?? Infinity)))
            return { objectBytes, etag: validatorOf(response), httpStatus: 416 }
        if (begin === null) {
            const told = objectBytes ?? (await this.askSize(op))?.objectBytes ?? null
            if (told !== null) this.takePosition(op, reading, told)
        } else {
            this.isWhole = true
            this.warnWhole(NO_RANGES)
        }
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
        if (isEncoded(response)) throw this.compressed(response.headers.get('content-encoding'))
        if (/^multipart\//i.test(response.headers.get('content-type') ?? ''))
            throw new Failure('the server answered one range with a multipart body')
        const etag = validatorOf(response)
        if (reading.etag !== undefined && etag !== reading.etag)
            throw new Failure(CHANGED, { code: 'changed' })
        reading.etag = etag
        if (etag === undefined)
            this.warnOnce(
                'no_validator',
                'the server sends neither ETag nor Last-Modified, or does not expose ' +
                    'them: a change of the file while it is read cannot be noticed',
            )
        const range = rangeOf(response)
        if (range === null || range.begin === null || range.last === null) {
            if (reading.begin === null)
                throw new Failure(
                    'the server does not tell where the bytes it sent lie: it lacks ' +
                        'Content-Range, or Access-Control-Expose-Headers: Content-Range',
                )
            this.checkLength(op, reading, response)
            return true
        }
        if (range.objectBytes !== null) this.checkObject(reading, range.objectBytes)
        return this.checkPosition(op, reading, range.begin, range.last)
    }

    /**
     * Where Content-Range may not be read, its Content-Length tells if the server sends others.
     * @param {Operation} op @param {Reading} reading @param {Response} response
     */
    checkLength(op, reading, response) {
        const length = sizeIn(response.headers.get('content-length'))
        const asked = Number(reading.end) - Number(reading.begin) - op.moved
        if (length !== null && length > asked)
            throw new Failure(
                `the server announces ${length} bytes where ${asked} were asked for: it ` +
                    'compresses ranges or sends others, and lacks ' +
                    'Access-Control-Expose-Headers: Content-Range, Content-Encoding',
            )
    }

    /** @param {Reading} reading @param {number} objectBytes */
    checkObject(reading, objectBytes) {
        this.checkSize(objectBytes)
        reading.objectBytes = objectBytes
    }

    /** @param {number} objectBytes as it came */
    checkSize(objectBytes) {
        const { sizeBytes } = this.options
        if (sizeBytes !== undefined && objectBytes !== sizeBytes)
            throw new Failure(`sizeBytes is ${sizeBytes}, but the file has ${objectBytes} bytes`, {
                code: 'argument',
            })
    }

    /** @param {string | null} encoding */
    compressed(encoding) {
        const told = encoding === null ? '' : ` (Content-Encoding: ${encoding})`
        return new Failure(
            `the server compresses ranges${told}, so that positions in the file cannot be told: ` +
                'turn compression off for this file',
        )
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
                if (begin !== Math.max(0, objectBytes - op.length)) {
                    this.takePosition(op, reading, objectBytes)
                    return false
                }
            }
            reading.begin = begin
            reading.end = objectBytes ?? last + 1
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
        const announced = sizeIn(exchange.response.headers.get('content-length')) ?? Infinity
        try {
            for (;;) {
                const { done, value } =
                    reader === undefined ? { done: true, value: undefined } : await reader.read()
                if (done || value === undefined) break
                exchange.alive()
                exchange.trace.bytes += value.length
                if (exchange.trace.bytes > announced) throw this.compressed(null)
                if (!op.part(value)) break
            }
        } catch (error) {
            if (error instanceof Failure) throw error
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

    /**
     * Keeps the body of a request whose answer is the whole object.
     * @param {Exchange} exchange @param {string} cause
     */
    keepWhole(exchange, cause) {
        this.warnWhole(cause)
        void this.hold(this.readWhole(exchange))
    }

    /** @param {string} cause */
    warnWhole(cause) {
        this.isWhole = true
        this.cause = cause
        this.warnOnce('no_ranges', `${cause}: it was fetched as a whole`)
    }

    /** @param {Promise<{ bytes: Uint8Array, etag: string | undefined }>} whole */
    hold(whole) {
        this.whole = whole
        whole.catch(() => {
            if (this.whole === whole) this.whole = undefined
        })
        return whole
    }

    /** @param {Exchange} exchange */
    async readWhole(exchange) {
        const { response } = exchange
        const { share } = this
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
                if (!share.hold(value.length))
                    throw new Failure(
                        `${this.cause}, which has more than memoryBytesMax = ${share.max} bytes`,
                        { code: 'limit' },
                    )
                parts.push(value)
            }
        } catch (error) {
            share.drop(length)
            if (error instanceof Failure) throw error
            throw new Passing(`the connection was cut after ${length} bytes`)
        } finally {
            exchange.cancel()
        }
        const told = sizeIn(response.headers.get('content-length'))
        const announced = isEncoded(response) ? null : told
        if (announced !== null && !this.isCrossOrigin && announced > length) {
            share.drop(length)
            throw new Passing(
                `the server sent ${length} bytes of the ${announced} that it announced`,
            )
        }
        return { bytes: joined(parts, length), etag: validatorOf(response) }
    }

    /** @param {Operation} op @param {string} [began] the validator of bytes that came before */
    async answerWhole(op, began) {
        const kept = () => this.whole ?? this.hold(this.askWhole(op))
        const { bytes, etag } = await this.trying(op, kept)
        this.checkSize(bytes.length)
        if (op.moved > 0 && etag !== began) throw new Failure(CHANGED, { code: 'changed' })
        if (op.kind === abi.ALI_OP_READ) {
            const begin = rangeBegin(op, bytes.length)
            op.part(bytes.subarray(begin + op.moved, begin + op.length))
        }
        op.end({ objectBytes: bytes.length, etag, httpStatus: 200 })
    }

    /** Asks for the whole object, also again after its body was cut. @param {Operation} op */
    async askWhole(op) {
        return this.readWhole(await this.getWhole(op))
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
        let isForgotten = false
        for (let tries = 0; ; tries += 1) {
            const remembered = this.target
            try {
                return await attempt()
            } catch (error) {
                const status = error instanceof Failure ? error.outcome.httpStatus : undefined
                const isExpired = status === 401 || status === 403
                const isStale = remembered !== undefined && !isForgotten
                if (isStale && (isExpired || status === 404 || status === 410)) {
                    isForgotten = true
                    if (this.target === remembered) this.target = undefined
                    continue
                }
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
                    error.afterMs ?? Math.min(FIRST_DELAY_MS * 2 ** tries, DELAY_MAX_MS),
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
            path: this.path,
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
            const response = await this.send(op, method, range, controller.signal)
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

    /**
     * @param {Operation} op
     * @param {string} method
     * @param {string | null} range
     * @param {AbortSignal} signal
     */
    async send(op, method, range, signal) {
        const url = this.url ?? (await this.take())
        const { headers, credentials = 'same-origin', fetch: own } = this.options
        /** @type {import('./types.d.ts').FetchOptions & { redirect?: 'manual' }} */
        const init = {
            method,
            headers: headersOf(range, headers, op.headers),
            signal,
            cache: 'no-store',
            credentials,
        }
        if (own !== undefined) return own(url.href, init)
        if (typeof location !== 'undefined') return fetch(url.href, init)
        return this.follow({ ...init, redirect: 'manual' }, headersOf(range))
    }

    /**
     * Outside browsers: follows redirects, and remembers where they led. The caller's headers go to
     * the origin that was opened, and to no other. Engines that hide redirects follow themselves.
     * @param {import('./types.d.ts').FetchOptions & { redirect?: 'manual' }} init
     * @param {Headers} bare for other origins
     * @returns {Promise<Response>}
     */
    async follow(init, bare) {
        const opened = /** @type {URL} */ (this.url)
        let url = this.target ?? opened
        for (let steps = 0; ; steps += 1) {
            const headers = url.origin === opened.origin ? init.headers : bare
            const response = await fetch(url.href, { ...init, headers })
            const target = response.headers.get('location')
            if (response.type === 'opaqueredirect')
                return fetch(url.href, { ...init, headers, redirect: undefined })
            if (![301, 302, 303, 307, 308].includes(response.status)) return response
            response.body?.cancel().catch(() => undefined)
            if (target === null)
                throw new Failure(`the server answered ${response.status} and no place to go on to`)
            if (steps === REDIRECTS_MAX) throw new Failure('the server redirects without end')
            url = redirected(target, url)
            this.target = url
        }
    }

    /** @param {Operation} op @param {unknown} error @param {string} [sentence] */
    broken(op, error, sentence) {
        if (op.isEnded) return new Failure('the operation is not wanted any more')
        if (sentence !== undefined) return new Passing(sentence)
        return noAnswer(error, this.isCrossOrigin)
    }

    /** @param {Response} response */
    checkPassing(response) {
        const { status } = response
        if (![408, 429, 502, 503, 504].includes(status)) return
        const afterMs = retryAfterMs(response.headers.get('retry-after'))
        const words = wordsOf(status)
        if (afterMs !== undefined && afterMs > PATIENCE_MS)
            throw new Failure(`${words} and asks to wait ${Math.ceil(afterMs / 1000)} s`, {
                httpStatus: status,
            })
        throw new Passing(words, { httpStatus: status }, afterMs)
    }

    /** @param {Response} response @param {number[]} wanted */
    checkStatus(response, wanted) {
        const { status } = response
        if (wanted.includes(status)) return
        const isAbsent = status === 404 || status === 410
        throw new Failure(wordsOf(status), {
            status: isAbsent ? abi.ALI_ERR_NOT_FOUND : abi.ALI_ERR_HOST,
            httpStatus: status,
        })
    }

    /** @param {string} code @param {string} message */
    warnOnce(code, message) {
        if (this.warnings.some((warning) => warning.code === code)) return
        this.tell({ code, message, row: null, column: '' })
    }

    /** @param {import('./types.d.ts').Warning} warning */
    tell(warning) {
        this.warnings.push(warning)
        this.warn?.(warning)
    }
}

/**
 * What is known of a range: null until the server told it.
 * @typedef {{
 *   begin: number | null, end: number | null, objectBytes: number | null,
 *   etag: string | undefined
 * }} Reading
 */
