// node.d.ts: what alimentar/node offers beside the package itself.

import type { Dataset, OpenOptions } from './types.js'

export * from './types.js'

/**
 * Opens a file, a folder, or a list of them as one data set: by a path, a pattern of paths (`*`,
 * `?`, `[a-z]`, and `**` for folders of any depth), or a file: URL. A list of one is as its member.
 */
export function openFile(
    path: string | URL | readonly (string | URL)[],
    options?: OpenOptions,
): Promise<Dataset>
