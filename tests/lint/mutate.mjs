// Mutation: changes one place of the core at a time and asks if the tests notice.
//
//     node tests/lint/mutate.mjs [--count 60] [--seed 1] [--room io] [--list] -- PROGRAM...
//
// The mutator is textual: it reads function bodies of src/ with comments and strings blanked out,
// and knows these operators:
//     boundary   < <= > >= shifted by one               equal      == != exchanged
//     negate     if (c) becomes if (!(c))               arithmetic + - exchanged, += -= exchanged
//     constant   a number becomes one more              drop       ALI_TRY(x) becomes (void)(x)
//     delete     an assignment or a call that stands alone is removed
// Mutants are drawn by the seed from all places. Each is compiled alone, linked with the other
// objects into a shared library of its own, and run against PROGRAMS (unit, trace, slice), those of
// its room first, until one fails. A mutant that does not compile is drawn anew. Some mutants mean
// the same as the original; no score reaches 100 %. tests/lint/quality.json has the floors: of the
// whole, and of rooms of which 25 are drawn at least. Results: build/quality/mutation.json.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, dirname } from 'node:path'
import { filesIn, functionsOf, lineOf, read } from './gate.mjs'

// Of the processor: the time of the clock tells more of what else the machine does.
const SECONDS_MAX = 30
const CLOCK_SECONDS_MAX = 300
const ENOUGH = 25
const words = process.argv.slice(2)
const option = (name, standard) => {
    const at = words.indexOf(`--${name}`)
    return at < 0 ? standard : words.splice(at, 2)[1]
}
const wanted = Number(option('count', '60'))
const seed = Number(option('seed', '1'))
const onlyRoom = option('room', null)
const isListing = words.includes('--list')
const programs = words.slice(words.indexOf('--') + 1)
const compile = process.env.MUTATE_COMPILE.split(' ')
const link = process.env.MUTATE_LINK.split(' ')
const objects = process.env.MUTATE_OBJECTS.split(' ')

// --- operators -----------------------------------------------------------------------------------

const KEYWORDS = 'return|case|default|if|for|while|else|do|goto|break|continue'
const STATEMENT = new RegExp(
    `^ +(?!(?:${KEYWORDS})\\b)[\\w>.\\-[\\]*]+(?: [+\\-|&^]?= [^;{}]*|\\([^;{}]*\\));$`, 'gm')

