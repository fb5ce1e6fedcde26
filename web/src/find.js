// find.js: finds and compiles the package's modules: where init() said, else next to this file.
// Where there is none, one sentence says where it was looked for, and what to do.
import { AlimentarError } from './errors.js'
import { redacted, redactedSentence } from './redact.js'

/** @typedef {import('./types.d.ts').WasmSource} WasmSource */

// A module of one function that uses a SIMD128 instruction.
const SIMD_PROBE = new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253,
    15, 253, 98, 11,
])

/** A module of the package, compiled when it is first needed. */
export class Found {
    /**
     * @param {string} name @param {string} option of init()
     * @param {URL} place where the file lies without it
     */
    constructor(name, option, place) {
        this.name = name
        this.option = option
        /** @type {WasmSource} */
        this.source = place
        /** @type {Promise<WebAssembly.Module> | undefined} */
        this.compiled = undefined
    }

    /** Looks there from now on. @param {WasmSource} source */
    take(source) {
        this.source = source
        this.compiled = undefined
    }

    /** @returns {Promise<WebAssembly.Module>} */
    compile() {
        if (this.compiled === undefined) {
            const compiled = this.find()
            this.compiled = compiled
            compiled.catch(() => {
                if (this.compiled === compiled) this.compiled = undefined
            })
        }
        return this.compiled
    }

    async find() {
        const { source } = this
        if (source instanceof WebAssembly.Module) return source
        if (source instanceof ArrayBuffer || ArrayBuffer.isView(source))
            return compileBytes(/** @type {BufferSource} */ (source))
        if (typeof Response !== 'undefined' && source instanceof Response)
            return this.compileResponse(source, source.url)
        const url = this.urlOf(String(source))
        if (url.protocol === 'file:') return compileBytes(await this.readFile(url))
        let response
        try {
            response = await fetch(url)
        } catch (error) {
            throw this.missing(url.href, error instanceof Error ? error.message : String(error))
        }
        return this.compileResponse(response, url.href)
    }

    /** @param {string} source @returns {URL} */
    urlOf(source) {
        try {
            return new URL(source, typeof location === 'undefined' ? undefined : location.href)
        } catch {
            throw this.missing(source, 'that is not a URL')
        }
    }

    /** @param {URL} url @returns {Promise<Uint8Array<ArrayBuffer>>} */
    async readFile(url) {
        const fs = /** @type {any} */ (globalThis).process?.getBuiltinModule?.('node:fs')
        if (fs === undefined) throw this.missing(url.href, 'files cannot be read here')
        try {
            return await fs.promises.readFile(url)
        } catch (error) {
            throw this.missing(url.href, /** @type {any} */ (error).code ?? String(error))
        }
    }

    /** @param {Response} response @param {string} url */
    async compileResponse(response, url) {
        if (!response.ok) throw this.missing(url, `HTTP ${response.status}`)
        const bytes = new Uint8Array(await response.arrayBuffer())
        const isWasm = bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d
        if (!isWasm)
            throw this.missing(
                url,
                `the server sent ${response.headers.get('content-type') ?? 'something else'}`,
            )
        return compileBytes(bytes)
    }

    /** @param {string} url @param {string} cause */
    missing(url, cause) {
        const path = redacted(url)
        const other =
            this.option === 'wasm' ? ", or import from 'alimentar/inline', which holds it" : ''
        return new AlimentarError(
            'not_found',
            `${this.name} was not found at ${path} (${redactedSentence(cause)}): serve it there, ` +
                "next to your bundle or the package's index.js, or call " +
                `init({ ${this.option}: its URL or bytes }) before open()${other}`,
            { path },
        )
    }
}

/** @param {BufferSource} bytes */
async function compileBytes(bytes) {
    try {
        return await WebAssembly.compile(bytes)
    } catch (error) {
        if (!WebAssembly.validate(SIMD_PROBE)) {
            throw new AlimentarError(
                'unsupported',
                'this engine does not have WebAssembly SIMD128, which alimentar needs ' +
                    '(Chrome 91, Firefox 89, Safari 16.4, Node 16.4 and later have it)',
            )
        }
        throw error
    }
}
