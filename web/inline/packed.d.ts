// packed.d.ts: what bundle.mjs puts in place of ./packed.js; texts are gzip (RFC 1952) in base64.

/** The module alimentar.wasm. */
export const wasm: string
/** The source of worker.js and of all that it imports, as one script. */
export const worker: string

/** Where brotli.wasm is looked for: beside the module, or else beside the page. */
export const base: string | undefined
