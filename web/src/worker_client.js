// worker_client.js: alimentar/worker in browsers: the package's names, with data sets that live in
// a worker. Bundlers find the worker by the literal expression below.
import { Client } from './client.js'
import { webWorker } from './start.js'

export { AlimentarError } from './errors.js'

const client = new Client(
    webWorker(() => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })),
)

/** @type {typeof import('./types.d.ts').init} */
export const init = (options) => client.init(options)

/** @type {typeof import('./types.d.ts').open} */
export const open = (source, options) => /** @type {any} */ (client.open(source, options))
