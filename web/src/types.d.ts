// types.d.ts: what the package offers. Nothing here needs the types of browsers (lib "dom"); URL,
// Blob, Response and AbortSignal are also declared by those of Node.

import type * as options from './options.js'

declare global {
    // As in lib "esnext.disposable".
    interface SymbolConstructor {
        readonly dispose: unique symbol
    }
    interface Disposable {
        [Symbol.dispose](): void
    }
}

/** Where the wasm comes from; `object` stands for a WebAssembly.Module. */
export type WasmSource = string | URL | Response | ArrayBuffer | ArrayBufferView | object

/** Headers of a request: an object, pairs, or Headers. */
export type RequestHeaders =
    | { [name: string]: string }
    | [string, string][]
    | { forEach(callback: (value: string, name: string) => void): void }

/** What a function in place of fetch is called with. */
export interface FetchOptions {
    method: string
    headers: Headers
    signal: AbortSignal
    cache: 'no-store'
    credentials: 'omit' | 'same-origin' | 'include'
}

export interface InitOptions {
    /**
     * The wasm's URL, a response with it, its bytes, or the compiled module. Default:
     * alimentar.wasm next to index.js, or to the bundle that index.js is part of.
     */
    wasm?: WasmSource
    /**
     * The same for brotli.wasm, which is fetched when the first page of brotli comes. Default:
     * brotli.wasm next to alimentar.wasm.
     */
    brotli?: WasmSource
    /**
     * The URL of worker.js, for `alimentar/worker` alone; a worker that runs already stays.
     * Default: worker.js next to worker_client.js, or where a bundler put it.
     */
    worker?: string | URL
}

/**
 * Says where the wasm comes from, and compiles it; brotli.wasm is compiled when it is needed.
 * Optional: open() finds both next to the package's index.js.
 */
export function init(options?: InitOptions): Promise<void>

export interface ErrorPlace {
    path?: string
    offset?: number | null
    column?: string
    row?: number | null
    httpStatus?: number
}

/**
 * What went wrong. `message` is one sentence that says what was found, what was expected and where.
 */
export class AlimentarError extends Error {
    constructor(code: string, message: string, place?: ErrorPlace)
    /**
     * The kind of error: 'memory', 'limit', 'argument', 'state', 'corrupt', 'truncated',
     * 'checksum', 'changed', 'unsupported', 'type', 'not_found', 'conflict', 'host', 'internal'.
     */
    readonly code: string
    /** The path or URL of the object, without what is secret in it; '' if there is none. */
    path: string
    /** The byte offset in the object, or null. */
    readonly offset: number | null
    /** The name of the column; '' if there is none. */
    readonly column: string
    /** The row, counted from 0, or null. */
    readonly row: number | null
    /** What the server answered; 0 where it did not. */
    readonly httpStatus: number
}

/** Bytes that come one after the other: a ReadableStream is one. */
export interface ByteStream {
    getReader(): {
        read(): Promise<{ done: boolean; value?: any }>
        cancel(reason?: any): Promise<void>
    }
}

/**
 * A source of the caller's own. `read` gives the bytes from `offset` on, exactly `length` of them;
 * several reads may be under way at once, and `signal` ends those that nobody waits for any more.
 */
export interface Backend {
    /** Unit: bytes. */
    readonly size: number | Promise<number>
    read(
        offset: number,
        length: number,
        options: { signal: AbortSignal },
    ): ArrayBuffer | ArrayBufferView | Promise<ArrayBuffer | ArrayBufferView>
    /** Named in errors. Default: 'source:'. */
    readonly name?: string
}

/**
 * One thing that can be opened. A function gives a URL, and is called again when a signed link has
 * expired. A Response, a stream or an async iterable of bytes, such as a Readable of Node, cannot
 * seek: it is read to its end and held in memory, up to memoryBytesMax.
 */
export type SingleSource =
    | string
    | URL
    | (() => string | URL | Promise<string | URL>)
    | Blob
    | ArrayBuffer
    | ArrayBufferView
    | Response
    | ByteStream
    | AsyncIterable<any>
    | Backend

