// node_globals.d.ts: of what @types/node declares, as much as the package's types name.

interface URL {
    readonly href: string
}
declare var URL: { new (url: string): URL }
interface Blob {
    readonly size: number
}
interface AbortSignal {
    readonly aborted: boolean
}
interface Headers {
    get(name: string): string | null
}
interface Response {
    readonly status: number
}
declare function fetch(
    url: string,
    options?: { method?: string; headers?: Headers; signal?: AbortSignal | null },
): Promise<Response>
