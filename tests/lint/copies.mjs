// Bytes are copied in one place, base/mem.h, where copies can be counted; the hot loops that copy
// by blocks of a fixed width are named here.
import { filesIn, gate, lineOf, masked, read } from './gate.mjs'

const KERNELS = ['src/codec/snappy.c', 'src/codec/lz4_block.c', 'src/format/parquet/rle.c',
    'src/format/parquet/plain.c', 'src/format/parquet/levels.c', 'src/format/parquet/split.c']

gate('copies', ({ fail }) => {
    for (const path of filesIn(['src'], /\.[ch]$/)) {
        if (path.startsWith('src/base/') || KERNELS.includes(path)) continue
        const text = masked(read(path))
        for (const match of text.matchAll(/\b(?:__builtin_)?(memcpy|memmove|bcopy)\s*\(/g)) {
            fail(`${path}:${lineOf(text, match.index)} calls ${match[1]}: copy through base/mem.h`)
        }
    }
})
