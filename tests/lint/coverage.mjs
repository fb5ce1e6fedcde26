// Lines and branches of the core that the tests reach, by room (clang's source-based coverage).
//
//     node tests/lint/coverage.mjs PROGRAM...
//
// Runs the programs, merges their profiles, prints a table, writes build/coverage/coverage.json,
// and fails where a floor of tests/lint/quality.json is not reached.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { filesIn, read, tool } from './gate.mjs'

const FOLDER = 'build/coverage'
const programs = process.argv.slice(2)
const command = programs.find((program) => program.endsWith('/alimentar'))
const environment = { ...process.env, LLVM_PROFILE_FILE: `${FOLDER}/raw/%m-%p.profraw` }
const floors = JSON.parse(read('tests/lint/quality.json')).coverage

function run(argv) {
    const { status, stderr } = spawnSync(argv[0], argv.slice(1),
        { env: environment, encoding: 'utf8', maxBuffer: 1 << 28 })
    return { status, stderr }
}

function runAll() {
    for (const program of programs.filter((each) => each !== command)) {
        const { status, stderr } = run([program])
        if (status === 0) continue
        console.log(`coverage: ${program} failed (${status})\n${stderr.slice(-1000)}`)
    }
    if (!command) return
    const kinds = /\.(parquet|arrows?|arrow_file|stream|feather)$/
    for (const file of filesIn(['tests', 'examples'], kinds)) {
        for (const form of ['arrow', 'csv', 'jsonl']) {
            run([command, 'convert', file, '-o', `${FOLDER}/out.${form}`, '--force'])
        }
    }
}

function roomsOf(files) {
    const rooms = new Map()
    for (const { filename, summary } of files) {
        const at = filename.indexOf('src/')
        if (at < 0 || !/^(.*\/)?src\//.test(filename)) continue
        const room = dirname(filename.slice(at + 4))
        const sum = rooms.get(room) ?? { lines: [0, 0], branches: [0, 0] }
        for (const kind of ['lines', 'branches']) {
            sum[kind][0] += summary[kind].covered
            sum[kind][1] += summary[kind].count
        }
        rooms.set(room, sum)
    }
    return rooms
}

const percent = ([covered, count]) => (count === 0 ? 100 : (100 * covered) / count)

rmSync(FOLDER, { recursive: true, force: true })
mkdirSync(`${FOLDER}/raw`, { recursive: true })
runAll()
const raw = filesIn([`${FOLDER}/raw`], /\.profraw$/)
rmSync(`${FOLDER}/all.profdata`, { force: true })
tool('profdata', ['merge', '-o', `${FOLDER}/all.profdata`, ...raw])
const objects = programs.slice(1).flatMap((program) => ['-object', program])
const report = JSON.parse(tool('cov', ['export', '-summary-only',
    `-instr-profile=${FOLDER}/all.profdata`, programs[0], ...objects]))
const rooms = roomsOf(report.data[0].files)
const total = { lines: [0, 0], branches: [0, 0] }
for (const sum of rooms.values()) {
    for (const kind of ['lines', 'branches']) {
        total[kind][0] += sum[kind][0]
        total[kind][1] += sum[kind][1]
    }
}
let failed = 0
const table = {}
for (const [room, sum] of [...[...rooms].sort(), ['all', total]]) {
    const lines = percent(sum.lines)
    const branches = percent(sum.branches)
    table[room] = { lines, branches }
    console.log(`${room.padEnd(18)} ${lines.toFixed(1).padStart(6)} % of ` +
        `${String(sum.lines[1]).padStart(5)} lines ${branches.toFixed(1).padStart(6)} % of ` +
        `${String(sum.branches[1]).padStart(5)} branches`)
    const floor = floors[room] ?? floors.default
    if (lines < floor) {
        failed += 1
        console.log(`coverage: ${room} has ${lines.toFixed(1)} % of its lines, not ${floor} %`)
    }
}
writeFileSync(`${FOLDER}/coverage.json`, `${JSON.stringify(table, null, 4)}\n`)
process.exit(failed === 0 ? 0 : 1)
