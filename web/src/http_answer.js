// http_answer.js: what URLs may be, what answers of servers say, and how failures are told
// (RFC 9110: ranges in section 14, validators in 8.8, Retry-After in 10.2.3).
import * as abi from './abi.js'
import { AlimentarError } from './errors.js'
import { redacted, redactedSentence } from './redact.js'

/** @typedef {import('./drive.js').Outcome} Outcome */

/** A failure that nothing further is tried for. */
export class Failure extends Error {
    /** @param {string} message @param {Outcome} [outcome] */
    constructor(message, outcome = {}) {
        super(message)
        this.outcome = { status: abi.ALI_ERR_HOST, ...outcome, failure: message }
    }
}

/** A failure that may pass. */
export class Passing extends Failure {
    /** @param {string} message @param {Outcome} [outcome] @param {number} [afterMs] */
    constructor(message, outcome = {}, afterMs = undefined) {
        super(message, outcome)
        this.afterMs = afterMs
    }
}

/** What fetch() reads by ranges. */
const SCHEMES = ['http:', 'https:', 'blob:', 'data:']

/** @param {string | URL} source @returns {URL} */
export function absolute(source) {
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

/**
 * What fetch() threw. Browsers do not tell pages why: among the causes is a range that the server
 * compressed although that was not allowed.
 * @param {any} error @param {boolean} isElsewhere
 */
export function noAnswer(error, isElsewhere) {
    const cause = redactedSentence(String(error?.cause?.code ?? error?.message ?? error))
    if (/CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)/.test(cause)) {
        const isOther = /ALTNAME|EXPIRED/.test(cause)
        const hint = isOther ? '' : ': NODE_EXTRA_CA_CERTS names the file of another authority'
        return new Failure(`the server's certificate is not trusted (${cause})${hint}`)
    }
    if (typeof location === 'undefined') return new Passing(`no answer from the server (${cause})`)
    return new Passing(
        isElsewhere
            ? 'no answer that this page may read: the network failed, or the server lacks ' +
                  `Access-Control-Allow-Origin for it, or compresses ranges (${cause})`
            : `no answer: the network failed, or the server compresses ranges (${cause})`,
    )
}

/** Of what somebody else threw. @param {any} error @returns {Outcome} */
export function outcomeOf(error) {
    const failure = redactedSentence(String(error?.message ?? error))
    return error instanceof AlimentarError
        ? { status: abi.ALI_ERR_HOST, failure, code: error.code }
        : { status: abi.ALI_ERR_HOST, failure }
}

/** @param {URL | undefined} url */
export function isElsewhere(url) {
    return typeof location !== 'undefined' && url !== undefined && url.origin !== location.origin
}

/**
 * @param {Response} response
 * @returns {string | undefined} the ETag, without the mark of a weak one, else the time of the last
 *     change
 */
export function validatorOf(response) {
    const etag = response.headers.get('etag')?.replace(/^W\//, '')
    return etag ?? response.headers.get('last-modified') ?? undefined
}

/** @param {Response} response @returns {Outcome | null} null if it does not tell the size */
export function sizeOf(response) {
    const { headers, status } = response
    if (isEncoded(response)) return null
    const told = rangeOf(response)?.objectBytes
    const objectBytes = told ?? sizeIn(headers.get('content-length'))
    if (objectBytes === null) return null
    return { objectBytes, etag: validatorOf(response), httpStatus: status }
}

/**
 * Content-Range: what was sent, null where nothing was, and of how many bytes, null if not told.
 * @param {Response} response
 */
export function rangeOf(response) {
    const value = response.headers.get('content-range') ?? ''
    const match = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(value)
    if (match === null) return null
    const [begin, last, objectBytes] = match.slice(1).map(sizeIn)
    const isRange = begin !== null && last !== null
    if (isRange && (last < begin || (objectBytes !== null && last >= objectBytes))) return null
    return isRange || match[1] === undefined ? { begin, last, objectBytes } : null
}

/** A number of bytes in a header. @param {string | null | undefined} text */
export function sizeIn(text) {
    const size = /^\d+$/.test(text ?? '') ? Number(text) : NaN
    return Number.isSafeInteger(size) ? size : null
}

/** @param {Response} response */
export function isEncoded(response) {
    const encoding = response.headers.get('content-encoding')
    return encoding !== null && encoding !== 'identity'
}

/** The words for a status that is no success. @param {number} status */
export function wordsOf(status) {
    const words = WORDS[status] ?? 'the server failed'
    return status === 404 || status === 410
        ? `the server answered HTTP ${status}`
        : `${words} (HTTP ${status})`
}

/** @type {{ [status: number]: string }} */
const WORDS = {
    401: 'the server asks for credentials',
    403: 'the server refuses access',
    429: 'the server asks for fewer requests',
    503: 'the server is not available',
}

/**
 * The headers of a request: the caller's, those of an operation as lines, and the range.
 * @param {string | null} range
 * @param {unknown} [own]
 * @param {string} [lines]
 */
export function headersOf(range, own, lines = '') {
    const headers = new Headers(/** @type {HeadersInit} */ (own))
    for (const line of lines.split('\n')) {
        const colon = line.indexOf(':')
        if (colon > 0) headers.set(line.slice(0, colon), line.slice(colon + 1).trim())
    }
    if (range !== null) headers.set('Range', range)
    return headers
}

/** Where a redirect leads. @param {string} target @param {URL} from @returns {URL} */
export function redirected(target, from) {
    const url = URL.canParse(target, from.href) ? new URL(target, from.href) : undefined
    if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
    throw new Failure('the server redirects to what is not http or https')
}

/** @param {string | null} value seconds or a date @returns {number | undefined} */
export function retryAfterMs(value) {
    if (value === null) return undefined
    const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now()
    return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}

/** @param {number} ms @param {AbortSignal} signal @returns {Promise<void>} */
export function delay(ms, signal) {
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
export function joined(parts, length) {
    if (parts.length === 1) return parts[0]
    const all = new Uint8Array(length)
    let at = 0
    for (const part of parts) {
        all.set(part, at)
        at += part.length
    }
    return all
}
