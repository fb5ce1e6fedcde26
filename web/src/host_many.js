// host_many.js: the hosts of several sources as one. Operations go to the host of their path, so
// each source has a path of its own; requests and warnings of all are listed together.
//
// Folders "key=value" in the paths of sources are columns where every source lies in some: see
// docs/javascript.md.
import * as abi from './abi.js'
import { AlimentarError } from './errors.js'

/** @typedef {import('./drive.js').Host} Host */
/** @typedef {import('./types.d.ts').OpenOptions} OpenOptions */

/** What sources without a name are called in a list, beside their place. */
const NAMES = new Map([
    ['memory:', 'bytes'],
    ['blob:', 'Blob'],
    ['source:', 'source'],
    ['stream:', 'stream'],
    ['response:', 'Response'],
    ['url()', 'url()'],
])

const PARTITION = /(?:^|\/)[^/=]+=[^/]*\//

/**
 * The path of a source in a list: what has no name is told by its place.
 * @param {string} path @param {number} index
 */
export function nameInList(path, index) {
    const name = NAMES.get(path)
    return name === undefined ? path : `${name} ${index + 1}`
}

/**
 * One host of all; of a single one, that.
 * @param {Host[]} hosts closed if this fails
 * @param {OpenOptions} options
 * @returns {Host}
 */
export function joinedHost(hosts, options) {
    if (hosts.length === 1) return hosts[0]
    try {
        checkOrigins(hosts, options)
        return new ManyHost(hosts, options)
    } catch (error) {
        closeAll(hosts)
        throw error
    }
}

/** @param {Host[]} hosts */
export function closeAll(hosts) {
    for (const host of hosts) host.close?.()
}

/** Headers may hold secrets, which are one origin's. @param {Host[]} hosts
 * @param {OpenOptions} options */
function checkOrigins(hosts, { headers }) {
    if (headers === undefined) return
    const origins = new Set(hosts.flatMap(({ url }) => (url === undefined ? [] : [url.origin])))
    if (origins.size < 2) return
    const [one, other] = origins
    throw new AlimentarError(
        'argument',
        `headers are sent to one origin, but the list has URLs of ${one} and ${other}: give ` +
            'a fetch of your own, which adds the headers that each needs',
    )
}

/** The hosts of a list. */
class ManyHost {
    /** @param {Host[]} hosts @param {OpenOptions} options */
    constructor(hosts, { partitions = 'auto' }) {
        this.hosts = hosts
        /** @type {number | null} */
        this.objectBytes = null
        this.flags = 0
        /** @type {import('./types.d.ts').Warning[]} */
        this.warnings = []
        /** @type {import('./types.d.ts').Request[]} */
        this.requests = []
        /** @type {Map<string, Host>} */
        this.byPath = new Map()
        hosts.forEach((host, index) => this.add(host, index))
        this.path = `${hosts[0].path} and ${hosts.length - 1} more`
        const isPartitioned = hosts.every(
            ({ path, flags }) => PARTITION.test(path) && (flags & abi.ALI_OBJECT_FOLDER) === 0,
        )
        /** Where in each path, counted from 1, folders become columns; 0: nowhere. */
        this.partitionAt = partitions === 'auto' && isPartitioned ? 1 : 0
    }

    /** @param {Host} host @param {number} index */
    add(host, index) {
        host.path = this.pathOf(host, index)
        if (!this.byPath.has(host.path)) this.byPath.set(host.path, host)
        if (host.requests === undefined) return
        host.requests = this.requests
        host.warn = (warning) =>
            this.warnings.push({ ...warning, message: `${host.path}: ${warning.message}` })
    }

    /** A path that no other has, unless both stand for the same file. @param {Host} host
     * @param {number} index */
    pathOf(host, index) {
        if (host.isNamedByPath) return host.path
        const named = nameInList(host.path, index)
        let path = named
        for (let count = 2; this.byPath.has(path); count += 1)
            path = named.replace(/(\.\w+)?(\?…)?$/, ` (${count})$1$2`)
        return path
    }

    /** @param {import('./drive.js').Operation} op */
    carry(op) {
        const host =
            this.byPath.get(op.path) ??
            this.hosts.find((each) => isAbove(each, op.path)) ??
            this.hosts.find((each) => each.isBeside?.(op.path))
        if (host !== undefined) host.carry(op)
        else op.end({ status: abi.ALI_ERR_HOST, failure: 'no source of the list has this path' })
    }

    close() {
        closeAll(this.hosts)
    }
}

/** Whether a path lies in the folder of a host. @param {Host} host @param {string} path */
function isAbove({ path: folder, isNamedByPath = false }, path) {
    return isNamedByPath && path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
}
