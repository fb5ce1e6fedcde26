#!/usr/bin/env node
// convert.mjs: what the native command's `convert` does, by the wasm twin in Node.
//
//   node tests/twin/convert.mjs [--columns a,b] [--limit n] [--offset n] [--compression lz4]
//       INPUT OUTPUT
//
// The output's format follows from its extension: .arrow .arrows .csv .jsonl .json. One line on
// stderr for an error, the same as the native command's; its exit codes. The output appears whole
// or not at all. ALIMENTAR_WASM names another module than the package's (the scalar build).
import fs from 'node:fs'
import path from 'node:path'

import { AlimentarError, init, openFile } from '../../web/dist/node.js'
import { encode } from './encode.mjs'

const FORMATS = ['arrow', 'arrows', 'csv', 'jsonl', 'json']
const EXIT = { usage: 2, data: 3, network: 4, conflict: 5, limit: 6, internal: 70 }

function say(object, sentence) {
    process.stderr.write(`alimentar: ${object === '' ? '' : `${object}: `}${sentence}\n`)
}

function exitOf(error) {
    if (!(error instanceof AlimentarError))
        return error?.code?.startsWith?.('E') ? EXIT.data : EXIT.internal
    if (error.code === 'limit' || error.code === 'memory') return EXIT.limit
    if (error.code === 'conflict') return EXIT.conflict
    return error.code === 'internal' ? EXIT.internal : EXIT.data
}

function parse(words) {
    const options = {}
    const paths = []
    for (let i = 0; i < words.length; i += 1) {
        if (words[i] === '--columns') options.columns = words[++i].split(',')
        else if (words[i] === '--limit') options.limit = Number(words[++i])
        else if (words[i] === '--compression') options.compression = words[++i]
        else if (words[i] === '--offset') options.offset = Number(words[++i])
        else paths.push(words[i])
    }
    const format = path.extname(paths[1] ?? '').slice(1)
    return paths.length === 2 && FORMATS.includes(format)
        ? { options, input: paths[0], output: paths[1], format }
        : null
}

// A type that is refused; codecs and encodings are mostly the same in all columns.
function isOfOneColumn(error) {
    const isRefused = error instanceof AlimentarError && error.code === 'unsupported'
    return isRefused && error.column !== '' && !/^(codec|encoding) /.test(error.message)
}

async function convert({ options, input, output, format }) {
    if (process.env.ALIMENTAR_WASM)
        await init({ wasm: fs.readFileSync(process.env.ALIMENTAR_WASM) })
    const dataset = await openFile(input)
    const part = `${output}.part-${process.pid}`
    const file = fs.openSync(part, 'w')
    try {
        for await (const bytes of encode(dataset, format, options)) fs.writeSync(file, bytes)
        fs.closeSync(file)
        fs.renameSync(part, output)
    } catch (error) {
        fs.rmSync(part, { force: true })
        if (isOfOneColumn(error) && dataset.schema.fields.length > 1)
            error.message += '; --columns takes others'
        throw error
    } finally {
        dataset.close()
    }
}

const wanted = parse(process.argv.slice(2))
if (wanted === null) {
    say('', `usage: convert.mjs INPUT OUTPUT, where OUTPUT ends in .${FORMATS.join(' .')}`)
    process.exitCode = EXIT.usage
} else {
    try {
        await convert(wanted)
    } catch (error) {
        // Of a folder the error names the file.
        const path = String(error?.path ?? '')
        say(
            path.startsWith(wanted.input) ? path : wanted.input,
            error instanceof AlimentarError
                ? error.message
                : String(error?.message ?? error).replaceAll('\n', ' '),
        )
        process.exitCode = exitOf(error)
    }
}
