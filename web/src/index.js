// index.js: the package's public names.
export { open } from './dataset.js'
export { init } from './wasm.js'
export { AlimentarError } from './errors.js'
