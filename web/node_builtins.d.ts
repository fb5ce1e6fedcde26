// node_builtins.d.ts: the few functions of Node that the sources use, so that the check needs no
// package of types. Not shipped.

declare module 'node:fs' {
    import type { FileHandle } from 'node:fs/promises'
    const fs: {
        promises: {
            open(path: string, flags: string): Promise<FileHandle>
            readdir(
                path: string,
                options: { withFileTypes: true },
            ): Promise<
                {
                    name: string
                    isDirectory(): boolean
                    isFile(): boolean
                    isSymbolicLink(): boolean
                }[]
            >
            lstat(path: string): Promise<object>
            stat(path: string): Promise<{
                isDirectory(): boolean
                isFile(): boolean
                isFIFO(): boolean
                isSocket(): boolean
                isCharacterDevice(): boolean
            }>
        }
    }
    export default fs
}

declare module 'node:fs/promises' {
    export interface FileHandle {
        stat(options: { bigint: true }): Promise<{ size: bigint; mtimeNs: bigint }>
        read(
            buffer: Uint8Array,
            offset: number,
            length: number,
            position: number | null,
        ): Promise<{ bytesRead: number }>
        close(): Promise<void>
    }
}

declare module 'node:url' {
    export function fileURLToPath(url: string | URL): string
}

declare module 'node:worker_threads' {
    export class Worker {
        constructor(source: URL | string, options?: { eval?: boolean; execArgv?: string[] })
        postMessage(message: unknown, transfer: readonly unknown[]): void
        on(name: 'message', take: (message: unknown) => void): void
        on(name: 'error', take: (error: unknown) => void): void
        on(name: 'exit', take: () => void): void
        on(name: 'messageerror', take: () => void): void
        ref(): void
        unref(): void
    }
}
