// node.js: alimentar/node, the package with files: openFile() takes paths and file: URLs.
import fs from 'node:fs'
import { fileURLToPath } from 'node:url'

import * as abi from './abi.js'
import { checkOptions, openRules } from './check.js'
import { openHost } from './dataset.js'
import { AlimentarError } from './errors.js'
import { rangeBegin } from './host_memory.js'
import { redacted } from './redact.js'

export * from './index.js'

/** @typedef {import('./drive.js').Operation} Operation */

const PIECE_BYTES = 1024 * 1024

/**
 * Opens a file.
 * @param {string | URL} path a path, or a file: URL
 * @param {import('./types.d.ts').OpenOptions} [options]
 * @returns {Promise<import('./types.d.ts').Dataset>}
 */
export async function openFile(path, options = {}) {
    checkOptions('openFile()', options, openRules)
    const local = localPath(path)
    await refuseDirectory(local)
    return /** @type {any} */ (openHost(new FileHost(local), options))
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

/** @param {string} path */
async function refuseDirectory(path) {
    const about = await fs.promises.stat(path).catch(() => undefined)
    if (about?.isDirectory()) {
        throw new AlimentarError(
            'unsupported',
            'is a directory: reading directories is not supported yet',
            { path },
        )
    }
}

/** Carries out operations on a file; its modification time and size are the validator. */
class FileHost {
    /** @param {string} path */
    constructor(path) {
        this.path = path
        /** @type {number | null} */
        this.objectBytes = null
        this.flags = 0
        /** @type {Promise<import('node:fs/promises').FileHandle> | undefined} */
        this.handle = undefined
        this.isClosed = false
    }

    /** @param {Operation} op */
    carry(op) {
        this.work(op).catch((error) => op.end(outcomeOf(error)))
    }

    /** @param {Operation} op */
    async work(op) {
        if (op.kind !== abi.ALI_OP_READ && op.kind !== abi.ALI_OP_STAT)
            throw new Error('files can only be read')
        this.handle ??= fs.promises.open(this.path, 'r')
        const handle = await this.handle
        const { size, mtimeNs } = await handle.stat({ bigint: true })
        const objectBytes = Number(size)
        if (op.kind === abi.ALI_OP_READ) await read(handle, op, rangeBegin(op, objectBytes))
        op.end({ objectBytes, etag: `${mtimeNs}-${size}` })
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
