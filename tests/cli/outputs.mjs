// What becomes of outputs when a run is killed, a disk is full, a folder may not be written, or
// somebody takes the name meanwhile; and what is told on a terminal while it takes long.
import { spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:http'
import {
    chmodSync,
    existsSync,
    mkdirSync,
    readFileSync,
    readdirSync,
    readlinkSync,
    rmSync,
    writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { base, command, environment, judge, run, shown, sum, weather } from './support.mjs'

// A server that tells the footer, however often it is asked for, and the rest when it is released.
// `held` is resolved when the rest is asked for.
export async function heldServer() {
    const bytes = readFileSync(weather)
    const waiting = []
    let isReleased = false
    let tellHeld = () => {}
    const held = new Promise((done) => (tellHeld = done))
    const server = createServer((request, response) => {
        const range = /bytes=(\d*)-(\d*)/.exec(request.headers.range)
        const end = range[1] === '' ? bytes.length : Math.min(Number(range[2]) + 1, bytes.length)
        const start = range[1] === '' ? Math.max(0, bytes.length - range[2]) : Number(range[1])
        const answer = () => {
            response.writeHead(206, {
                'Content-Length': end - start,
                ETag: '"a"',
                'Content-Range': `bytes ${start}-${end - 1}/${bytes.length}`,
            })
            response.end(bytes.subarray(start, end))
        }
        if (range[1] === '' || isReleased) answer()
        else waiting.push(answer)
        if (range[1] !== '') tellHeld()
    })
    await new Promise((done) => server.listen(0, '127.0.0.1', done))
    return {
        url: `http://127.0.0.1:${server.address().port}/a.parquet`,
        held,
        release() {
            isReleased = true
            for (const answer of waiting.splice(0)) answer()
        },
        close() {
            server.closeAllConnections()
            server.close()
        },
    }
}

// Calls back once the command has a file open in a folder, with or without a name.
export function onOutput(child, folder, callback) {
    const timer = setInterval(() => {
        let open = []
        try {
            const files = `/proc/${child.pid}/fd`
            open = readdirSync(files).map((fd) => readlinkSync(join(files, fd)))
        } catch {
            return
        }
        const seen = open.find((name) => name.startsWith(`${folder}/`))
        if (seen === undefined) return
        clearInterval(timer)
        callback(seen)
    }, 20)
    child.on('close', () => clearInterval(timer))
}

// --- a run that is killed ------------------------------------------------------------------------
async function checkKill(name, more, leaves) {
    const server = await heldServer()
    let seen = ''
    const result = await run(['convert', server.url, 'out.csv'], {
        ...more,
        onStart: (child, folder) =>
            onOutput(child, folder, (file) => {
                seen = file
                child.kill('SIGKILL')
            }),
    })
    const left = readdirSync(result.folder)
    const isKilled = result.code === 'SIGKILL' && seen !== ''
    const problems = isKilled ? [] : [`ended by ${result.code}: ${shown(result.err)}`]
    if (!leaves.test(left.join(' '))) problems.push(`left behind: ${shown(left)}`)
    const next = await runIn(result.folder, ['convert', weather, 'out.csv'], more)
    if (next.status !== 0 || !existsSync(join(result.folder, 'out.csv')))
        problems.push(`the next run: exit ${next.status}: ${next.stderr}`)
    server.close()
    judge(name, problems)
}

function runIn(folder, words, more = {}) {
    const { status, stderr } = spawnSync(more.command ?? command, words, {
        cwd: folder,
        env: { ...environment, ...more.environment },
    })
    return { status, stderr: stderr.toString() }
}

// --- outputs that cannot be written --------------------------------------------------------------
function makeFolder(name) {
    const folder = join(base, `run-${name}`)
    mkdirSync(folder)
    return folder
}

// A disk is full, or a file may not grow: one line, exit 3, nothing is left.
function checkFull() {
    const folder = makeFolder('full')
    const problems = []
    for (const name of ['out.csv', 'out.arrow']) {
        const script = `ulimit -f 64; exec "${command}" convert "${weather}" ${name}`
        const result = spawnSync('bash', ['-c', script], { cwd: folder, env: environment })
        const told = result.stderr.toString()
        if (result.status !== 3) problems.push(`exit ${result.status ?? result.signal}`)
        if (told !== `alimentar: ${name}: it cannot be written: File too large\n`)
            problems.push(shown(told))
        if (readdirSync(folder).length !== 0) problems.push(`left: ${readdirSync(folder)}`)
    }
    rmSync(folder, { recursive: true })
    judge('a file that may not grow is one line, exit 3, and no file', problems)
}

// A folder that may not be written, to somebody who is not root.
function checkFolder() {
    const folder = makeFolder('closed')
    const isRoot = process.getuid() === 0
    writeFileSync(join(folder, 'in.parquet'), readFileSync(weather))
    chmodSync(base, 0o755)
    chmodSync(folder, 0o555)
    const result = spawnSync(command, ['convert', 'in.parquet', 'out.csv'], {
        cwd: folder,
        env: environment,
        ...(isRoot ? { uid: 65534, gid: 65534 } : {}),
    })
    chmodSync(folder, 0o755)
    const problems = result.status === 3 ? [] : [`exit ${result.status}: ${result.error}`]
    const told = String(result.stderr)
    if (told !== 'alimentar: out.csv: it cannot be written: Permission denied\n')
        problems.push(shown(told))
    if (readdirSync(folder).join(' ') !== 'in.parquet') problems.push('a file was left behind')
    rmSync(folder, { recursive: true })
    judge('a folder that may not be written', problems)
}

// Somebody makes a file of that name while the command works: it stays as it is.
async function checkRace(name, flags, more, expected) {
    const server = await heldServer()
    const result = await run(['convert', server.url, 'out.csv', ...flags], {
        ...more,
        onStart: (child, folder) =>
            onOutput(child, folder, () => {
                writeFileSync(join(folder, 'out.csv'), 'mine')
                server.release()
            }),
    })
    server.close()
    const text = readFileSync(join(result.folder, 'out.csv'), 'utf8')
    const problems = result.code === expected ? [] : [`exit ${result.code}: ${result.err}`]
    if ((text === 'mine') !== (expected === 5)) problems.push(`holds ${shown(text.slice(0, 40))}`)
    if (expected === 5 && !/: the file exists already; --force replaces it\n$/.test(result.err))
        problems.push(shown(result.err))
    if (readdirSync(result.folder).join(' ') !== 'out.csv') problems.push('more files are left')
    judge(name, problems)
}

// --- progress ------------------------------------------------------------------------------------

// On a terminal, which `script` pretends: a line of progress past one second, taken off at the end.
async function checkProgress() {
    if (spawnSync('script', ['-qec', 'test -t 1', '/dev/null']).status !== 0) {
        sum.skipped += 1
        console.log('cli: skipped: no terminal can be pretended here (script of bsdutils)')
        return
    }
    // `until` says when the server goes on.
    const told = async (flags, until) => {
        const server = await heldServer()
        const start = Date.now()
        const line = `'${command}' convert ${server.url} /dev/null --to csv ${flags}`
        const child = spawn('script', ['-qec', `stty cols 60; ${line}`, '/dev/null'], {
            env: { ...environment, COLUMNS: '' },
            stdio: ['ignore', 'pipe', 'inherit'],
        })
        let out = ''
        child.stdout.on('data', (bytes) => (out += bytes))
        const ended = new Promise((done) => child.on('close', done))
        await server.held
        await until(() => out)
        server.release()
        const code = await ended
        server.close()
        return { out, code, isFast: Date.now() - start < 1000 }
    }
    const pause = (wait) => new Promise((done) => setTimeout(done, wait))
    const untilTold = async (out) => {
        for (let i = 0; i < 600 && !out().includes('MB'); i += 1) await pause(50)
    }
    const [slow, quiet] = await Promise.all([told('', untilTold), told('-q', () => pause(2500))])
    let fast = await told('', () => {})
    for (let i = 0; i < 5 && !fast.isFast; i += 1) fast = await told('', () => {})
    if (!fast.isFast) console.log('cli: skipped: this machine is too slow for a fast run')
    const lines = slow.out.split('\r').filter((text) => text.includes('MB'))
    const form = /^\u001b\[K\d+\.\d MB, \d+( of \d+)? rows, \d+\.\d MB\/s(, \d+ s left)?\n?$/
    judge('progress is told on a terminal, past one second', [
        ...(slow.code === 0 && lines.length > 0 ? [] : [`exit ${slow.code}: ${shown(slow.out)}`]),
        ...lines.filter((text) => !form.test(text) || text.length > 63).map(shown),
        ...(slow.out.endsWith('\r\u001b[K') ? [] : ['it is not taken off the terminal']),
        ...(fast.out === '' || !fast.isFast ? [] : [`a fast one: ${shown(fast.out)}`]),
        ...(quiet.out === '' ? [] : [`with -q: ${shown(quiet.out)}`]),
    ])
}

// --- the whole -----------------------------------------------------------------------------------

// A file system that has no files without names, such as some network file systems.
const named = { command: resolve('build/alimentar'), environment: {} }

export async function checkOutputs(withoutUnnamed) {
    named.environment = { LD_PRELOAD: withoutUnnamed }
    await checkKill('a run that is killed leaves nothing', {}, /^$/)
    await checkKill('a run that is killed leaves no whole name', named, /^\.alimentar-.*\.tmp$/)
    checkFull()
    checkFolder()
    await checkRace('a name that is taken meanwhile is kept', [], {}, 5)
    await checkRace('a name that is taken meanwhile is kept, by links', [], named, 5)
    await checkRace('--force replaces a name that is taken meanwhile', ['--force'], {}, 0)
    await checkRace('--force replaces it by renaming', ['--force'], named, 0)
    await checkProgress()
}
