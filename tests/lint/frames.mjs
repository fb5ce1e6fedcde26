// The core's use of the stack: no frame of 1 KB or more, none of a size known only at run time (as
// the compiler reports with -fstack-usage for the release build), and no recursion: no cycle of
// calls, read from the sources by name. Calls through pointers are not seen; they go from tasks to
// their children and from formats to their readers, never back.
import { filesIn, functionsOf, gate, read } from './gate.mjs'

const BYTES_MAX = 1024
// Recursion whose depth is bounded by construction, with the bound.
const BOUNDED = new Map([])

function checkFrames(fail) {
    const reports = filesIn(['build/obj/native/src'], /\.su$/)
    const sources = filesIn(['src'], /\.c$/)
    const known = new Set(reports.map((path) => path.replace('build/obj/native/', '')))
    for (const path of sources) {
        const hasCode = functionsOf(read(path)).length > 0
        const isMissing = hasCode && !known.has(path.replace(/\.c$/, '.su'))
        if (isMissing) fail(`${path}: no report; run make native first`)
    }
    for (const report of reports) {
        for (const line of read(report).split('\n').filter(Boolean)) {
            const [place, bytes, kind] = line.split('\t')
            if (kind !== 'static') fail(`${place}: the frame is ${kind}`)
            if (Number(bytes) >= BYTES_MAX) fail(`${place}: a frame of ${bytes} bytes`)
        }
    }
}

function callGraph() {
    const functions = filesIn(['src'], /\.[ch]$/).flatMap((path) =>
        functionsOf(read(path)).map((one) => ({ ...one, path })))
    const shared = new Map(functions.filter((one) => !one.isStatic || one.path.endsWith('.h'))
        .map((one) => [one.name, one]))
    const local = new Map(functions.map((one) => [`${one.path} ${one.name}`, one]))
    const edges = new Map()
    for (const one of functions) {
        const targets = new Set()
        for (const match of one.body.matchAll(/(?<!(?:->|\.)\s*)\b([a-z_]\w*)\s*\(/g)) {
            const target = local.get(`${one.path} ${match[1]}`) ?? shared.get(match[1])
            if (target) targets.add(target)
        }
        edges.set(one, targets)
    }
    return edges
}

function checkRecursion(fail) {
    const edges = callGraph()
    const state = new Map()
    const visit = (one, path) => {
        state.set(one, 'open')
        for (const target of edges.get(one)) {
            if (BOUNDED.has(target.name)) continue
            if (state.get(target) === 'open') {
                const names = [...path, one].map((each) => each.name)
                const cycle = [...names.slice(names.indexOf(target.name)), target.name]
                fail(`${target.path}:${target.line} recursion: ${cycle.join(' → ')}`)
            } else if (!state.has(target)) visit(target, [...path, one])
        }
        state.set(one, 'done')
    }
    for (const one of edges.keys()) if (!state.has(one)) visit(one, [])
}

gate('frames', ({ fail }) => {
    checkFrames(fail)
    checkRecursion(fail)
})
