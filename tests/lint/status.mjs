// No status is dropped: functions that return one are declared ALI_CHECKED, no call of one stands
// alone as a statement, and where one is dropped on purpose, by (void), a comment on that line or
// the line above says why.
import { filesIn, gate, lineOf, masked, read } from './gate.mjs'

// Names of what returns a status: functions, and (behind "->" or ".") members that point to
// functions.
function statusNames(files) {
    const names = new Set()
    for (const path of files) {
        const text = masked(read(path))
        for (const match of text.matchAll(/\bali_status\s+(\w+)\s*\(/g)) names.add(match[1])
        for (const match of text.matchAll(/\bali_status\s+\(\*(\w+)\)\s*\(/g)) {
            names.add(`->${match[1]}`)
        }
    }
    return names
}

function checkHeader(path, fail) {
    const text = masked(read(path))
    for (const match of text.matchAll(/^(.*)\bali_status\s+(ali_\w+)\(/gm)) {
        if (/ALI_CHECKED/.test(match[1]) || /^\s*(static|typedef)\b/.test(match[1])) continue
        fail(`${path}:${lineOf(text, match.index)} ${match[2]} is not declared ALI_CHECKED`)
    }
}

function checkCalls(path, names, fail) {
    const source = read(path)
    const text = masked(source)
    const lines = source.split('\n')
    const call = /([;{})]|\belse)(\s*)(\(void\)\s*)?((?:\w+(?:->|\.))*)(\w+)\(/g
    for (let match = call.exec(text); match; match = call.exec(text)) {
        call.lastIndex = match.index + match[1].length
        const name = match[5]
        if (!names.has(match[4] ? `->${name}` : name)) continue
        const line = lineOf(text, match.index + match[0].length)
        if (match[3]) {
            const hasReason = /\/\//.test(lines[line - 1]) || /^\s*\/\//.test(lines[line - 2] ?? '')
            if (!hasReason) fail(`${path}:${line} drops the status of ${name} without a reason`)
        } else if (!match[2].includes('\n') && match[1] === ')') {
            // "if (x) f();" is a statement of its own; "(cast)f()" is not.
            const before = text.slice(0, match.index + 1).split('\n').at(-1)
            if (/\b(if|for|while)\b[^;{}]*\)$/.test(before)) {
                fail(`${path}:${line} drops the status of ${name}`)
            }
        } else fail(`${path}:${line} drops the status of ${name}`)
    }
}

gate('status', ({ fail }) => {
    const headers = filesIn(['include', 'src', 'native'], /\.h$/)
    const sources = filesIn(['src', 'native', 'wasm'], /\.c$/)
    for (const path of headers) checkHeader(path, fail)
    const shared = statusNames(headers)
    for (const path of sources) {
        checkCalls(path, new Set([...shared, ...statusNames([path])]), fail)
    }
})