/**
 * What can be opened. A list is one data set, in its order: columns by name, null where a file
 * lacks one, types widened where that loses nothing. It may mix sources of every kind; the `files`
 * of an <input type="file"> are a list, too. A list of one is as its member.
 */
export type Source = SingleSource | readonly SingleSource[] | FileList

/** As in browsers: what an <input type="file"> gives. */
export interface FileList {
    readonly length: number
    item(index: number): Blob | null
    [Symbol.iterator](): IterableIterator<Blob>
}

export interface Progress {
    /** Bytes that have come so far. */
    bytes: number
    /** Bytes that will have come when all is done; null while that is not known. */
    bytesTotal: number | null
    /** Rows that have been handed out so far. */
    rows: number
}

export interface ValueOptions {
    /**
     * 64-bit integers as numbers, or as BigInt. A value that a number cannot hold exactly is an
     * error. Default: 'number'.
     */
    int64?: 'number' | 'bigint'
    /**
     * Times as milliseconds, the same with Date objects from at(), or exact as BigInt in the
     * column's own unit. Default: 'ms'.
     */
    times?: 'ms' | 'Date' | 'bigint'
    /**
     * Decimals as numbers, or as texts with all their digits. A decimal whose digits a number does
     * not give back is an error. Default: 'number'.
     */
    decimal?: 'number' | 'string'
}

export interface OpenOptions extends options.OpenOptions, ValueOptions {
    /** Ends opening; the promise rejects with its reason. */
    signal?: AbortSignal
    /** Called while bytes come, at most every 50 ms. */
    onProgress?: (progress: Progress) => void
    /**
     * Memory of this data set, and of all its files together that are held as a whole, since their
     * servers give no ranges, or streams cannot seek. Unit: bytes. Default: 1 GiB.
     */
    memoryBytesMax?: number
    /**
     * Lists: whether folders "key=value" in the paths become columns; they do where every path has
     * some. A folder of Node's openFile() has its columns in any case. Default: 'auto'.
     */
    partitions?: 'auto' | 'none'
    /**
     * URLs: request headers. Cross-origin they need a preflight. An error for lists with URLs of
     * several origins.
     */
    headers?: RequestHeaders
    /** URLs: as for fetch. Default: 'same-origin'. */
    credentials?: 'omit' | 'same-origin' | 'include'
    /** URLs: a function to be called instead of fetch. */
    fetch?: (url: string, options: FetchOptions) => Promise<Response>
    /** One URL: gives a new link, called when the server answers 401 or 403. */
    url?: () => string | URL | Promise<string | URL>
    /**
     * One URL: the file's size where it is known; spares the request that asks for it. Unit: bytes.
     */
    sizeBytes?: number
    /**
     * URLs: the longest silence of a server before a try counts as failed. Unit: ms. Default:
     * 30000.
     */
    timeoutMs?: number
    /** URLs: further tries after 429, 503 or a broken connection. Default: 4. */
    retries?: number
}

/**
 * A column's name, its place ('#3'), or the path of one inside a nested one: ['a', 'b'], or 'a.b'
 * where no column is called so.
 */
export type ColumnName = string | readonly string[]

export interface ReadOptions extends Pick<
    options.ScanOptions,
    'coalesceBytes' | 'requestBytesMax'
> {
    /**
     * Names of the columns to read, in the order wanted; '#3' is the third column of the file, and
     * '\\#3' one of the name #3; ['a', 'b'] and 'a.b' are the member b of the column a. Default:
     * all.
     */
    columns?: readonly ColumnName[]
    /** Rows of a batch at most. Default: 32768. Range: 1 to 1048576. */
    batchSize?: number
    /** Rows to read at most. Default: all. */
    limit?: number
    /** Rows to skip at the beginning. Default: 0. */
    offset?: number
    /** Ends reading: the promise rejects with its reason, and everything is released. */
    signal?: AbortSignal
    /** Called while reading, at most every 50 ms and at the end. */
    onProgress?: (progress: Progress) => void
}

