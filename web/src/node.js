// node.js: alimentar/node, the package with files: openFile() takes paths and file: URLs.
import fs from 'node:fs'
import { fileURLToPath } from 'node:url'

import * as abi from './abi.js'
import { checkOptions, openRules } from './check.js'
import { openHost } from './dataset.js'
import { AlimentarError, failArgument } from './errors.js'
import { rangeBegin } from './host_memory.js'
import { closeAll, joinedHost } from './host_many.js'
import { streamHost } from './host_stream.js'
import { expand, isPattern } from './pattern.js'
import { redacted } from './redact.js'
import { Share } from './share.js'
import { checkForMany } from './sources.js'

export * from './index.js'

/** @typedef {import('./drive.js').Operation} Operation */

const PIECE_BYTES = 1024 * 1024

/**
 * Opens a file.
 * @param {string | URL | readonly (string | URL)[]} path a path, a pattern of paths, a file: URL,
 * or a list of these
 * @param {import('./types.d.ts').OpenOptions} [options]
 * @returns {Promise<import('./types.d.ts').Dataset>}
 */
export async function openFile(path, options = {}) {
    checkOptions('openFile()', options, openRules)
    /** @type {(string | URL)[]} */
    const given = Array.isArray(path) ? path : [path]
    if (given.length === 0) failArgument('openFile() takes at least one path, the list is empty')
    const found = (await Promise.all(given.map((one) => placesOf(one, options)))).flat()
    if (found.length > 1) checkForMany(options)
    const host = joinedHost(await hostsOf(found, options), options)
    // as of a list: else the columns would hang on how many files match
    if (found.length === 1 && found[0].isMatched && options.partitions !== 'none')
        host.partitionAt = 1
    return /** @type {any} */ (openHost(host, options))
}

/** @typedef {{ path: string, isMatched?: boolean }} Place */

/**
 * What a path stands for: itself, or what matches it.
 * @param {string | URL} given @param {import('./types.d.ts').OpenOptions} options
 * @returns {Promise<Place[]>}
 */
async function placesOf(given, { signal }) {
    const path = localPath(given)
    if (path !== given || !(await isPattern(path))) return [{ path }]
    const paths = await expand(path, namesIn, signal)
    if (paths.length === 0)
        throw new AlimentarError('not_found', 'no file matches the pattern', { path })
    return paths.map((one) => ({ path: one, isMatched: true }))
}

/** @param {string | URL} path @returns {string} */
function localPath(path) {
    const text = String(path)
    const isUrl = path instanceof URL || /^[a-z][a-z0-9+.-]+:\/\//i.test(text)
    if (!isUrl && !/^file:/i.test(text)) return text
    try {
        return fileURLToPath(path)
    } catch {
        throw new AlimentarError(
            'argument',
            'openFile() takes paths and file: URLs of this machine: open() takes other URLs',
            { path: redacted(path) },
        )
    }
}

/**
 * @param {Place[]} places @param {import('./types.d.ts').OpenOptions} options
 * @returns {Promise<import('./drive.js').Host[]>}
 */
async function hostsOf(places, options) {
    const share = new Share(options)
    const hosts = []
    try {
        for (const { path } of places)
            hosts.push(await hostOf(path, places.length > 1, options, share))
        return hosts
    } catch (error) {
        closeAll(hosts)
        throw error
    }
}

/**
 * @param {string} path @param {boolean} isOfMany one of several
 * @param {import('./types.d.ts').OpenOptions} options @param {Share} share
 * @returns {Promise<import('./drive.js').Host>}
 */
async function hostOf(path, isOfMany, options, share) {
    const about = await fs.promises.stat(path).catch(() => undefined)
    if (about?.isDirectory())
        return new FilesHost(path, abi.ALI_OBJECT_FOLDER | siblingsOf(path))
    if (about?.isFIFO() || about?.isSocket() || about?.isCharacterDevice())
        return streamHost(pipeOf(path), options, share, path)
    return isOfMany ? new FilesHost(path, siblingsOf(path)) : new FileHost(path)
}

/** A path leads to files beside it where its folders end in slashes. @param {string} path */
function siblingsOf(path) {
    return path.includes('\\') ? 0 : abi.ALI_OBJECT_SIBLINGS
}

/**
 * What cannot seek, as a stream. A read that waits in the system is left alone when nobody wants it
 * any more.
 * @param {string} path
 */
function pipeOf(path) {
    const opened = fs.promises.open(path, 'r')
    let end = () => {}
    /** @type {Promise<{ done: boolean, value?: Uint8Array }>} */
    const ended = new Promise((resolve) => (end = () => resolve({ done: true })))
    const close = () => void opened.then((handle) => handle.close()).catch(() => undefined)
    const next = async () => {
        const handle = await opened
        const piece = new Uint8Array(PIECE_BYTES)
        const { bytesRead } = await handle.read(piece, 0, piece.length, null)
        if (bytesRead !== 0) return { done: false, value: piece.slice(0, bytesRead) }
        close()
        return { done: true }
    }
    const reader = {
        read: () => Promise.race([next(), ended]),
        cancel: async () => {
            end()
            close()
        },
    }
    return { getReader: () => reader }
}

/** Carries out operations on a file; its modification time and size are the validator. */
class FileHost {
    /** @param {string} path */
    constructor(path) {
        this.path = path
        /** @type {number | null} */
        this.objectBytes = null
        this.flags = siblingsOf(path)
        /** @type {Promise<import('node:fs/promises').FileHandle> | undefined} */
        this.handle = undefined
        this.isClosed = false
    }

