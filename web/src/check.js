// check.js: what the options of each call are called and may be; anything else is an error, with
// the name that was probably meant. The ranges are those of options.d.ts, which a test compares.
import { failArgument } from './errors.js'

/**
 * A whole number from `least` to `most`, one of `words`, or anything without either.
 * @typedef {{ least?: number, most?: number, words?: string[] }} Rule
 */
/** @typedef {{ [name: string]: Rule }} Rules */

const MOST = Number.MAX_SAFE_INTEGER

/** @type {Rules} */
const values = {
    int64: { words: ['number', 'bigint'] },
    times: { words: ['ms', 'Date', 'bigint'] },
    decimal: { words: ['number', 'string'] },
}

/** @type {Rules} */
export const openRules = {
    ...values,
    checksums: { words: ['verify', 'ignore'] },
    tailBytes: { least: 8, most: 67108864 },
    format: {},
    signal: {},
    onProgress: {},
    memoryBytesMax: { least: 65536, most: MOST },
    headers: {},
    credentials: { words: ['omit', 'same-origin', 'include'] },
    fetch: {},
    url: {},
    sizeBytes: { least: 0, most: MOST },
    partitions: { words: ['auto', 'none'] },
    timeoutMs: { least: 1, most: 0x7fffffff },
    retries: { least: 0, most: 100 },
}

/** @type {Rules} */
const scan = {
    batchSize: { least: 1, most: 1048576 },
    limit: { least: 0, most: MOST },
    offset: { least: 0, most: MOST },
    coalesceBytes: { least: 0, most: MOST },
    requestBytesMax: { least: 65536, most: MOST },
    signal: {},
    onProgress: {},
}

/** @type {Rules} */
export const columnsRules = { ...values, ...scan, strings: { words: ['dictionary', 'plain'] } }

/** @type {Rules} */
export const arrowRules = {
    ...scan,
    columns: {},
    compression: { words: ['none', 'lz4', 'zstd'] },
}

/** @type {Rules} */
export const rowsRules = { ...columnsRules, columns: {} }

/** @type {Rules} */
export const batchesRules = { ...rowsRules, views: {} }

/** @type {Rules} */
export const initRules = { wasm: {}, brotli: {} }

/** @type {Rules} */
export const workerInitRules = { ...initRules, worker: {} }

/**
 * Fails if an option is not known, or out of its range.
 * @param {string} call for people: 'open()'
 * @param {unknown} options
 * @param {Rules} rules
 */
export function checkOptions(call, options, rules) {
    if (typeof options !== 'object' || options === null)
        failArgument(`the options of ${call} must be an object, not ${shown(options)}`)
    for (const [name, value] of Object.entries(options)) {
        const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
        if (rule === undefined) failArgument(unknown(call, name, Object.keys(rules)))
        else if (value !== undefined) checkValue(name, value, rule)
    }
}

/**
 * The options of a call that takes something before them, or options alone.
 * @param {any} first @param {any} second
 * @returns {{ isAlone: boolean, options: any }} not checked yet
 */
export function callOf(first, second) {
    const isObject = typeof first === 'object' && first !== null && !(Symbol.iterator in first)
    const isAlone = isObject && second === undefined
    return { isAlone, options: isAlone ? first : second === undefined ? {} : second }
}

/** @param {string} call @param {string} name @param {string[]} known */
function unknown(call, name, known) {
    const near = known.find((each) => distance(name.toLowerCase(), each.toLowerCase()) <= 2)
    const hint = near === undefined ? `it takes ${known.join(', ')}` : `did you mean "${near}"?`
    return `${call} has no option "${name}": ${hint}`
}

/** @param {string} name @param {unknown} value @param {Rule} rule */
function checkValue(name, value, { least, most = MOST, words }) {
    if (words !== undefined && !words.includes(/** @type {string} */ (value))) {
        const all = words.map((word) => `'${word}'`)
        const last = all.pop()
        failArgument(`${name} is ${shown(value)}: it must be ${all.join(', ')} or ${last}`)
    }
    const number = /** @type {number} */ (value)
    if (least !== undefined && !(Number.isSafeInteger(value) && number >= least && number <= most))
        failArgument(
            `${name} is ${shown(value)}: it must be a whole number from ${least} ` +
                (most === MOST ? 'up' : `to ${most}`),
        )
}

/** @param {unknown} value */
function shown(value) {
    if (typeof value === 'string') return `'${value}'`
    return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

/** How many characters must change. @param {string} a @param {string} b */
function distance(a, b) {
    let row = Array.from({ length: b.length + 1 }, (_, at) => at)
    for (let i = 1; i <= a.length; i += 1) {
        const next = [i]
        for (let j = 1; j <= b.length; j += 1)
            next[j] = Math.min(row[j], next[j - 1], row[j - 1] - Number(a[i - 1] === b[j - 1])) + 1
        row = next
    }
    return row[b.length]
}