/** How toArrow() writes. */
export interface ArrowOptions extends ReadOptions, Pick<options.WriteOptions, 'compression'> {}

export interface ScanOptions
    extends ReadOptions, ValueOptions, Pick<options.ScanOptions, 'strings'> {}

/**
 * A type, with Arrow's type ids and unit codes
 * (https://github.com/apache/arrow/blob/main/format/Schema.fbs).
 */
export interface DataType {
    /** For people: 'int32', 'list<utf8>'. */
    name: string
    /** 1 null, 2 int, 3 float, 5 utf8, 10 timestamp, 12 list, 13 struct, ...; -1 dictionary. */
    typeId: number
    /** Integers, times of day, decimals. */
    bitWidth?: number
    signed?: boolean
    /** Floats: 0 half, 1 single, 2 double. Decimals: digits in all. */
    precision?: number
    scale?: number
    /** Dates: 0 day, 1 ms. Times: 0 s, 1 ms, 2 us, 3 ns. Intervals: 0 months, 1 days, 2 both. */
    unit?: number
    timezone?: string | null
    /** Fixed-size binary: bytes of a value. */
    stride?: number
    /** Nested types: the fields below. */
    children?: Field[]
    /** Lists of one size. */
    listSize?: number
    /** Maps. */
    keysSorted?: boolean
    /** Unions: 0 sparse, 1 dense, and the id of each child. */
    mode?: number
    typeIds?: number[]
    /** Dictionaries: the type of the codes, and of the values. */
    indices?: DataType
    dictionary?: DataType
    ordered?: boolean
}

export interface Field {
    name: string
    /** Describes what toArray() gives. */
    type: DataType
    /** The file's own type, unit and zone. */
    storage: DataType
    nullable: boolean
    /** What the file says of the field, among it the names of extension types. */
    metadata: { [key: string]: string }
}

export interface Schema {
    fields: Field[]
    metadata: { [key: string]: string }
}

/** A row: an object without a prototype. */
export type Row = { [name: string]: any }

/** Typed arrays whose items are numbers. */
export type NumberValues =
    | Int8Array
    | Uint8Array
    | Int16Array
    | Uint16Array
    | Int32Array
    | Uint32Array
    | Float32Array
    | Float64Array

/** Those with { int64: 'bigint' } or { times: 'bigint' }. */
export type BigIntValues = BigInt64Array | BigUint64Array

export type Values = NumberValues | BigIntValues

export interface Column<T = any> {
    readonly name: string
    readonly label: string
    readonly type: DataType
    readonly storage: DataType
    /** The field's. */
    readonly metadata: { [key: string]: string }
    readonly length: number
    readonly nullCount: number
    /** How text lies in memory: which of dictionary() and views() costs nothing. */
    readonly encoding: 'plain' | 'dictionary'
    /** LSB first, 1 where there is a value; null if there are no nulls. */
    readonly validity: Uint8Array | null
    /**
     * Numbers, booleans (0, 1) and times: the typed array, 0 where a value is null. Decimals as
     * texts: an array of these.
     */
    readonly values: Values | (string | null)[] | undefined
    /** The columns below a nested one; none otherwise. */
    readonly children: readonly AnyColumn[]
    /** The first of them of that name, or null. */
    getChild<C extends Column = AnyColumn>(name: string): C | null
    /** Tells if a row is not null. */
    isValid(row: number): boolean
    /**
     * The value of a row, null for a null, undefined for a row that does not exist. Negative rows
     * count from the end.
     */
    at(row: number): T | null | undefined
    get(row: number): T | null | undefined
    /** A typed array if there is one and no null, else an Array with null. */
    toArray(): Values | (T | null)[]
    [Symbol.iterator](): IterableIterator<T | null>
    /** What the column is, without its values: those are in toArray(). */
    toJSON(): { name: string; type: string; length: number; nullCount: number }
}

/** Numbers, booleans and times: a typed array. */
export interface ValueColumn<
    T = number | bigint | boolean | Date,
    V extends Values = Values,
