// generate_abi.mjs: makes web/src/abi.js of the lines of wasm/abi.h, which the compiler checks.
//
//   node tests/web/generate_abi.mjs            writes web/src/abi.js
//   import { generate } from './generate_abi.mjs'    gives its text, for the test that compares
import fs from 'node:fs'

const root = new URL('../../', import.meta.url)

export function generate() {
    const header = fs.readFileSync(new URL('wasm/abi.h', root), 'utf8')
    const layouts = new Map()
    const constants = []
    for (const line of header.split('\n')) {
        const layout = line.match(/^ALI_LAYOUT\((\w+), (\d+)\)$/)
        const field = line.match(/^ALI_FIELD\((\w+), (\w+), (\d+), (\w+)\)$/)
        const constant = line.match(/^ALI_CONSTANT\((\w+), (-?\d+)\)$/)
        if (layout) layouts.set(layout[1], { size: layout[2], fields: [] })
        if (field)
            layouts.get(field[1]).fields.push(`        ${field[2]}: [${field[3]}, '${field[4]}'],`)
        if (constant) constants.push(`export const ${constant[1]} = ${constant[2]}`)
    }
    const parts = [...layouts].map(([name, { size, fields }]) => {
        const body = `    size: ${size},\n    fields: {\n${fields.join('\n')}\n    },`
        return `/** @type {Layout} */\nexport const ${name} = {\n${body}\n}\n`
    })
    return `// Generated from wasm/abi.h by tests/web/generate_abi.mjs. Do not edit.

/** @typedef {'u32' | 'i32' | 'u64' | 'pointer'} Kind */
/** @typedef {{ size: number, fields: { [name: string]: [number, Kind] } }} Layout */

${parts.join('\n')}
${constants.join('\n')}
`
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
    fs.writeFileSync(new URL('web/src/abi.js', root), generate())
}
