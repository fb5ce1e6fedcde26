// C sources are as clang-format 19 writes them.
import { execFileSync, spawnSync } from 'node:child_process'
import { filesIn, gate } from './gate.mjs'

gate('format', ({ fail }) => {
    const name = ['clang-format-19', 'clang-format'].find((each) => !spawnSync(each).error)
    if (!name) return fail('clang-format-19 is not installed')
    const version = execFileSync(name, ['--version'], { encoding: 'utf8' })
    if (!/version 19\./.test(version)) return fail(`${version.trim()}: 19 is needed`)
    const files = filesIn(['include', 'src', 'native', 'wasm', 'tests', 'examples'], /\.[ch]$/)
    const { stderr } = spawnSync(name, ['--dry-run', ...files],
        { encoding: 'utf8', maxBuffer: 1 << 28 })
    const places = [...stderr.matchAll(/^(\S+?):(\d+):\d+: warning/gm)]
    const firsts = new Map(places.map(([, path, line]) => [path, line]).reverse())
    for (const [path, line] of firsts) fail(`${path}:${line} is not as ${name} writes it`)
})
