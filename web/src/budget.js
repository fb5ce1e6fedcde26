// budget.js: the arrays that columns of JavaScript's own are made of, and what they take together.
//
// An array is made when its first values arrive: of its final size where that is known, which is
// what a file says of its rows. What a file only says is believed up to a bound; behind it, an
// array grows eightfold with what has arrived. Where nothing is known it doubles.
import { AlimentarError } from './errors.js'

/** @typedef {import('./fields.js').Field} Field */

/** Growing by less would copy again and again, where guesses of the final size are too small. */
const GROWTH_LEAST = 1.25
const EIGHTFOLD = 8

/** What is added to guesses: less than what trimmed() leaves in place. */
const MARGIN = 1.05

/** Bytes that columns may take together: the arrays that are held, with the room in them. */
export class Budget {
    /** @param {number} max bytes @param {number} trusted elements of an array that are made room
     * for because a file says that they will come */
    constructor(max, trusted) {
        this.max = max
        this.trusted = trusted
        this.held = 0
        /** The column for which room is made. @type {Field | undefined} */
        this.field = undefined
    }

    /** @param {number} bytes more of them */
    take(bytes) {
        this.held += bytes
        if (this.held > this.max) throw tooLarge(this.field, this.max)
    }

    /** @param {number} bytes that are held no more */
    drop(bytes) {
        this.held -= bytes
    }

    /** @param {number} bytes */
    fits(bytes) {
        return this.held + bytes <= this.max
    }
}

/** For arrays that are made because a caller asks for another form of a column. */
export const UNLIMITED = new Budget(Infinity, Infinity)

/** @param {Field | undefined} field @param {number} max */
function tooLarge(field, max) {
    const column = field?.path ?? ''
    return new AlimentarError(
        'limit',
        `column "${column}" does not fit into the ${max} bytes that columns may take ` +
            '(memoryBytesMax): read fewer rows, or by batches',
        { column },
    )
}

/**
 * A longer array with the same elements: as long as it will be in the end if that is known.
 * @param {any} old @param {number} needed elements
 * @param {number} expected elements in the end; 0 if that is not known
 * @param {Budget} budget @returns {any}
 */
export function grown(old, needed, expected, budget) {
    const width = old.BYTES_PER_ELEMENT
    const likely = Math.min(expected, Math.max(budget.trusted, EIGHTFOLD * needed))
    const wanted = likely >= needed ? likely : Math.max(needed, 2 * old.length)
    const length = budget.fits(wanted * width) ? wanted : needed
    budget.take(length * width)
    const array = new old.constructor(length)
    if (old.length !== 0) array.set(old)
    budget.drop(old.byteLength)
    return array
}

/**
 * The elements that there will be if those to come are like those that came.
 * @param {number} elements so far @param {number} rows so far @param {number} expected rows in the
 * end; 0 if that is not known @param {number} length of the array that is too short
 */
export function guessed(elements, rows, expected, length) {
    if (expected === rows) return elements
    if (expected < rows) return 0
    const share = Math.min(2 * EIGHTFOLD, (MARGIN * expected) / (rows + 1))
    return Math.ceil(Math.max(elements * share, length * GROWTH_LEAST))
}

/**
 * The first elements: in place where little is left over.
 * @param {any} array @param {number} length @param {Budget} budget @returns {any}
 */
export function trimmed(array, length, budget) {
    if (array.length === length) return array
    if (array.length - length <= array.length / 16) return array.subarray(0, length)
    budget.take(length * array.BYTES_PER_ELEMENT)
    const made = array.slice(0, length)
    budget.drop(array.byteLength)
    return made
}
