// The types of the expected rows' headers, and whether a type as the command spells it is one of those
// that hold the same: kind, width and unit must be equal; large kinds, views, dictionaries and run ends
// are free.

// What stands for a type without parameters.
const PLAIN = {
    string: '(?:large_)?utf8(?:_view)?|json',
    binary: '(?:large_)?binary(?:_view)?',
    date: 'date32',
    date64: 'date64',
    interval: 'interval\\[[a-z, ]+\\]',
    geometry: 'wkb',
    geography: 'wkb',
    uuid: 'uuid',
    variant: 'variant',
    '?': '.*',
}

const quoted = (text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

// Reads a type at `at`: the pattern for its spelling, and where it ends.
function read(text, at) {
    const word = /^[a-z0-9_?]+/.exec(text.slice(at))[0]
    let end = at + word.length
    let pattern = PLAIN[word] ?? quoted(word)
    if (text[end] === '(' || text[end] === '[') {
        const close = text.indexOf(text[end] === '(' ? ')' : ']', end)
        pattern = parametersOf(word, text.slice(end + 1, close).split(','))
        end = close + 1
    } else if (text[end] === '<') {
        const inside = readChildren(text, end + 1, word)
        pattern = nestedOf(word, inside.patterns)
        end = inside.end
    }
    return { pattern: `(?:${pattern})`, end }
}

function parametersOf(word, parameters) {
    if (word === 'decimal') return `decimal(?:32|64|128|256)\\(${parameters.join(', ')}\\)`
    if (word === 'fixed_binary') return `fixed_binary\\(${parameters[0]}\\)`
    if (word === 'timestamp' && parameters.length === 2) return `timestamp\\[${parameters[0]}, [^\\]]+\\]`
    return `${word}(?:32|64)?\\[${parameters[0]}\\]`
}

// The children of a nested type, each with the name or id before it.
function readChildren(text, start, word) {
    const patterns = []
    let at = start
    while (text[at] !== '>') {
        if (text[at] === ',') at += 1
        let before = ''
        if (word === 'struct') {
            const name = /^"(?:[^"\\]|\\.)*"/.exec(text.slice(at))[0]
            before = `${quoted(JSON.parse(name))}: `
            at += name.length + 1
        } else if (word === 'union') {
            const id = /^-?\d+/.exec(text.slice(at))[0]
            before = `${id}: `
            at += id.length + 1
        }
        const child = read(text, at)
        patterns.push(before + child.pattern)
        at = child.end
    }
    return { patterns, end: at + 1 }
}

function nestedOf(word, patterns) {
    if (word === 'struct') return `struct<${patterns.join(', ')}>`
    if (word === 'map') return `map<${patterns.join(', ')}>`
    if (word === 'union') return `(?:dense|sparse)_union<${patterns.join(', ')}>`
    return `(?:large_)?list(?:_view)?<${patterns[0]}>|fixed_list<${patterns[0]}, \\d+>`
}

// A spelling without what says how values are coded: dictionaries and run ends stand for their values.
function uncoded(type) {
    const coded = /dictionary<([^<>]*), u?int\d+>|run_end_encoded<int\d+, ([^<>]*)>/g
    let plain = type
    for (let before = ''; before !== plain; ) {
        before = plain
        plain = plain.replace(coded, (_, values, ends) => values ?? ends)
    }
    return plain.replace(/^dictionary<(.*), u?int\d+>$/s, '$1')
}

/**
 * What is wrong with the types of a file's columns; undefined if nothing is. INT96 is told to be
 * nanoseconds, in which dates that Spark writes have no room: such files' columns may be microseconds.
 */
export function compareTypes(expected, columns, hasInt96) {
    if (expected.length !== columns.length) return `${columns.length} columns, expected ${expected.length}`
    for (const [index, { name, type }] of expected.entries()) {
        const { pattern } = read(type, 0)
        const found = uncoded(columns[index].type)
        if (new RegExp(`^${pattern}$`, 's').test(found)) continue
        if (hasInt96 && type === 'timestamp[ns]' && found === 'timestamp[us]') continue
        return `column ${JSON.stringify(name)} is ${found}, expected ${type}`
    }
    return undefined
}
