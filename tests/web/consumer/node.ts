// node.ts: a program of a Node project without the types of browsers; it is compiled, not run.
import { init, open } from 'alimentar'
import { openFile } from 'alimentar/node'

export async function main(bytes: Uint8Array): Promise<number> {
    await init({ wasm: bytes })
    const names = ['fare', 'city'] as const
    const remote = await open(new URL('https://example.com/trips.parquet'), {
        headers: { 'X-Key': 'k' },
        fetch: (url, options) => fetch(url, options),
    })
    const dataset = await openFile('trips.parquet')
    const { fare } = await dataset.columns(names)
    remote[Symbol.dispose]()
    return fare.length
}