const OPERATORS = [
    { name: 'boundary', pattern: / (<=|>=|<|>) /g,
        change: (all, sign) => ` ${{ '<': '<=', '<=': '<', '>': '>=', '>=': '>' }[sign]} ` },
    { name: 'equal', pattern: / (==|!=) /g,
        change: (all, sign) => (sign === '==' ? ' != ' : ' == ') },
    { name: 'arithmetic', pattern: / ([+-]=?) /g,
        change: (all, sign) => ` ${sign.replace(/[+-]/, (one) => (one === '+' ? '-' : '+'))} ` },
    { name: 'constant', pattern: /(?<![\w.])(\d+)(?=u?\b)(?![\w.]*\.)/g,
        change: (all, number) => String(Number(number) + 1) },
    { name: 'drop', pattern: /ALI_TRY\(/g, change: () => '(void)(' },
    { name: 'delete', pattern: STATEMENT,
        change: (all) => `${/^ */.exec(all)[0]};` },
]

// `if (c)` with its balanced condition.
function negations(body) {
    const found = []
    for (const match of body.matchAll(/\bif \(/g)) {
        const from = match.index + match[0].length
        let depth = 1
        let end = from
        while (end < body.length && depth > 0) {
            if (body[end] === '(') depth += 1
            else if (body[end] === ')') depth -= 1
            end += 1
        }
        found.push({ from, to: end - 1, wrap: true })
    }
    return found
}

function mutantsOf(path) {
    const text = read(path)
    const mutants = []
    for (const one of functionsOf(text)) {
        for (const { name, pattern, change } of OPERATORS) {
            for (const match of one.body.matchAll(pattern)) {
                const at = one.at + match.index
                if (/ALI_ASSERT/.test(text.slice(text.lastIndexOf('\n', at), at))) continue
                const from = text.slice(at, at + match[0].length)
                mutants.push({ path, operator: name, at, from, to: change(from, match[1]) })
            }
        }
        for (const { from, to } of negations(one.body)) {
            const condition = text.slice(one.at + from, one.at + to)
            mutants.push({ path, operator: 'negate', at: one.at + from, from: condition,
                to: `!(${condition})` })
        }
    }
    return mutants.map((mutant) => ({ ...mutant, line: lineOf(text, mutant.at) }))
}

function shuffled(list) {
    let state = BigInt(seed)
    const random = (bound) => {
        state = (state * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n)
        return Number((state >> 33n) % BigInt(bound))
    }
    const copy = [...list]
    for (let i = copy.length - 1; i > 0; i -= 1) {
        const other = random(i + 1)
        const kept = copy[i]
        copy[i] = copy[other]
        copy[other] = kept
    }
    return copy
}

// --- running -------------------------------------------------------------------------------------

const roomOf = (path) => dirname(path).replace(/^src\//, '')

function build(mutant, folder) {
    const text = read(mutant.path)
    const source = `${folder}/${basename(mutant.path)}`
    const rest = text.slice(mutant.at + mutant.from.length)
    writeFileSync(source, text.slice(0, mutant.at) + mutant.to + rest)
    const made = spawnSync(compile[0], [...compile.slice(1), `-I${dirname(mutant.path)}`,
        '-DALI_VERSION=""', '-w', '-c', source, '-o', `${folder}/mutant.o`])
    if (made.status !== 0) return false
    const others = objects.filter((each) => !each.endsWith(mutant.path.replace(/\.c$/, '.o')))
    const linked = spawnSync(link[0], [...link.slice(1), '-o', `${folder}/libmutant.so`,
        `${folder}/mutant.o`, ...others, ...process.env.MUTATE_LIBS.split(' ').filter(Boolean)])
    return linked.status === 0
}

function test(program, folder, secondsMax) {
    const limited = ['-c', `ulimit -t ${secondsMax}; exec "$0"`, program]
    return new Promise((resolve) => {
        const child = spawn('bash', limited, { stdio: 'ignore', timeout: CLOCK_SECONDS_MAX * 1000,
            killSignal: 'SIGKILL', env: { ...process.env, LD_LIBRARY_PATH: folder } })
        child.on('close', (code) => resolve(code === 0))
    })
}

async function isNoticed(mutant, folder) {
    const own = roomOf(mutant.path).split('/').at(-1)
    const rank = (program) => (basename(program).startsWith(`test_${own}`) ? 0 : 1)
    for (const program of [...programs].sort((a, b) => rank(a) - rank(b))) {
        if (!await test(program, folder, SECONDS_MAX)) return basename(program)
    }
    return null
}

const candidates = filesIn(['src'], /\.c$/).filter((path) => !path.endsWith('options_tables.c'))
    .filter((path) => !onlyRoom || roomOf(path) === onlyRoom).flatMap(mutantsOf)
console.log(`mutation: ${candidates.length} places, ${wanted} drawn with seed ${seed}`)
const waiting = shuffled(candidates)
const results = []

async function work(index) {
    const folder = `build/mutate/${index}`
    mkdirSync(folder, { recursive: true })
    while (results.length < wanted && waiting.length > 0) {
        const mutant = waiting.shift()
        if (!build(mutant, folder)) continue
        const place = results.push(mutant) - 1
        results[place].noticed = await isNoticed(mutant, folder)
        if (results[place].noticed) continue
        console.log(`mutation: lives: ${mutant.path}:${mutant.line} ${mutant.operator}: ` +
            `${JSON.stringify(mutant.from.trim())} → ${JSON.stringify(mutant.to.trim())}`)
    }
}

if (isListing) {
    for (const { path, line, operator, from, to } of waiting.slice(0, wanted)) {
        console.log(`${path}:${line} ${operator}: ${from.trim()} → ${to.trim()}`)
    }
    process.exit(0)
}

// The unchanged code must pass, and in half the time: a program that is red or too slow by itself
// would seem to notice everything.
async function checkBaseline() {
    const folder = 'build/mutate/baseline'
    mkdirSync(folder, { recursive: true })
    const unchanged = { ...waiting[0], to: waiting[0].from }
    if (!build(unchanged, folder)) throw new Error('mutation: the unchanged code does not build')
    for (const program of programs) {
        if (await test(program, folder, SECONDS_MAX / 2)) continue
        throw new Error(`mutation: ${program} fails on the unchanged code, or works for ` +
            `more than ${SECONDS_MAX / 2} s`)
    }
}

await checkBaseline()
await Promise.all(Array.from({ length: availableParallelism() }, (none, index) => work(index)))
const rooms = {}
for (const { path, noticed } of results) {
    for (const room of [roomOf(path), 'all']) {
        rooms[room] ??= { noticed: 0, count: 0 }
        rooms[room].count += 1
        rooms[room].noticed += noticed ? 1 : 0
    }
}
const floors = JSON.parse(readFileSync('tests/lint/quality.json', 'utf8')).mutation
let failed = 0
for (const [room, { noticed, count }] of Object.entries(rooms).sort()) {
    const score = (100 * noticed) / count
    console.log(`${room.padEnd(18)} ${score.toFixed(0).padStart(4)} %  ${noticed} of ${count}`)
    // A few mutants tell nothing of a room, those of a room nothing of the whole.
    const counts = room === 'all' ? onlyRoom === null : count >= ENOUGH
    if (counts && score < floors[room]) {
        failed += 1
        console.log(`mutation: ${room} has ${score.toFixed(0)} %, the floor is ${floors[room]} %`)
    }
}
mkdirSync('build/quality', { recursive: true })
const report = JSON.stringify({ seed, rooms, results }, null, 4)
writeFileSync('build/quality/mutation.json', `${report}\n`)
process.exit(failed === 0 && results.length > 0 ? 0 : 1)
