// Writes what src/options/*.def declare: public structs, the core's tables, TypeScript types and a
// reference page. What is generated is committed; `make lint` generates again and compares.
//
//     node src/options/generate.mjs            writes into this tree
//     node src/options/generate.mjs FOLDER     writes the same files below FOLDER
//
// The form of a .def file, a line at a time; # begins a comment:
//
//     struct NAME WORD header=FILE [native]   a struct of include/alimentar/FILE; WORD is its short
//                                             name; `native`: not part of the JavaScript interface
//       summary SENTENCES
//       field NAME KIND ATTRIBUTES SENTENCE   in the struct's order; new ones at the end
//     end
//
// Kinds: u32, u64, choice (a u32, names in values=), text (const char *), texts (an array of text
// and NAME_count), pointer (type=). Attributes: unit=, default= (a number, ALI_UNKNOWN, a text, or
// a word in parentheses that stands for NULL), wasm= (the default in the wasm twin),
// range=LEAST..MOST, values=, zero= (the value that means 0, where 0 means the default), type=.
// A field of 0 means its default; the default of a choice is its first value.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const target = process.argv[2] ?? root
const KINDS = ['u32', 'u64', 'choice', 'text', 'texts', 'pointer']
const ATTRIBUTES = ['unit', 'default', 'wasm', 'range', 'values', 'zero', 'type', 'header']
const SOURCE = 'src/options/generate.mjs. Do not edit.'

// --- reading -------------------------------------------------------------------------------------

function stop(where, sentence) {
    throw new Error(`${where}: ${sentence}`)
}

// Splits "a=1 b=2 The rest." into attributes and the rest.
function attributesOf(words, where) {
    const attributes = {}
    let count = 0
    for (const word of words) {
        const match = /^([a-z]+)=(\S+)$/.exec(word)
        if (!match) break
        if (!ATTRIBUTES.includes(match[1])) stop(where, `attribute ${match[1]} is not known`)
        attributes[match[1]] = match[2]
        count += 1
    }
    return { attributes, rest: words.slice(count).join(' ') }
}

function fieldOf(words, where) {
    const [name, kind, ...others] = words
    if (!KINDS.includes(kind)) stop(where, `kind ${kind} is not one of ${KINDS.join(', ')}`)
    const { attributes, rest } = attributesOf(others, where)
    if (!rest.endsWith('.')) stop(where, `field ${name} has no sentence`)
    if (attributes.default === undefined) stop(where, `field ${name} has no default`)
    const values = attributes.values?.split(',')
    if ((kind === 'choice') !== (values !== undefined)) stop(where, `values= goes with choice`)
    if (values && values[0] !== attributes.default) stop(where, `the default must stand first`)
    const [least, most] = (attributes.range ?? '..').split('..')
    return { name, kind, sentence: rest, ...attributes, values, least, most }
}

