// elements.js: a list of sources, or of one: what an <input type="file"> gives counts as a list.

/** @param {any} source @returns {boolean} */
export function isList(source) {
    const FileList = /** @type {any} */ (globalThis).FileList
    return Array.isArray(source) || (typeof FileList === 'function' && source instanceof FileList)
}

/** The members of a list, or the source alone. @param {any} source @returns {any[]} */
export function elementsOf(source) {
    return isList(source) ? [...source] : [source]
}