> extends Column<T> {
    readonly values: V
}

/** Numbers, also of int64 and times unless they were asked for as BigInt. */
export interface NumberColumn<V extends NumberValues = NumberValues> extends ValueColumn<
    number,
    V
> {
    toArray(): V | (number | null)[]
}

/** 64-bit integers with { int64: 'bigint' }, times with { times: 'bigint' }. */
export interface BigIntColumn<V extends BigIntValues = BigIntValues> extends ValueColumn<
    bigint,
    V
> {
    toArray(): V | (bigint | null)[]
}

/** 0 and 1 in `values`. */
export interface BooleanColumn extends ValueColumn<boolean, Uint8Array> {
    toArray(): Uint8Array | (boolean | null)[]
}

/** Times, with { times: 'Date' }: milliseconds in `values`. */
export interface DateColumn extends ValueColumn<Date, Float64Array> {
    toArray(): (Date | null)[]
}

export interface TextColumn extends Column<string> {
    readonly values: undefined
    toArray(): (string | null)[]
    /** Codes into values, -1 for null. */
    dictionary(): { codes: Int32Array; values: string[] }
    /** Offsets into UTF-8 bytes, length + 1 of them. */
    views(): { offsets: Int32Array; data: Uint8Array }
}

export interface BinaryColumn extends Column<Uint8Array> {
    readonly values: undefined
    toArray(): (Uint8Array | null)[]
    views(): { offsets: Int32Array; data: Uint8Array }
}

/** Decimals, with { decimal: 'string' }. */
export interface DecimalColumn extends Column<string> {
    readonly values: (string | null)[]
    toArray(): (string | null)[]
}

/** Lists and lists of one size: row i holds the items [offsets[i], offsets[i + 1]) of the child. */
export interface ListColumn<T = any> extends Column<Values | (T | null)[]> {
    readonly values: undefined
    readonly offsets: Int32Array
}

/** Maps: as lists, whose child is a struct of key and value. */
export interface MapColumn<K = any, V = any> extends Column<[K, V | null][]> {
    readonly values: undefined
    readonly offsets: Int32Array
}

/** Structs: objects without a prototype. */
export interface StructColumn extends Column<Row> {
    readonly values: undefined
}

/** Unions: the id of each row's type among type.typeIds, and in dense ones its place there. */
export interface UnionColumn<T = any> extends Column<T> {
    readonly values: undefined
    readonly typeIds: Int8Array
    readonly offsets: Int32Array | null
}

/** A length of time in parts that have no fixed length together. */
export interface Interval {
    months: number
    days: number
    nanos: number | bigint
}

/** Intervals, Variants, columns of nulls. */
export interface OtherColumn<T = any> extends Column<T> {
    readonly values: undefined
}

/**
 * Any column: `column.values`, `'dictionary' in column`, `'views' in column`, `'offsets' in column`
 * tell them apart, and so does `column.type.typeId`.
 */
export type AnyColumn =
    | ValueColumn
    | TextColumn
    | BinaryColumn
    | DecimalColumn
    | ListColumn
    | MapColumn
    | StructColumn
    | UnionColumn
    | OtherColumn

export interface Batch {
    readonly schema: Schema
    readonly numRows: number
    readonly numCols: number
    /** The first column of that name (or place, if it was asked for so), or null. */
    getChild<C extends Column = AnyColumn>(name: string): C | null
    /** The same, but an error if there is none. */
    column<C extends Column = AnyColumn>(name: string): C
    /** An error if two columns have one name: ask for them by place. */
    get(row: number): Row
    toArray(): Row[]
    [Symbol.iterator](): IterableIterator<Row>
    /**
     * The rows as an Arrow IPC stream, in the file's own types; only of batches of views, before
     * their release.
     */
    toArrow(): Uint8Array
    /** Ends a batch of views; does nothing for copies. */
    release(): void
    [Symbol.dispose](): void
    toJSON(): { numRows: number; numCols: number; columns: string[] }
}

