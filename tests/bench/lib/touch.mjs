// touch.mjs: reads every value of what a reader gave once, by the cheapest documented way.
//
// A frame is { rows, form, cols: Map of name to column }; a column is one of
//     { k: 'arr', chunks: [array or typed array] }          null or undefined: no value
//     { k: 'dict', chunks: [{ codes, values }] }            a code below 0: no value
//     { k: 'valid', chunks: [{ values, validity }] }        a bitmap, LSB first
//     { k: 'arrow', vec }                                   a Vector of Apache Arrow
//     { k: 'fl', col }                                      a Column of Flechette

function add(sum, value) {
    if (value === null || value === undefined) return
    sum.count += 1
    if (typeof value === 'number') sum.sum += value
    else if (typeof value === 'string') sum.chars += value.length
    else sum.sum += Number(value)
}

function addTyped(sum, values) {
    let total = 0
    if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
        for (let i = 0; i < values.length; i += 1) total += Number(values[i])
    } else {
        for (let i = 0; i < values.length; i += 1) total += values[i]
    }
    sum.sum += total
    sum.count += values.length
}

function addArray(sum, values) {
    if (ArrayBuffer.isView(values)) addTyped(sum, values)
    else for (let i = 0; i < values.length; i += 1) add(sum, values[i])
}

function addDictionary(sum, { codes, values }) {
    for (let i = 0; i < codes.length; i += 1) if (codes[i] >= 0) add(sum, values[codes[i]])
}

function addValid(sum, { values, validity }) {
    if (!validity) {
        addArray(sum, values)
        return
    }
    for (let i = 0; i < values.length; i += 1) {
        if ((validity[i >> 3] >> (i & 7)) & 1) add(sum, values[i])
    }
}

// Numbers without nulls lie in one array; times do too, but as counts of their unit, not as the
// vector gives them.
function isPlain(data) {
    const { values, type } = data
    return ArrayBuffer.isView(values) && data.nullCount === 0 && data.stride === 1 &&
        !data.valueOffsets && !data.dictionary && values.length >= data.length &&
        type.typeId !== 10 && type.typeId !== 8
}

function addVector(sum, vec) {
    for (const data of vec.data) {
        if (isPlain(data)) addTyped(sum, data.values.subarray(0, data.length))
        else for (const value of new vec.constructor([data])) add(sum, value)
    }
}

function addFlechette(sum, col) {
    const values = col.nullCount === 0 ? col.toArray() : null
    if (ArrayBuffer.isView(values)) addTyped(sum, values)
    else for (const value of col) add(sum, value)
}

const KINDS = { arr: addArray, dict: addDictionary, valid: addValid }

/** By column: how many values there are, the sum of numbers and times, the characters of text. */
export function touch(frame) {
    const found = {}
    for (const [name, column] of frame.cols) {
        const sum = { count: 0, sum: 0, chars: 0 }
        if (column.k === 'arrow') addVector(sum, column.vec)
        else if (column.k === 'fl') addFlechette(sum, column.col)
        else for (const chunk of column.chunks) KINDS[column.k](sum, chunk)
        found[name] = sum
    }
    return found
}

/** What differs from the facts: '' if nothing does. Facts a reader has no word for are left out. */
export function differing(rows, found, facts, columns) {
    if (rows !== facts.rows) return `${rows} rows, not ${facts.rows}`
    const wanted = columns ?? Object.keys(facts.columns)
    if (Object.keys(found).length !== wanted.length) return `${Object.keys(found).length} columns`
    for (const name of wanted) {
        for (const [key, want] of Object.entries(facts.columns[name])) {
            const have = found[name]?.[key]
            if (have === undefined && found[name]) continue
            const near = 1e-6 * Math.max(1, Math.abs(want))
            if (!(Math.abs(have - want) <= (key === 'sum' ? near : 0)))
                return `${name}: ${key} ${have}, not ${want}`
        }
    }
    return ''
}
