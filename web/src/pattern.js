// pattern.js: paths with wildcards, as the command takes them (native/host_folder.c): "*" and "?"
// do not match "/", "[a-z]" and "[!a-z]" match one character, "\" takes the next one as it is; "**"
// as a whole name stands for folders of any depth, also none. Hidden names are matched only by a
// pattern that begins with ".". Links to folders are not followed.
//
// All texts are bytes of UTF-8, one to a character, so that both twins match and sort alike.
import fs from 'node:fs'

const PATH_BYTES_MAX = 4095

/** @param {Uint8Array} bytes */
function spelled(bytes) {
    return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
}

/** @param {string} bytes */
function textOf(bytes) {
    return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)))
}

/** Whether a path is a pattern: no file has that name. @param {string} path */
export async function isPattern(path) {
    if (!/[*?[]/.test(path)) return false
    return (await fs.promises.lstat(path).catch(() => undefined)) === undefined
}

/**
 * Matches a character against "[...]", which begins at `at`; a "[" that is not closed stands for
 * itself.
 * @param {string} pattern @param {number} at @param {string} character
 * @returns {number} where the pattern goes on; -1 if it does not match
 */
function matchSet(pattern, at, character) {
    const isNot = pattern[at + 1] === '!' || pattern[at + 1] === '^'
    let isIn = false
    let end = at + (isNot ? 2 : 1)
    for (let isFirst = true; end < pattern.length; isFirst = false) {
        if (pattern[end] === ']' && !isFirst) break
        const low = pattern[end]
        const isRange = end + 2 < pattern.length && pattern[end + 1] === '-'
        const high = isRange && pattern[end + 2] !== ']' ? pattern[(end += 2)] : low
        isIn ||= character >= low && character <= high
        end += 1
    }
    if (end >= pattern.length) return character === '[' ? at + 1 : -1
    return isIn !== isNot ? end + 1 : -1
}

/** @param {string} pattern @param {number} at @param {string} character as matchSet() */
function matchOne(pattern, at, character) {
    if (pattern[at] === '[') return matchSet(pattern, at, character)
    if (pattern[at] === '?') return at + 1
    const from = pattern[at] === '\\' && at + 1 < pattern.length ? at + 1 : at
    return pattern[from] === character ? from + 1 : -1
}

/**
 * Whether a name matches a name's pattern. Only the last "*" is ever tried anew, so the time grows
 * with the product of both lengths at worst.
 * @param {string} pattern @param {string} name
 */
export function matches(pattern, name) {
    if (name[0] === '.' && pattern[0] !== '.') return false
    let [at, star, from] = [0, -1, 0]
    for (let i = 0; i < name.length;) {
        if (pattern[at] === '*') {
            at += 1
            star = at
            from = i
            continue
        }
        const next = at < pattern.length ? matchOne(pattern, at, name[i]) : -1
        if (next >= 0) {
            at = next
            i += 1
            continue
        }
        if (star < 0) return false
        from += 1
        i = from
        at = star
    }
    while (pattern[at] === '*') at += 1
    return at === pattern.length
}

/**
 * Replaces folders by what the next name of a pattern matches in them: of the last one files and
 * folders, else folders, each with a slash behind it.
 * @param {string[]} folders @param {{ text: string, isLast: boolean }} segment
 * @param {(path: string) => Promise<Uint8Array[]>} namesIn
 * @param {AbortSignal | undefined} signal
 */
async function expandSegment(folders, { text, isLast }, namesIn, signal) {
    const isDeep = text === '**' && !isLast
    const pending = [...folders]
    /** @type {string[]} */
    const next = []
    for (const folder of pending) {
        signal?.throwIfAborted()
        if (isDeep) next.push(folder)
        const names = await namesIn(textOf(folder) || '.').catch(() => [])
        for (const entry of names) {
            const kind = String.fromCharCode(entry[0])
            const name = spelled(entry.subarray(1, -1))
            const path = folder + name
            if (path.length > PATH_BYTES_MAX) continue
            if (isDeep && kind === 'd' && name[0] !== '.') pending.push(`${path}/`)
            if (isDeep || !(isLast || kind === 'd') || !matches(text, name)) continue
            next.push(isLast ? path : `${path}/`)
        }
    }
    return next.sort((a, b) => (a < b ? -1 : Number(a > b)))
}

/**
 * The files and folders that match a pattern, in the order of their paths' bytes.
 * @param {string} pattern
 * @param {(path: string) => Promise<Uint8Array[]>} namesIn a folder: kind, name and a zero byte
 * @param {AbortSignal} [signal]
 * @returns {Promise<string[]>}
 */
export async function expand(pattern, namesIn, signal) {
    const bytes = spelled(new TextEncoder().encode(pattern))
    const fixed = bytes.slice(0, bytes.search(/[*?[]/)).lastIndexOf('/') + 1
    const segments = bytes.slice(fixed).split('/').filter(Boolean)
    let found = [bytes.slice(0, fixed)]
    for (let i = 0; i < segments.length; i += 1) {
        const segment = { text: segments[i], isLast: i + 1 === segments.length }
        found = await expandSegment(found, segment, namesIn, signal)
    }
    return found.map(textOf)
}
