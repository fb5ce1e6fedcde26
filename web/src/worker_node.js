// worker_node.js: alimentar/worker in Node: the package's names, with data sets that live in a
// thread of their own.
import { Worker } from 'node:worker_threads'

import { workerInitRules } from './check.js'
import { Client } from './client.js'
import { nodeWorker } from './start.js'

export { AlimentarError } from './errors.js'

// Not every flag of a program may be a thread's.
const options = { execArgv: [] }
const client = new Client(
    nodeWorker(
        (address) => new Worker(new URL(address ?? './worker.js', import.meta.url), options),
    ),
    workerInitRules,
)

/** @type {typeof import('./types.d.ts').init} */
export const init = (options) => client.init(options)

/** @type {typeof import('./types.d.ts').open} */
export const open = (source, options) => /** @type {any} */ (client.open(source, options))
