// fields.js: the fields of the core's schemas, with the forms that their values take.
import * as abi from './abi.js'
import { failArgument } from './errors.js'
import { formOf, shownField } from './forms.js'

/** @typedef {import('./wasm.js').Core} Core */
/** @typedef {import('./forms.js').Form} Form */
/** @typedef {import('./forms.js').ValueOptions} ValueOptions */
/** @typedef {{ [name: string]: any }} Fields */

/**
 * `key` stands for the column in results: its name, its place ("#3") where it was asked for so, or
 * a path. `path` names it in errors: "a.list.element".
 * @typedef {{
 *   name: string, path: string, key: string, isAsked: boolean, nullable: boolean,
 *   metadata: { [key: string]: string }, form: Form
 * }} Field
 */

/**
 * The fields of one of the core's schemas.
 * @param {Core} core @param {number} schema @param {ValueOptions} options @returns {Field[]}
 */
export function readFields(core, schema, options) {
    const count = core.exports.schema_count(schema)
    return Array.from({ length: count }, (_, index) =>
        readField(core, '', options, (address) =>
            core.exports.field_describe(schema, index, address),
        ),
    )
}

/**
 * A field and those below it; schemas are no deeper than the core's limit, which is at most 64.
 * @param {Core} core
 * @param {string} above path of the field above, with a point, or ''
 * @param {ValueOptions} options
 * @param {(address: number) => number} describe
 * @returns {Field}
 */
function readField(core, above, options, describe) {
    const field = core.describe(abi.ali_field_info, describe)
    const name = core.text(field.name, field.name_bytes)
    const path = above + name
    const info = core.describe(abi.ali_type_info, (address) =>
        core.exports.type_describe(field.type, address),
    )
    info.zone = core.text(info.zone, info.zone_bytes)
    info.type_ids =
        info.type_ids === 0
            ? []
            : [...new Int8Array(core.memory.buffer, info.type_ids, info.children_count)]
    const metadata = readPairs(core, field.metadata, field.metadata_count)
    const children = Array.from({ length: info.children_count }, (_, index) =>
        readField(core, `${path}.`, childOptions(info, options), (address) =>
            core.exports.type_child(field.type, index, address),
        ),
    )
    const form = formOf(info, spelling(core, field.type), children, options)
    return { name, path, key: name, isAsked: false, nullable: field.nullable !== 0, metadata, form }
}

// What a Variant is stored in is never shown: only what is in it follows the options.
/** @param {Fields} info @param {ValueOptions} options @returns {ValueOptions} */
function childOptions(info, options) {
    return info.extension === abi.ALI_EXTENSION_VARIANT
        ? { int64: 'bigint', times: 'bigint', decimal: 'string' }
        : options
}

/** @param {Core} core @param {number} type */
function spelling(core, type) {
    return core.lend((put) => {
        const length = core.exports.type_spell(type, 0, 0)
        const address = put.room(length + 1)
        core.exports.type_spell(type, address, length + 1)
        return core.text(address, length)
    })
}

/**
 * An object without a prototype; the last of several pairs with one key wins.
 * @param {Core} core @param {number} address @param {number} count
 * @returns {{ [key: string]: string }}
 */
export function readPairs(core, address, count) {
    const pairs = Object.create(null)
    for (let index = 0; index < count; index += 1) {
        const pair = core.read(abi.ali_pair, address + index * abi.ali_pair.size)
        pairs[core.text(pair.key, pair.key_bytes)] = core.text(pair.value, pair.value_bytes)
    }
    return pairs
}

/**
 * @param {Field[]} fields @param {{ [key: string]: string }} metadata
 * @returns {import('./types.d.ts').Schema}
 */
export function schemaOf(fields, metadata) {
    return { fields: fields.map(shownField), metadata }
}

/** @param {Core} core @param {number} schema */
export function readSchemaMetadata(core, schema) {
    const address = core.exports.schema_metadata(schema, core.scratch) >>> 0
    return readPairs(core, address, core.u32(core.scratch))
}

/** Fails if two columns would have one key in a result. @param {Field[]} fields */
export function checkDistinct(fields) {
    /** @type {Map<string, number>} */
    const places = new Map()
    fields.forEach(({ key, isAsked }, index) => {
        const first = places.get(key)
        places.set(key, index)
        if (first === undefined) return
        if (isAsked)
            failArgument(`column "${key}" is asked for twice, which one result cannot hold`)
        const [one, other] = [`#${first + 1}`, `#${index + 1}`]
        failArgument(
            `columns ${one} and ${other} are both called "${key}", which one result cannot hold: ` +
                `ask for them by their places, { columns: ['${one}', '${other}'] }`,
        )
    })
}