export interface Warning {
    code: string
    message: string
    row: number | null
    column: string
}

/** A request that was made. */
export interface Request {
    /** The file's URL, without what is secret in it. */
    path: string
    method: string
    /** The Range header, or null. */
    range: string | null
    /** What the bytes are. */
    why: string
    /** HTTP status; 0 before an answer. */
    status: number
    /** Bytes of the body. */
    bytes: number
    /** When it began, since open(), and how long it took. */
    beganMs: number
    ms: number
}

export interface Dataset {
    /** The path or URL; of a list the first one's, and how many more there are. */
    readonly path: string
    readonly schema: Schema
    /** null where only reading tells: see count(). */
    readonly numRows: number | null
    readonly numCols: number
    /** 'parquet', 'arrow' (a file), 'arrows' (a stream); 'mixed' where files of a list differ. */
    readonly format: string
    readonly rowGroups: number
    /** Size of the file, or of all files. */
    readonly bytes: number
    /** How many files it consists of: those of a list, and of folders. */
    readonly files: number
    /** The program that wrote the file, as the file says. */
    readonly createdBy: string
    readonly metadata: { [key: string]: string }
    readonly warnings: Warning[]
    /**
     * The requests made so far, the first thousand of them; empty for what is not read over HTTP.
     */
    readonly requests: Request[]
    /**
     * Reads whole columns: an object without a prototype, by name; by place for columns that were
     * asked for as '#3', and by 'a.b' for the path ['a', 'b']. All columns without names. What a
     * column holds is not known before the file is read; who knows it says so:
     * columns<{ fare: NumberColumn }>(['fare']). Options may come alone, with the names in them:
     * columns({ columns: ['fare'], limit: 10 }).
     */
    columns<Name extends string>(
        names: readonly Name[],
        options?: Omit<ScanOptions, 'columns'>,
    ): Promise<Record<Name, AnyColumn>>
    columns<Shape extends { [Name in keyof Shape]: Column }>(
        names: readonly (keyof Shape & string)[],
        options?: Omit<ScanOptions, 'columns'>,
    ): Promise<Shape>
    columns(
        names?: readonly ColumnName[] | null,
        options?: Omit<ScanOptions, 'columns'>,
    ): Promise<{ [name: string]: AnyColumn }>
    columns<Name extends string>(
        options: Omit<ScanOptions, 'columns'> & { columns: readonly Name[] },
    ): Promise<Record<Name, AnyColumn>>
    columns<Shape extends { [Name in keyof Shape]: Column }>(
        options: Omit<ScanOptions, 'columns'> & { columns: readonly (keyof Shape & string)[] },
    ): Promise<Shape>
    columns(options: ScanOptions): Promise<{ [name: string]: AnyColumn }>
    /**
     * Reads rows batch by batch. Views are typed arrays over the module's memory, until release().
     */
    batches(options?: ScanOptions & { views?: boolean }): AsyncGenerator<Batch>
    rows(options?: ScanOptions): AsyncGenerator<Row>
    /** The first rows. Default: 10. */
    head(count?: number, options?: ScanOptions): Promise<Row[]>
    /** The same, by a limit among the options. */
    head(options: ScanOptions): Promise<Row[]>
    /** As the metadata says, else rows are read to count them. */
    count(): Promise<number>
    /**
     * The rows as an Arrow IPC stream, in the file's own types: for tableFromIPC() of apache-arrow
     * and flechette, fromArrow() of Arquero, insertArrowFromIPCStream() of DuckDB.
     */
    toArrow(options?: ArrowOptions): Promise<Uint8Array>
    /** Bytes that the data set, its reads and its batches of views hold in the module. */
    memoryBytes(): number
    /** Releases everything; reads that are under way fail. */
    close(): void
    [Symbol.dispose](): void
    toJSON(): { path: string; format: string; numRows: number | null; numCols: number }
}

/** Opens data: reads its metadata, no rows. */
export function open(source: Source, options?: OpenOptions): Promise<Dataset>
