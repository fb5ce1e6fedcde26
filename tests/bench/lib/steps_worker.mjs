// steps_worker.mjs: a worker that reads a whole file and tells how long each step of the core took,
// and how long an aborted read took to release everything.
import { init, open } from 'alimentar'

/** Times each call of the core's step from now on. */
function timeSteps(dataset) {
    const { exports } = dataset._hold.core
    const times = []
    const step = exports.timed_step ?? exports.task_step
    exports.timed_step = step
    exports.task_step = (task, budget) => {
        const began = performance.now()
        const status = step(task, budget)
        times.push(performance.now() - began)
        return status
    }
    return times
}

async function stepsOf(bytes) {
    const dataset = await open(bytes)
    const times = timeSteps(dataset)
    let rows = 0
    for await (const batch of dataset.batches()) rows += batch.numRows
    const memory = dataset._hold.core.memory.buffer.byteLength
    dataset.close()
    return { times, rows, memory }
}

// From abort() to the rejection of the read, when nothing of it is held any more.
async function abortMs(bytes) {
    const dataset = await open(bytes)
    const base = dataset.memoryBytes()
    const controller = new AbortController()
    let began = 0
    setTimeout(() => {
        began = performance.now()
        controller.abort()
    }, 30)
    try {
        await dataset.columns(null, { signal: controller.signal })
        return null
    } catch (error) {
        if (error?.name !== 'AbortError') throw error
        if (dataset.memoryBytes() > base) throw new Error(`${dataset.memoryBytes()} bytes are held`)
        return performance.now() - began
    } finally {
        dataset.close()
    }
}

self.onmessage = async ({ data: { wasm, file } }) => {
    try {
        await init({ wasm })
        const bytes = new Uint8Array(await (await fetch(file)).arrayBuffer())
        const { rows, memory } = await stepsOf(bytes)
        const { times } = await stepsOf(bytes)
        const aborts = []
        for (let i = 0; i < 5; i += 1) aborts.push(await abortMs(bytes))
        self.postMessage({ times, rows, memory, aborts })
    } catch (error) {
        self.postMessage({ error: String(error?.stack ?? error) })
    }
}
