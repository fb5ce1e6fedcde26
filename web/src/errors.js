// errors.js: the one error class of the package, and how the core's errors become it.

/**
 * What went wrong: `message` is one sentence that says what was found, what was expected and where.
 */
export class AlimentarError extends Error {
    /**
     * @param {string} code the status in lower case: 'corrupt', 'not_found', 'host', ...
     * @param {string} message
     * @param {import('./types.d.ts').ErrorPlace} [place]
     */
    constructor(code, message, place = {}) {
        super(message)
        this.name = 'AlimentarError'
        /** @type {string} */
        this.code = code
        /** The path or URL of the object; '' if there is none. @type {string} */
        this.path = place.path ?? ''
        /** The byte offset in the object, or null. @type {number | null} */
        this.offset = place.offset ?? null
        /** The name of the column; '' if there is none. @type {string} */
        this.column = place.column ?? ''
        /** The row, counted from 0, or null. @type {number | null} */
        this.row = place.row ?? null
        /** What the server answered, or 0. @type {number} */
        this.httpStatus = place.httpStatus ?? 0
    }
}

/**
 * Fails because an argument is outside its documented range.
 * @param {string} message
 * @returns {never}
 */
export function failArgument(message) {
    throw new AlimentarError('argument', message)
}
