// types.test.mjs: strict TypeScript projects with the package installed from its tarball compile,
// and use every type that it offers.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'

import { install, root } from './projects.mjs'

const execute = promisify(execFile)
const compiler = `${root}tests/node_modules/typescript/bin/tsc`
const consumers = `${root}tests/web/consumer`

let installed

before(async () => (installed = await install()))
after(() => installed?.remove())

/** The names that types.d.ts offers as types. */
function offered(project) {
    const text = fs.readFileSync(`${project}/node_modules/alimentar/dist/types.d.ts`, 'utf8')
    return [...text.matchAll(/^export (?:interface|type|class) (\w+)/gm)].map(([, name]) => name)
}

/** A module that takes each type of an entry by its name, and a value of it apart. */
function usesOf(names, entry) {
    const isGeneric = (name) => name === 'Column' || name === 'ValueColumn'
    const uses = names.map((name, index) =>
        isGeneric(name)
            ? `export const use${index} = (one: ${name}<number>): unknown => one.at(0)`
            : `export const use${index} = (one: ${name}): ${name} => one`,
    )
    return [`import type { ${names.join(', ')} } from '${entry}'`, ...uses, ''].join('\n')
}

for (const resolution of ['bundler', 'node16', 'nodenext']) {
    test(`a strict project uses every type, with moduleResolution ${resolution}`, async () => {
        const project = installed.project(`types-${resolution}`)
        const names = offered(project)
        assert.ok(names.length > 30, `${names.length} types`)
        const entries = ['alimentar', 'alimentar/inline', 'alimentar/worker', 'alimentar/node']
        entries.forEach((entry, index) =>
            fs.writeFileSync(`${project}/uses${index}.ts`, usesOf(names, entry)),
        )
        fs.copyFileSync(`${consumers}/consumer.ts`, `${project}/consumer.ts`)
        const options = {
            strict: true,
            noEmit: true,
            exactOptionalPropertyTypes: true,
            noUncheckedIndexedAccess: true,
            skipLibCheck: false,
            target: 'es2022',
            module: resolution === 'bundler' ? 'es2022' : resolution,
            moduleResolution: resolution,
            lib: ['es2022', 'dom', 'dom.iterable'],
            types: [],
        }
        const files = ['consumer.ts', ...entries.map((_, index) => `uses${index}.ts`)]
        fs.writeFileSync(
            `${project}/tsconfig.json`,
            JSON.stringify({ compilerOptions: options, files }),
        )
        const done = await execute(process.execPath, [compiler, '-p', '.'], { cwd: project }).catch(
            (error) => error,
        )
        assert.equal(done.stdout, '')
    })
}

test('a project that opens what cannot be opened does not compile', async () => {
    const project = installed.project('types-wrong')
    fs.writeFileSync(
        `${project}/wrong.ts`,
        "import { open } from 'alimentar/worker'\nvoid open(42)\n",
    )
    const words = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022', 'wrong.ts']
    const done = await execute(process.execPath, [compiler, ...words], { cwd: project }).catch(
        (error) => error,
    )
    assert.match(done.stdout, /^wrong\.ts\(2,11\): error TS2345/)
})
