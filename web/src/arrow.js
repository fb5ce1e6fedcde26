// arrow.js: writes batches of the core as an Arrow IPC stream, by the core's own writer
// (https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format).

import * as abi from './abi.js'

/** @typedef {import('./wasm.js').Core} Core */

const CODECS = {
    none: abi.ALI_WRITE_COMPRESSION_NONE,
    lz4: abi.ALI_WRITE_COMPRESSION_LZ4,
    zstd: abi.ALI_WRITE_COMPRESSION_ZSTD,
}

/** A stream in the making. */
export class ArrowWriter {
    /**
     * @param {Core} core
     * @param {number} context
     * @param {number} schema
     * @param {'none' | 'lz4' | 'zstd'} [compression]
     */
    constructor(core, context, schema, compression = 'none') {
        this.core = core
        this.context = context
        /** @type {Uint8Array[]} */
        this.pieces = []
        this.length = 0
        this.check(
            core.lend((put) =>
                core.exports.writer_new(
                    context,
                    put.text('arrows').address,
                    put.struct(abi.ali_write_options, { compression: CODECS[compression] }),
                    schema,
                    core.scratch,
                ),
            ),
        )
        this.pointer = core.u32(core.scratch)
    }

    /** @param {number} status */
    check(status) {
        if (status < 0)
            throw this.core.error(this.core.exports.context_error(this.context) >>> 0).error
    }

    /** Writes a batch piece by piece. @param {number} batch @returns {Generator<void>} */
    *writing(batch) {
        const { exports } = this.core
        const rows = exports.batch_rows(batch)
        for (let row = 0; row < rows;) {
            row = exports.writer_put_rows(this.pointer, batch, row)
            this.check(row)
            this.drain()
            yield
        }
    }

    /** @param {number} batch */
    put(batch) {
        for (const _ of this.writing(batch));
    }

    drain() {
        const { exports, scratch } = this.core
        const length = exports.writer_pending(this.pointer, scratch)
        if (length === 0) return
        this.pieces.push(this.core.bytes(this.core.u32(scratch), length).slice())
        this.length += length
        exports.writer_drop(this.pointer, length)
    }

    /** The whole stream. @returns {Uint8Array} */
    finish() {
        this.check(this.core.exports.writer_finish(this.pointer))
        this.drain()
        const all = new Uint8Array(this.length)
        let at = 0
        for (const piece of this.pieces) {
            all.set(piece, at)
            at += piece.length
        }
        return all
    }

    free() {
        this.core.exports.writer_free(this.pointer)
    }
}

/** One batch as a stream of its own. @param {Core} core @param {number} batch */
export function arrowOf(core, batch) {
    core.check(core.exports.context_new(0, core.scratch))
    const context = core.u32(core.scratch)
    /** @type {ArrowWriter | undefined} */
    let writer
    try {
        writer = new ArrowWriter(core, context, core.exports.batch_schema(batch) >>> 0)
        writer.put(batch)
        return writer.finish()
    } finally {
        writer?.free()
        core.exports.context_free(context)
    }
}