function read(file) {
    const structs = []
    let current = null
    readFileSync(join(root, file), 'utf8').split('\n').forEach((line, index) => {
        const where = `${file}:${index + 1}`
        const [verb, ...words] = line.replace(/^\s*#.*/, '').trim().split(/\s+/)
        if (verb === '') return
        if (verb === 'struct') {
            const { attributes, rest } = attributesOf(words.slice(2), where)
            if (rest !== '' && rest !== 'native') stop(where, `${rest} is not known here`)
            current = { name: words[0], word: words[1], header: attributes.header, file,
                isNative: rest === 'native', fields: [], summary: '' }
            structs.push(current)
        } else if (current && verb === 'summary') current.summary = words.join(' ')
        else if (current && verb === 'field') current.fields.push(fieldOf(words, where))
        else if (current && verb === 'end') current = null
        else stop(where, `"${verb}" is not known here`)
    })
    return structs
}

// --- words ---------------------------------------------------------------------------------------

const wordOfNull = (field) => /^\((.*)\)$/.exec(field.default)?.[1]
const camel = (name) => name.replace(/_([a-z0-9])/g, (all, letter) => letter.toUpperCase())
const isNumber = (field) => field.kind === 'u32' || field.kind === 'u64'

function rangeOf(field) {
    if (!field.least && !field.most) return ''
    if (!field.most) return `at least ${field.least}`
    return `${field.least || 0} to ${field.most}`
}

function defaultOf(field) {
    if (field.default === 'ALI_UNKNOWN') return 'all'
    const wasm = field.wasm ? ` (in the wasm twin ${field.wasm})` : ''
    return (wordOfNull(field) ?? field.default) + wasm
}

// "Unit: bytes. Default: 65536. Range: 8 to 67108864.": what a reader needs beside the sentence.
function facts(field, standard = defaultOf(field)) {
    const unit = field.unit ? `Unit: ${field.unit}. ` : ''
    const range = rangeOf(field) ? ` Range: ${rangeOf(field)}.` : ''
    return `${unit}Default: ${standard}.${range}`
}

function wrap(text, prefix, width = 100) {
    const lines = ['']
    for (const word of text.split(' ')) {
        const last = lines[lines.length - 1]
        if (last === '') lines[lines.length - 1] = word
        else if (prefix.length + last.length + 1 + word.length <= width) {
            lines[lines.length - 1] = `${last} ${word}`
        } else lines.push(word)
    }
    return lines.map((line) => prefix + line).join('\n')
}

const capital = (text) => text[0].toUpperCase() + text.slice(1)

// --- the public headers --------------------------------------------------------------------------

function choiceName(struct, field, value) {
    return `ALI_${struct.word}_${field.name}_${value}`.toUpperCase()
}

function enumsOf(struct) {
    return struct.fields.filter((field) => field.values).map((field) => {
        const lines = field.values.map(
            (value, index) => `    ${choiceName(struct, field, value)} = ${index},`)
        return `// ${struct.name}.${field.name}.\nenum {\n${lines.join('\n')}\n};\n`
    })
}

// The members of a struct with their sizes; a hole before a 64-bit member becomes `reserved`.
function membersOf(struct) {
    const members = [{ type: 'uint32_t', name: 'size_bytes', bytes: 4,
        comment: `Of this struct: sizeof(${struct.name}).` }]
    for (const field of struct.fields) {
        const zero = field.zero ? ` ${field.zero} means 0.` : ''
        const comment = `${field.sentence} ${facts(field)}${zero}`
        const member = { name: field.name, comment, bytes: 8 }
        if (field.kind === 'u64') member.type = 'uint64_t'
        else if (field.kind === 'text') member.type = 'const char *'
        else if (field.kind === 'texts') member.type = 'const char *const *'
        else if (field.kind === 'pointer') member.type = `const struct ${field.type} *`
        else Object.assign(member, { type: 'uint32_t', bytes: 4 })
        if (field.values) member.comment = `${field.sentence} ${choiceList(struct, field)}.`
        members.push(member)
        if (field.kind === 'texts') {
            members.push({ type: 'uint32_t', name: `${field.name}_count`, bytes: 4,
                comment: `How many ${field.name} there are.` })
        }
    }
    return padded(members)
}

function choiceList(struct, field) {
    return field.values.map((value) => choiceName(struct, field, value)).join(', ')
}

function padded(members) {
    const all = []
    let offset = 0
    for (const member of [...members, null]) {
        if (offset % 8 !== 0 && (member === null || member.bytes === 8)) {
            all.push({ type: 'uint32_t', name: 'reserved', comment: '0.' })
            offset += 4
        }
        if (member) all.push(member)
        offset += member?.bytes ?? 0
    }
    return all
}

function structOf(struct) {
    const members = membersOf(struct).map((member) => {
        const gap = member.type.endsWith('*') ? '' : ' '
        return `${wrap(member.comment, '    // ')}\n    ${member.type}${gap}${member.name};\n`
    })
    const named = struct.fields.filter((field) => field.type)
    const types = named.map((field) => `struct ${field.type};\n`)
    const ahead = types.length ? `${types.join('')}\n` : ''
    return `${ahead}${wrap(struct.summary, '// ')}\ntypedef struct ${struct.name} {\n` +
        `${members.join('\n')}} ${struct.name};\n`
}

function definesOf(structs) {
    const fields = structs.flatMap((struct) => struct.fields)
    return fields.filter((field) => field.zero && field.zero !== 'ALI_UNKNOWN').map((field) =>
        `// ${field.name}: 0, where a field of 0 means the default.\n` +
        `#define ${field.zero} ${field.kind === 'u32' ? 'UINT32_MAX' : 'UINT64_MAX'}\n`)
}

function headerOf(name, structs) {
    const guard = `ALIMENTAR_${name.replace('.', '_').toUpperCase()}`
    const files = [...new Set(structs.map((struct) => struct.file))].join(', ')
    const parts = [...definesOf(structs),
        ...structs.flatMap((struct) => [...enumsOf(struct), structOf(struct)])]
    return `// Generated from ${files} by\n// ${SOURCE}\n#ifndef ${guard}\n#define ${guard}\n\n` +
        `#include <stdint.h>\n\n${parts.join('\n')}\n#endif\n`
}

// --- the core's tables ---------------------------------------------------------------------------

function valueOf(text) {
    if (text === undefined || text === '') return '0'
    if (text === 'ALI_UNKNOWN') return 'UINT64_MAX'
    return /^\d+$/.test(text) ? `UINT64_C(${text})` : text
}

function rowOf(struct, field) {
    const number = isNumber(field)
    const text = field.kind === 'text' && wordOfNull(field) === undefined
    const most = field.values ? field.values.length - 1 : field.most || 'ALI_UNKNOWN'
    const standard = (value) => `.standard = ${valueOf(value)}`
    const base = [
        `.name = "${field.name}"`,
        `.kind = ALI_OPTION_${field.kind.toUpperCase()}`,
        `.offset_bytes = offsetof(${struct.name}, ${field.name})`]
    if (field.unit) base.push(`.unit = "${field.unit}"`)
    if (number || field.values) base.push(`.least = ${valueOf(field.least)}`,
        `.most = ${valueOf(String(most))}`)
    if (field.zero) base.push(`.zero = ${field.kind === 'u32' ? 'UINT32_MAX' : 'UINT64_MAX'}`)
    if (text) base.push(`.text = "${field.default}"`)
    let rows = `${wrapRow(base)}`
    if (number && field.wasm) {
        rows += `,\n#if defined(__wasm__)\n     ${standard(field.wasm)}` +
            `\n#else\n     ${standard(field.default)}\n#endif\n    }`
    } else rows += number ? `,\n     ${standard(field.default)}}` : '}'
    return `    {${rows.trimStart()},`
}

function wrapRow(parts) {
    return wrap(parts.map((part) => part.replaceAll(' ', '\u00a0')).join(', '), '     ', 97)
        .replaceAll('\u00a0', ' ')
}

function tableOf(struct) {
    const rows = struct.fields.map((field) => rowOf(struct, field)).join('\n')
    return `static const ali_options_field ${struct.word}_fields[] = {\n${rows}\n};\n\n` +
        `const ali_options_table ali_${struct.word}_options_table = {\n` +
        `    "${struct.name}", ${struct.word}_fields, ALI_COUNT_OF(${struct.word}_fields),\n` +
        `    sizeof(${struct.name})};\n`
}

function tablesSource(structs) {
    return `// Generated from src/options/*.def by ${SOURCE}\n` +
        '#include "base/options_tables.h"\n\n// clang-format off\n\n' +
        structs.map(tableOf).join('\n')
}

function tablesHeader(structs) {
    const lines = structs.map((struct) =>
        `extern const ali_options_table ali_${struct.word}_options_table; // ${struct.name}`)
    const width = Math.max(...lines.map((line) => line.indexOf(' //')))
    const aligned = lines.map((line) => {
        const at = line.indexOf(' //')
        return line.slice(0, at).padEnd(width) + line.slice(at)
    })
    return `// Generated from src/options/*.def by ${SOURCE}\n` +
        '#ifndef ALI_BASE_OPTIONS_TABLES_H\n#define ALI_BASE_OPTIONS_TABLES_H\n\n' +
        `#include "base/options.h"\n\n${aligned.join('\n')}\n\n#endif\n`
}

// --- TypeScript and the reference page -----------------------------------------------------------

function typeOf(field) {
    if (field.values) return field.values.map((value) => `'${value}'`).join(' | ')
    if (field.kind === 'text') return 'string'
    return field.kind === 'texts' ? 'string[]' : 'number'
}

function sentenceInScript(text) {
    return text.replace(/; 0 reads all/, '').replace(/\b[a-z]+(_[a-z]+)+\b/g, camel)
}

function interfaceOf(struct) {
    const name = capital(camel(struct.name.replace(/^ali_/, '')))
    const members = struct.fields.filter((field) => field.kind !== 'pointer').map((field) => {
        const standard = field.wasm ?? defaultOf(field)
        const text = `${sentenceInScript(field.sentence)} ${facts(field, standard)}`
        return `    /**\n${wrap(text, '     * ')}\n     */\n` +
            `    ${camel(field.name)}?: ${typeOf(field)}\n`
    })
    return `export interface ${name} {\n${members.join('\n')}}\n`
}

function typesOf(structs) {
    return `// Generated from src/options/*.def by ${SOURCE}\n\n` +
        structs.filter((struct) => !struct.isNative).map(interfaceOf).join('\n')
}

function pageOf(structs) {
    const parts = structs.map((struct) => {
        const rows = struct.fields.map((field) => {
            const type = field.values ? field.values.join(', ') : field.type ?? field.kind
            const zero = field.zero ? ` In C \`${field.zero}\` means 0.` : ''
            const isHidden = struct.isNative || field.kind === 'pointer'
            const js = isHidden ? '–' : `\`${camel(field.name)}\``
            return `| \`${field.name}\` | ${js} | ${type} | ${field.unit ?? '–'} | ` +
                `${defaultOf(field)} | ${rangeOf(field) || '–'} | ${field.sentence}${zero} |\n`
        })
        return `## ${struct.name}\n\n${struct.summary}\nDeclared in \`${struct.file}\`.\n\n` +
            '| C | JavaScript | type | unit | default | range | |\n' +
            `| --- | --- | --- | --- | --- | --- | --- |\n${rows.join('')}`
    })
    return `<!-- Generated from src/options/*.def by ${SOURCE} -->\n# Options\n\n` +
        'Every option struct begins with `size_bytes`, its own size. A field of 0, or NULL,\n' +
        'means its default; a value out of range is refused with `ALI_ERR_ARGUMENT` and a\n' +
        `sentence that names the option, the value and the range.\n\n${parts.join('\n')}`
}

// --- writing -------------------------------------------------------------------------------------

function write(file, text) {
    const path = join(target, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
}

const files = readdirSync(join(root, 'src/options')).filter((name) => name.endsWith('.def')).sort()
const structs = files.flatMap((name) => read(`src/options/${name}`))
for (const header of new Set(structs.map((struct) => struct.header))) {
    write(`include/alimentar/${header}`,
        headerOf(header, structs.filter((struct) => struct.header === header)))
}
write('src/base/options_tables.h', tablesHeader(structs))
write('src/base/options_tables.c', tablesSource(structs))
write('web/src/options.d.ts', typesOf(structs))
write('docs/reference/options.md', pageOf(structs))
