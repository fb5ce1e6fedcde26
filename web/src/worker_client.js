// worker_client.js: alimentar/worker in browsers: the package's names, with data sets that live in
// a worker. Bundlers find the worker by the literal expression below.
import { workerInitRules } from './check.js'
import { Client } from './client.js'
import { webWorker } from './start.js'

export { AlimentarError } from './errors.js'

const client = new Client(
    webWorker((address) =>
        address === undefined
            ? new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
            : new Worker(address, { type: 'module' }),
    ),
    workerInitRules,
)

/** @type {typeof import('./types.d.ts').init} */
export const init = (options) => client.init(options)

/** @type {typeof import('./types.d.ts').open} */
export const open = (source, options) => /** @type {any} */ (client.open(source, options))