    /** @param {Operation} op */
    carry(op) {
        if (op.path !== this.path) return carryOnce(op)
        this.work(op).catch((error) => op.end(outcomeOf(error)))
    }

    /** @param {Operation} op */
    async work(op) {
        if (op.kind !== abi.ALI_OP_READ && op.kind !== abi.ALI_OP_STAT)
            throw new Error('files can only be read')
        this.handle ??= fs.promises.open(this.path, 'r')
        const handle = await this.handle
        const about = await handle.stat({ bigint: true })
        const objectBytes = Number(about.size)
        if (op.kind === abi.ALI_OP_READ) {
            await read(handle, op, rangeBegin(op, objectBytes))
            const after = await handle.stat({ bigint: true })
            if (validatorOf(after) !== validatorOf(about))
                throw new AlimentarError('changed', 'the file changed while it was read')
        }
        op.end({ objectBytes, etag: validatorOf(about) })
    }

    close() {
        this.isClosed = true
        this.handle?.then(
            (handle) => handle.close(),
            () => undefined,
        )
    }
}

/**
 * Carries out operations on many files: those of a folder, whose pages it lists, or one of a list.
 * A file is open only as long as an operation takes, so that there may be many.
 */
class FilesHost {
    /** @param {string} path @param {number} flags */
    constructor(path, flags) {
        this.path = path
        /** @type {number | null} */
        this.objectBytes = null
        this.flags = flags
        this.isNamedByPath = true
    }

    /** @param {Operation} op */
    carry(op) {
        carryOnce(op)
    }

    /** Whether a path is one beside this file, or in a folder below. @param {string} path */
    isBeside(path) {
        return path.startsWith(this.path.slice(0, this.path.lastIndexOf('/') + 1))
    }

    close() {}
}

/**
 * Carries out an operation on the file or folder that it names, which is open as long as it takes.
 * @param {Operation} op
 */
function carryOnce(op) {
    const file = new FileHost(op.path)
    const work = op.kind === abi.ALI_OP_LIST ? list(op) : file.work(op)
    work.catch((error) => op.end(outcomeOf(error))).finally(() => file.close())
}

/** @param {Uint8Array} a @param {Uint8Array} b */
function compareBytes(a, b) {
    const both = Math.min(a.length, b.length)
    for (let i = 0; i < both; i += 1) if (a[i] !== b[i]) return a[i] - b[i]
    return a.length - b.length
}

/** The files and folders of a folder; links to folders are not followed. @param {string} path */
async function namesIn(path) {
    const encoder = new TextEncoder()
    const names = []
    for (const item of await fs.promises.readdir(path, { withFileTypes: true })) {
        const isLink = item.isSymbolicLink()
        const about = isLink
            ? await fs.promises.stat(`${path}/${item.name}`).catch(() => item)
            : item
        if (about.isFile()) names.push(encoder.encode(`f${item.name}\0`))
        else if (item.isDirectory()) names.push(encoder.encode(`d${item.name}\0`))
    }
    return names.sort((a, b) => compareBytes(a.subarray(1), b.subarray(1)))
}

/**
 * Answers a page of a folder: entries in the order of their names' bytes, those behind the token,
 * as many as fit, and a zero byte behind the last.
 * @param {Operation} op
 */
async function list(op) {
    const token = new TextEncoder().encode(op.token)
    const names = await namesIn(op.path)
    const left = names.filter((name) => compareBytes(name.subarray(1, -1), token) > 0)
    let room = op.length
    while (left.length !== 0 && left[0].length <= room) {
        const name = /** @type {Uint8Array} */ (left.shift())
        op.part(name)
        room -= name.length
    }
    if (left.length === 0 && room !== 0) op.part(new Uint8Array(1))
    op.end({})
}

/** @param {{ size: bigint, mtimeNs: bigint }} about */
function validatorOf({ size, mtimeNs }) {
    return `${mtimeNs}-${size}`
}

/**
 * @param {import('node:fs/promises').FileHandle} handle
 * @param {Operation} op
 * @param {number} begin
 */
async function read(handle, op, begin) {
    const piece = new Uint8Array(Math.min(PIECE_BYTES, op.length))
    for (let at = begin; !op.isEnded && op.moved < op.length;) {
        const { bytesRead } = await handle.read(
            piece,
            0,
            Math.min(piece.length, op.length - op.moved),
            at,
        )
        if (bytesRead === 0) break
        op.part(piece.subarray(0, bytesRead))
        at += bytesRead
    }
}

/** @param {any} error @returns {import('./drive.js').Outcome} */
function outcomeOf(error) {
    const isMissing = error?.code === 'ENOENT' || error?.code === 'ENOTDIR'
    if (isMissing) return { status: abi.ALI_ERR_NOT_FOUND }
    if (error instanceof AlimentarError)
        return { status: abi.ALI_ERR_HOST, failure: error.message, code: error.code }
    return {
        status: abi.ALI_ERR_HOST,
        failure: FAILURES[error?.code] ?? String(error?.message ?? error),
    }
}

/** The system's own words, as the native twin prints them. @type {{ [code: string]: string }} */
const FAILURES = {
    EACCES: 'Permission denied',
    EPERM: 'Operation not permitted',
    EISDIR: 'Is a directory',
    EIO: 'Input/output error',
}
