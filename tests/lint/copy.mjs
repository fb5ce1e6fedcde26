// A copy of the tree with what is built, for tools that change sources: nothing of it is shared.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'

const BUILT = ['obj', 'asan', 'wasm', 'unit', 'oom', 'abort', 'slice', 'trace', 'truncate',
    'limits', 'fuzz', 'twin', 'third_party', 'libalimentar.a', 'libalimentar.so',
    'libalimentar.so.1', 'alimentar', 'web.stamp']

// Copies tracked and new files, and the build's results with their times, to `target`. Sets up a
// repository of its own there, without which `git apply` would look at the one around it.
export function copyTree(target) {
    rmSync(target, { recursive: true, force: true })
    const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'],
        { encoding: 'utf8', maxBuffer: 1 << 28 })
    for (const path of new Set(listed.split('\0').filter(Boolean))) {
        if (!existsSync(path)) continue
        mkdirSync(dirname(join(target, path)), { recursive: true })
        cpSync(path, join(target, path), { preserveTimestamps: true })
    }
    mkdirSync(join(target, 'build'), { recursive: true })
    const built = BUILT.map((name) => `build/${name}`).filter(existsSync)
    execFileSync('cp', ['-a', ...built, join(target, 'build')])
    for (const path of ['web/dist', 'node_modules', 'tests/node_modules', 'web/node_modules']) {
        if (existsSync(path)) execFileSync('cp', ['-a', path, join(target, dirname(path))])
    }
    execFileSync('git', ['init', '-q', target])
}
