// node_builtins.d.ts: the few functions of Node that src/node.js uses, so that the check needs no
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
