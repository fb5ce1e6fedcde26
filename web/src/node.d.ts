// node.d.ts: what alimentar/node offers beside the package itself.

import type { Dataset, OpenOptions } from './types.js'

export * from './types.js'

/** Opens a file: a path, or a file: URL. */
export function openFile(path: string | URL, options?: OpenOptions): Promise<Dataset>
