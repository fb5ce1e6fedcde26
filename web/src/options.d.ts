// Generated from src/options/*.def by src/options/generate.mjs. Do not edit.

export interface OpenOptions {
    /**
     * Whether checksums that a file carries are compared. Default: verify.
     */
    checksums?: 'verify' | 'ignore'

    /**
     * Bytes read from the end of a file before its footer's size is known. Unit: bytes. Default:
     * 65536. Range: 8 to 67108864.
     */
    tailBytes?: number

    /**
     * Name of the format; otherwise it is found by the content. Default: detect.
     */
    format?: string
}

export interface ScanOptions {
    /**
     * Rows of a batch at most; batches end where row groups end. Unit: rows. Default: 32768. Range:
     * 1 to 1048576.
     */
    batchRows?: number

    /**
     * Rows to skip at the beginning. Unit: rows. Default: 0.
     */
    offsetRows?: number

    /**
     * Rows to read at most. Unit: rows. Default: all.
     */
    limitRows?: number

    /**
     * Ranges nearer than this are fetched as one. Unit: bytes. Default: 65536.
     */
    coalesceBytes?: number

    /**
     * Bytes of one request at most. Unit: bytes. Default: 16777216. Range: at least 65536.
     */
    requestBytesMax?: number

    /**
     * Names of the columns to read, in the order wanted; or paths a.b to members, "\." a dot in a
     * name, #3 the third column. Default: all.
     */
    columns?: string[]

    /**
     * Whether text that lies in dictionary pages stays encoded. Default: dictionary.
     */
    strings?: 'dictionary' | 'plain'
}

export interface WriteOptions {
    /**
     * CSV: whether the first line holds the columns' names. Default: names.
     */
    header?: 'names' | 'none'

    /**
     * Arrow: how buffers are compressed, where that makes them shorter; zstd natively only.
     * Default: none.
     */
    compression?: 'none' | 'lz4' | 'zstd'
}

export interface Limits {
    /**
     * A page after decompression, as a multiple of its compressed size, where that is more than
     * pageBytesMax. Unit: times. Default: 1000. Range: at least 1.
     */
    expansionRatioMax?: number

    /**
     * Memory of the context, its tasks and its living batches. Unit: bytes. Default: 1073741824.
     * Range: at least 65536.
     */
    memoryBytesMax?: number

    /**
     * Bytes that are asked for and not yet answered. Unit: bytes. Default: 67108864. Range: at
     * least 65536.
     */
    inflightBytesMax?: number

    /**
     * Metadata of a file: its footer or a message's header. Unit: bytes. Default: 67108864. Range:
     * at least 1024.
     */
    footerBytesMax?: number

    /**
     * A page after decompression, unless expansionRatioMax allows more. Unit: bytes. Default:
     * 67108864. Range: at least 1024.
     */
    pageBytesMax?: number

    /**
     * A dictionary after decompression. Unit: bytes. Default: 1073741824. Range: at least 1024.
     */
    dictionaryBytesMax?: number

    /**
     * Columns of a file. Unit: columns. Default: 100000. Range: at least 1.
     */
    columnsMax?: number

    /**
     * Nesting of a schema or of metadata. Unit: levels. Default: 64. Range: 1 to 64.
     */
    depthMax?: number

    /**
     * Operations that are listed and not yet answered. Unit: operations. Default: 16. Range: 1 to
     * 1024.
     */
    opsMax?: number
}
