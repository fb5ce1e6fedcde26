// package.test.mjs: what the package is made of: its types are checked, its layouts are those of
// the wasm, its files are all there, and the wasm is found or its absence told.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { serve } from '../../examples/serve.mjs'
import { batchesRules, openRules } from '../../web/dist/check.js'
import { generate } from './generate_abi.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const dist = `${root}web/dist`
const FORMS = `${root}tests/web/data/forms.parquet`
const read = (path) => fs.readFileSync(`${root}${path}`, 'utf8')

function run(command, words, options) {
    const { status, stdout, stderr } = spawnSync(command, words, { encoding: 'utf8', ...options })
    return { status, text: stdout + stderr }
}

function tsc(project) {
    const compiler = `${root}tests/node_modules/typescript/bin/tsc`
    return run(process.execPath, [compiler, '-p', `${root}${project}`])
}

test('the sources pass tsc --checkJs --strict', () => {
    const { status, text } = tsc('web/tsconfig.json')
    assert.equal(text, '')
    assert.equal(status, 0)
})

test('a strict consumer compiles against the types, and wrong uses do not', () => {
    const { status, text } = tsc('tests/web/consumer/tsconfig.json')
    assert.equal(text, '')
    assert.equal(status, 0)
})

test('a strict consumer in Node compiles without the types of browsers', () => {
    const { status, text } = tsc('tests/web/consumer/tsconfig.node.json')
    assert.equal(text, '')
    assert.equal(status, 0)
})

test('the options that are checked are those of the types, in the same ranges', () => {
    const named = { batchSize: 'batchRows', limit: 'limitRows', offset: 'offsetRows' }
    const declared = read('web/src/options.d.ts').replace(/\n\s*\*/g, '')
    for (const [name, rule] of Object.entries({ ...openRules, ...batchesRules })) {
        const key = named[name] ?? name
        const [, comment, type] =
            new RegExp(`/\\*\\*([^/]*)\\*/\\s*${key}\\?: (.*)`).exec(declared) ?? []
        if (comment === undefined) continue
        const [, least, most] = / Range: (?:at least )?(\d+)(?: to (\d+))?\./.exec(comment) ?? []
        if (type === 'number') {
            assert.equal(rule.least, Number(least ?? 0), name)
            assert.equal(rule.most, Number(most ?? Number.MAX_SAFE_INTEGER), name)
        } else if (type.includes("'")) {
            assert.deepEqual(rule.words, type.replaceAll("'", '').split(' | '), name)
        }
    }
    const own = read('web/src/types.d.ts') + read('web/src/options.d.ts')
    for (const name of Object.keys({ ...openRules, ...batchesRules }))
        assert.match(own, new RegExp(`\\b${name}\\?:`))
})

test('abi.js is what generate_abi.mjs makes of wasm/abi.h', () => {
    assert.equal(read('web/src/abi.js'), generate())
})

test('make says what the package weighs, and the hash of its wasm', () => {
    const { text } = run(process.execPath, [`${root}web/inline/sizes.mjs`])
    const wasm = fs.readFileSync(`${dist}/alimentar.wasm`)
    const total = fs.readdirSync(dist).reduce((sum, name) => {
        return sum + fs.statSync(`${dist}/${name}`).size
    }, 0)
    const hash = createHash('sha384').update(wasm).digest('base64')
    assert.equal(
        text,
        `web: dist has ${total} bytes, alimentar.wasm ${wasm.length}, integrity sha384-${hash}\n`,
    )
})

