// Arrow files and streams of other writers, converted by the command to a file and to a stream,
// with and without compression, and read by apache-arrow and flechette, which decompress by lz4js
// and fzstd: both must find the values that they find in the original.
//
//     node tests/interop/again.mjs COMMAND FOLDER OUT
//
// Originals that a reader cannot read (types it does not know) it is not asked for; how many that
// are is printed. Left out are those that they misread: big-endian ones, which they do not swap,
// and the compression of Arrow 0.17, which they do not see.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { tableFromIPC, CompressionType, compressionRegistry } from 'apache-arrow'
import { setCompressionCodec, tableFromIPC as tableFromFlechette } from '@uwdata/flechette'
import { decompress as fromZstd } from 'fzstd'
import { decompress as fromLz4 } from 'lz4js'

const [command, folder, out] = process.argv.slice(2)
const counts = { passed: 0, failed: 0, unread: 0 }

const COMPRESSIONS = ['none', 'lz4', 'zstd']
compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: (bytes) => fromLz4(bytes) })
compressionRegistry.set(CompressionType.ZSTD, { decode: (bytes) => fromZstd(bytes) })
setCompressionCodec(0, { encode: null, decode: (bytes) => fromLz4(bytes) })
setCompressionCodec(1, { encode: null, decode: (bytes) => fromZstd(bytes) })

// Values as text: typed arrays as arrays, big integers and maps as what they hold.
function plain(_, value) {
    if (typeof value === 'bigint') return `${value}n`
    if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
    if (ArrayBuffer.isView(value)) return Array.from(value, (item) => plain('', item))
    if (value instanceof Map) return [...value]
    return value
}

const READERS = {
    'apache-arrow': (bytes) => {
        const table = tableFromIPC(bytes)
        const names = table.schema.fields.map((field) => `${field.name}: ${field.type}`)
        const columns = names.map((_, index) => [...table.getChildAt(index)])
        return JSON.stringify([table.numRows, names, columns], plain)
    },
    flechette: (bytes) => {
        const table = tableFromFlechette(bytes, { useBigInt: true })
        const columns = table.schema.fields.map((_, index) => table.getChildAt(index).toArray())
        const metadata = table.schema.fields.map((field) => field.metadata && [...field.metadata])
        return JSON.stringify([table.numRows, metadata, columns], plain)
    },
}

// What a reader finds, or null if it cannot read.
function read(reader, path) {
    try {
        return READERS[reader](new Uint8Array(readFileSync(path)))
    } catch {
        return null
    }
}

function compare(file, path) {
    for (const reader of Object.keys(READERS)) {
        const expected = read(reader, file)
        if (expected === null) {
            counts.unread += 1
        } else if (read(reader, path) === expected) {
            counts.passed += 1
        } else {
            counts.failed += 1
            console.log(`interop: ${path}: ${reader} finds other values than in ${file}`)
        }
    }
}

mkdirSync(out, { recursive: true })
const files = ['arrow-integration', 'arrow-misc']
    .flatMap((name) => readdirSync(join(folder, name), { recursive: true })
        .map((file) => join(folder, name, file)))
    .filter((file) => /\.(arrow_file|stream|arrows?|feather|ipc|bin)$/.test(file))
    .filter((file) => !/bigendian|0\.17\.0_lz4/.test(file)).sort()
files.forEach((file, index) => {
    for (const format of ['arrow', 'arrows']) {
        for (const compression of COMPRESSIONS) {
            const path = join(out, `${index}.${compression}.${format}`)
            execFileSync(command, ['convert', '--force', '--compression', compression, file, path])
            compare(file, path)
        }
    }
})
console.log(`interop: ${counts.passed} equal, ${counts.unread} not asked for`)
if (counts.failed > 0 || counts.passed === 0) process.exit(1)
