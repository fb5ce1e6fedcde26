// paths.js: columns and members as callers ask for them, as the texts that the core takes
// (ali_scan_start() in include/alimentar/dataset.h), and the keys of results.
import { failArgument } from './errors.js'

/** @typedef {import('./fields.js').Field} Field */
/** @typedef {string | readonly string[]} Asked */

/**
 * What the core is asked for: texts as they are; of a path the place of its first column, so that
 * no whole name is mistaken for it, and the members below.
 * @param {Asked} asked @param {readonly { name: string }[]} fields of the data set
 * @returns {string}
 */
export function textOf(asked, fields) {
    if (!Array.isArray(asked)) return /** @type {string} */ (asked)
    if (asked.length === 0 || asked.some((name) => typeof name !== 'string'))
        failArgument('the path of a column must be a list of at least one name')
    const [first, ...members] = asked
    const below = members.map((name) => `.${escaped(name)}`).join('')
    if (isPlace(first, fields.length)) return first + below
    const name = bare(first)
    const place = fields.findIndex((field) => field.name === name)
    const isOnly = place >= 0 && !fields.some((field, at) => field.name === name && at > place)
    if (isOnly) return `#${place + 1}${below}`
    // The core tells what is wrong with the name, which none or several have.
    const isPlain = place >= 0 && !name.startsWith('\\')
    return isPlain ? name.replace(/^#/, '\\#') : escaped(first)
}

/** Whether a text is the place of a column. @param {string} text @param {number} count */
function isPlace(text, count) {
    const place = Number(/^#(\d{1,9})$/.exec(text)?.[1])
    return place >= 1 && place <= count
}

/**
 * A name; one of the backslashes that stand before a # at its beginning is not its own.
 * @param {string} name
 */
function bare(name) {
    return name.replace(/^\\(?=\\*#)/, '')
}

/** A part of a path; "\#" at its beginning says that it is no place. @param {string} name */
function escaped(name) {
    return (name.startsWith('\\#') ? '\\' : '') + bare(name).replace(/[.\\]/g, '\\$&')
}

/**
 * Under which key a result has a column: a place as it was asked for, a path by its names.
 * @param {Asked} asked @param {string} name that the core gives it
 */
export function keyOf(asked, name) {
    if (typeof asked !== 'string') return asked.join('.')
    return asked.startsWith('#') ? asked : name
}