test('inline.js is one module that imports nothing', () => {
    const text = fs.readFileSync(`${dist}/inline.js`, 'utf8')
    assert.doesNotMatch(text, /^import |\bimport\(|new URL\([^)]*import\.meta/m)
})

test('dist holds the sources unchanged, and the wasm', () => {
    for (const name of fs.readdirSync(`${root}web/src`)) {
        assert.equal(read(`web/dist/${name}`), read(`web/src/${name}`))
    }
    assert.ok(fs.statSync(`${dist}/alimentar.wasm`).size > 0)
})

test('package.json has types first, no dependency, and exports that exist', () => {
    const about = JSON.parse(read('web/package.json'))
    const { exports, dependencies, type, sideEffects, files } = about
    assert.deepEqual([about.license, about.engines], ['MIT', { node: '>=20.16' }])
    for (const name of ['peerDependencies', 'optionalDependencies', 'scripts', 'bin'])
        assert.equal(about[name], undefined)
    assert.ok(about.keywords.includes('parquet'))
    assert.deepEqual([type, sideEffects, files], ['module', ['./dist/worker.js'], ['dist']])
    assert.equal(dependencies, undefined)
    for (const entry of ['.', './node', './inline', './worker']) {
        assert.equal(Object.keys(exports[entry])[0], 'types')
        for (const path of Object.values(exports[entry])) assert.ok(read(`web/${path}`))
    }
})

test('the tarball holds README, LICENSE, the wasm, inline.js and the sources only', () => {
    const { text } = run('npm', ['pack', '--dry-run', '--json', '--silent'], { cwd: `${root}web` })
    const paths = JSON.parse(text)[0].files.map((file) => file.path)
    const sources = fs.readdirSync(`${root}web/src`).map((name) => `dist/${name}`)
    const modules = ['dist/alimentar.wasm', 'dist/brotli.wasm', 'dist/inline.js']
    const expected = ['LICENSE', 'README.md', 'package.json', ...modules, ...sources]
    assert.deepEqual(paths.sort(), expected.sort())
    assert.equal(read('web/LICENSE'), read('LICENSE'))
})

/** A project of its own, in which the package is installed as npm would. */
function project(work) {
    const folder = fs.mkdtempSync(`${os.tmpdir()}/alimentar-package-`)
    try {
        const target = `${folder}/node_modules/alimentar`
        fs.mkdirSync(target, { recursive: true })
        for (const name of ['dist', 'package.json'])
            fs.cpSync(`${root}web/${name}`, `${target}/${name}`, { recursive: true })
        work(folder)
    } finally {
        fs.rmSync(folder, { recursive: true })
    }
}

test('a project finds the package by its name, and package.json', () =>
    project((folder) => {
        const text = `import { open } from 'alimentar'
            import { openFile } from 'alimentar/node'
            import about from 'alimentar/package.json' with { type: 'json' }
            const dataset = await openFile('${FORMS}')
            console.log(typeof open, dataset.numRows, about.name)`
        const words = ['--no-warnings', '--input-type=module', '-e', text]
        const { text: said } = run(process.execPath, words, { cwd: folder })
        assert.equal(said, 'function 15 alimentar\n')
    }))

test('the programs of docs/javascript.md run', () =>
    project((folder) => {
        fs.copyFileSync(FORMS, `${folder}/trips.parquet`)
        const blocks = [...read('docs/javascript.md').matchAll(/```js\n([^]*?)```/g)]
        assert.equal(blocks.length, 5)
        for (const [, text] of blocks) {
            const words = ['--input-type=module', '-e', text]
            const { text: said } = run(process.execPath, words, { cwd: folder })
            assert.match(said, /^15 |^not_found |^int64 int64 |^\d+ 15\n$/)
        }
    }))

for (const resolution of ['node10', 'nodenext', 'bundler']) {
    test(`TypeScript finds the types with moduleResolution ${resolution}`, () =>
        project((folder) => {
            const consumer = `${root}tests/web/consumer/node.ts`
            fs.copyFileSync(consumer, `${folder}/node.ts`)
            fs.copyFileSync(consumer.replace('node.ts', 'node_globals.d.ts'), `${folder}/g.d.ts`)
            fs.writeFileSync(`${folder}/package.json`, '{"type":"module"}')
            const module = resolution === 'nodenext' ? 'nodenext' : 'es2022'
            const options = ['--strict', '--noEmit', '--target', 'es2022', '--lib', 'es2022']
            const more = ['--module', module, '--moduleResolution', resolution]
            const compiler = `${root}tests/node_modules/typescript/bin/tsc`
            const words = [compiler, ...options, ...more, 'node.ts', 'g.d.ts']
            assert.equal(run(process.execPath, words, { cwd: folder }).text, '')
        }))
}

test('the wasm imports host.submit alone, and exports its memory', async () => {
    const module = await WebAssembly.compile(fs.readFileSync(`${dist}/alimentar.wasm`))
    assert.deepEqual(WebAssembly.Module.imports(module), [
        { module: 'host', name: 'submit', kind: 'function' },
    ])
    const kinds = WebAssembly.Module.exports(module).map(({ name, kind }) => `${kind} ${name}`)
    assert.ok(kinds.includes('memory memory'))
})

/** Runs a module in a Node of its own, in which nothing was initialised yet. */
function script(text) {
    const head = `import { init, open, AlimentarError } from '${dist}/index.js'
        import fs from 'node:fs'\n`
    return new Promise((resolve) => {
        const words = ['--input-type=module', '-e', head + text]
        import('node:child_process').then(({ execFile }) =>
            execFile(process.execPath, words, (error, stdout, stderr) =>
                resolve({ status: error?.code ?? 0, text: stdout + stderr }),
            ),
        )
    })
}

const SOURCES = [
    ['bytes', `fs.readFileSync('${dist}/alimentar.wasm')`],
    ['a module', `await WebAssembly.compile(fs.readFileSync('${dist}/alimentar.wasm'))`],
    ['a file: URL', `new URL('file://${dist}/alimentar.wasm')`],
    ['a URL', "ORIGIN + '/web/dist/alimentar.wasm'"],
    ['a response', "await fetch(ORIGIN + '/web/dist/alimentar.wasm')"],
]

for (const [what, source] of SOURCES) {
    test(`init takes ${what}`, async () => {
        const server = await serve()
        const text = `await init({ wasm: ${source.replace('ORIGIN', `'${server.origin}'`)} })
            const dataset = await open(fs.readFileSync('${FORMS}'))
            console.log(dataset.numRows)`
        assert.deepEqual(await script(text), { status: 0, text: '15\n' })
        await server.close()
    })
}

test('a wasm that is not there, or a page instead of it, is told with both remedies', async () => {
    const server = await serve()
    for (const [path, cause] of [
        ['/web/dist/nix.wasm', 'HTTP 404'],
        ['/examples/dashboard/', 'the server sent text/html'],
    ]) {
        const url = `${server.origin}${path}`
        const { text } = await script(`await init({ wasm: '${url}' }).catch((error) =>
            console.log(error instanceof AlimentarError, error.code, error.message))`)
        assert.ok(
            text.startsWith(`true not_found alimentar.wasm was not found at ${url} (${cause}`),
        )
        assert.match(text, /serve it there, next to your bundle or the package's .*, or call init/)
    }
    const secret = `${server.origin.replace('//', '//bob:hunter2@')}/nix.wasm?SECRET#SECRET`
    const { text } = await script(`await init({ wasm: '${secret}' }).catch((error) =>
        console.log(error.code, error.path, error.message))`)
    assert.match(text, /^not_found http:.*nix.wasm\?…/)
    assert.doesNotMatch(text, /bob|hunter2|SECRET/)
    await server.close()
})

test('an engine without SIMD128 gets one sentence', async () => {
    const { text } = await script(`WebAssembly.validate = () => false
        const wasm = Uint8Array.of(0, 97, 115, 109, 9, 0, 0, 0)
        await init({ wasm }).catch((error) => console.log(error.code, error.message))`)
    assert.match(text, /^unsupported this engine does not have WebAssembly SIMD128/)
})

test('the example for Node runs', () => {
    const file = 'examples/dashboard/data/nyc-weather-2013.parquet'
    const { status, text } = run(process.execPath, ['examples/node/warmest.mjs', file], {
        cwd: root,
    })
    assert.equal(status, 0)
    assert.match(text, /^EWR  100\.04 °F  2013-07-18T19/m)
})
