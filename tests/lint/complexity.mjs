// Cyclomatic complexity, counted in tokens: 1 and one more for each if, for, while, switch, &&, ||
// and ?; a switch counts as a whole. Functions beyond 15 fail unless they are loops of parsers or
// codecs that tests/lint/quality.json names, each with a bound of its own.
import { filesIn, functionsOf, gate, read } from './gate.mjs'

const MOST = 15
// Parsers and codecs: one loop over the input's tokens, clearer in one piece. Name → its own bound.
const LOOPS = new Map(Object.entries(JSON.parse(read('tests/lint/quality.json')).complexity))

const complexityOf = (body) =>
    1 + (body.match(/\b(if|for|while|switch)\b|&&|\|\||\?/g) ?? []).length

gate('complexity', ({ fail }) => {
    const all = filesIn(['src', 'native', 'wasm'], /\.[ch]$/).flatMap((path) =>
        functionsOf(read(path)).map((one) => ({ ...one, path, score: complexityOf(one.body) })))
    for (const { path, line, name, score } of all) {
        const most = LOOPS.get(name) ?? MOST
        if (score > most) fail(`${path}:${line} ${name} has complexity ${score}, not ${most}`)
    }
    for (const name of LOOPS.keys()) {
        const isNeeded = all.some((one) => one.name === name && one.score > MOST)
        if (!isNeeded) fail(`quality.json names ${name}, which needs no bound of its own`)
    }
    const sorted = all.map(({ score }) => score).sort((a, b) => a - b)
    const share = (part) => sorted[Math.floor(part * (sorted.length - 1))]
    console.log(`complexity of ${all.length} functions: median ${share(0.5)}, ` +
        `90 % ${share(0.9)}, most ${share(1)}`)
})
