// The wasm module imports exactly one function, host.submit, exports its memory, and validates
// without any feature beyond those that the build names.
import { execFileSync } from 'node:child_process'
import { gate } from './gate.mjs'
import { readFileSync } from 'node:fs'

const MODULE = 'build/wasm/alimentar.wasm'
// Off in wasm-validate although it would allow them.
const WITHOUT = ['--disable-multi-value']

gate('imports', ({ fail }) => {
    const module = new WebAssembly.Module(readFileSync(MODULE))
    const imports = WebAssembly.Module.imports(module)
        .map((one) => `${one.kind} ${one.module}.${one.name}`)
    for (const name of imports) {
        if (name !== 'function host.submit') fail(`${MODULE} imports ${name}`)
    }
    if (!imports.includes('function host.submit')) fail(`${MODULE} does not import host.submit`)
    const exports = WebAssembly.Module.exports(module)
    if (!exports.some((one) => one.kind === 'memory' && one.name === 'memory')) {
        fail(`${MODULE} does not export its memory`)
    }
    for (const one of exports) {
        const isKnown = one.kind === 'function' || one.name === 'memory'
        if (!isKnown) fail(`${MODULE} exports ${one.kind} ${one.name}`)
    }
    try {
        execFileSync('wasm-validate', [...WITHOUT, MODULE], { encoding: 'utf8', stdio: 'pipe' })
    } catch (error) {
        fail(`wasm-validate: ${String(error.stderr ?? error.message).split('\n')[0]}`)
    }
})
