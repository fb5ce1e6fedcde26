// share.js: what the sources of one data set share: turns at the network, and the memory that may
// hold files which cannot be read in parts.

const IN_FLIGHT_MAX = 6
const HELD_BYTES_MAX = 1024 * 1024 * 1024

export class Share {
    /** @param {{ memoryBytesMax?: number }} [options] */
    constructor({ memoryBytesMax = HELD_BYTES_MAX } = {}) {
        /** Bytes that may be held, of all sources together. */
        this.max = memoryBytesMax
        this.held = 0
        this.running = 0
        /** @type {(() => void)[]} */
        this.queue = []
    }

    /** At most six requests are under way at a time. */
    async enter() {
        this.running += 1
        if (this.running > IN_FLIGHT_MAX)
            await new Promise((resolve) => this.queue.push(() => resolve(undefined)))
    }

    leave() {
        this.running -= 1
        this.queue.shift()?.()
    }

    /** @param {number} bytes more of them @returns {boolean} false if they are too many */
    hold(bytes) {
        this.held += bytes
        return this.held <= this.max
    }

    /** @param {number} bytes that are held no more */
    drop(bytes) {
        this.held -= bytes
    }
}
