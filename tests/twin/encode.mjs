// encode.mjs: writes the rows of an opened data set with the module's own writers, as the native
// command's `convert` does. It uses the package's inner objects: the package itself writes nothing
// yet.

import * as abi from '../../web/dist/abi.js'
import { scanOptions } from '../../web/dist/dataset.js'

// Where the native command hands its writer's bytes on.
const DRAIN_BYTES = 1 << 20

/** A writer of the module. */
class Writer {
    constructor(dataset, format, schema, compression = 'none') {
        this.core = dataset._hold.core
        this.context = dataset._hold.context
        const { exports, scratch } = this.core
        this.check(
            this.core.lend((put) =>
                exports.writer_new(
                    this.context,
                    put.text(format).address,
                    put.struct(abi.ali_write_options, {
                        compression: ['none', 'lz4', 'zstd'].indexOf(compression),
                    }),
                    schema,
                    scratch,
                ),
            ),
        )
        this.pointer = this.core.u32(scratch)
    }

    check(status) {
        if (status < 0)
            throw this.core.error(this.core.exports.context_error(this.context) >>> 0).error
    }

    /** Encodes rows from `row` on, and gives the first that is not encoded yet. */
    put(batch, row) {
        const next = this.core.exports.writer_put_rows(this.pointer, batch, row)
        this.check(next)
        return next
    }

    finish() {
        this.check(this.core.exports.writer_finish(this.pointer))
    }

    /** The bytes that are pending, a copy, if there are at least so many. */
    drain(least) {
        const { exports, scratch } = this.core
        const length = exports.writer_pending(this.pointer, scratch)
        if (length === 0 || length < least) return null
        const bytes = this.core.bytes(this.core.u32(scratch), length).slice()
        exports.writer_drop(this.pointer, length)
        return bytes
    }

    warnings() {
        return this.core.exports.writer_warnings(this.pointer)
    }

    free() {
        this.core.exports.writer_free(this.pointer)
    }
}

/**
 * Gives the rows as pieces of a file.
 * @param dataset as open() gave it
 * @param {'arrow' | 'arrows' | 'csv' | 'jsonl' | 'json'} format
 * @param options of the scan, and `compression` of the writer
 */
export async function* encode(dataset, format, options = {}) {
    const { core } = dataset._hold
    const schema = schemaOf(dataset, options)
    let task
    let writer
    try {
        // In the command's order, so that both say the same of a column that can't be read.
        task = dataset.scan(options)
        writer = new Writer(dataset, format, schema, options.compression)
        for await (const batch of dataset.drain(task)) {
            try {
                const rows = core.exports.batch_rows(batch)
                for (let row = 0; row < rows;) {
                    row = writer.put(batch, row)
                    const bytes = writer.drain(DRAIN_BYTES)
                    if (bytes !== null) yield bytes
                }
            } finally {
                core.exports.batch_release(batch)
            }
        }
        writer.finish()
        const rest = writer.drain(1)
        if (rest !== null) yield rest
    } finally {
        if (task !== undefined) dataset.end(task)
        writer?.free()
        core.exports.schema_release(schema)
    }
}

function schemaOf(dataset, options) {
    const { core, context, dataset: pointer } = dataset._hold
    const status = core.lend((put) =>
        core.exports.scan_schema(pointer, scanOptions(put, options), core.scratch),
    )
    if (status < 0) throw core.error(core.exports.context_error(context) >>> 0).error
    return core.u32(core.scratch)
}
