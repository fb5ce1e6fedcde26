// text.test.mjs: texts that are decoded many at a time are those that each row's bytes make alone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'

import { tableToIPC, Table, vectorFromArray, Utf8 } from 'apache-arrow'
import { open } from '../../web/dist/node.js'
import { decodeTexts } from '../../web/dist/decode.js'

const simple = new TextDecoder('utf-8', { ignoreBOM: true })

/** Numbers of a fixed sequence: below `most`. */
function chance(seed) {
    let state = seed
    return (most) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0
        return Math.floor((state / 2 ** 32) * most)
    }
}

const PARTS = {
    'plain words': ['word', ' ', 'another one of them', ''],
    'words of one to four bytes': ['a', 'é', '漢字', '😀', 'naïve', '', '\0', '\u{10FFFF}'],
    'byte order marks': ['\u{FEFF}', 'a', '', '\u{FEFF}\u{FEFF}b'],
}

/** Bytes that are no text, or only together with their neighbours'. */
const ODD = [
    [0x80],
    [0xff],
    [0xc3],
    [0xe6, 0xbc],
    [0xa2],
    [0xf0, 0x9f],
    [0x98, 0x80],
    [0xed, 0xa0, 0x80],
]

function columnOf(parts, odd, rows, seed) {
    const next = chance(seed)
    const bytes = []
    const offsets = [0]
    const encoder = new TextEncoder()
    for (let row = 0; row < rows; row += 1) {
        for (let count = next(6); count > 0; count -= 1)
            bytes.push(...encoder.encode(parts[next(parts.length)]))
        if (odd > 0 && next(odd) === 0) bytes.push(...ODD[next(ODD.length)])
        offsets.push(bytes.length)
    }
    // Bytes may begin anywhere in their buffer.
    const shift = seed % 4
    const data = new Uint8Array(bytes.length + shift).subarray(shift)
    data.set(bytes)
    return { offsets: Int32Array.from(offsets), data }
}

for (const [what, parts] of Object.entries(PARTS)) {
    for (const odd of [0, 500, 3]) {
        test(`${what}, with odd bytes in one row of ${odd}, come as they come alone`, () => {
            for (let seed = 1; seed <= 60; seed += 1) {
                const plain = columnOf(parts, odd, 1 + ((seed * 37) % 300), seed)
                const { offsets, data } = plain
                const rows = offsets.length - 1
                const begin = seed % rows
                const expected = Array.from({ length: rows - begin }, (_, row) =>
                    simple.decode(data.subarray(offsets[begin + row], offsets[begin + row + 1])),
                )
                assert.deepEqual(decodeTexts(plain, begin, rows), expected, `seed ${seed}`)
            }
        })
    }
}

for (const length of [5, 200, 30000]) {
    test(`texts of about ${length} bytes come alike one by one, in part and whole`, async () => {
        const next = chance(length)
        const words = ['ä', 'some', '漢', 'more words', '😀']
        const count = length === 30000 ? 40 : 3000
        const texts = Array.from({ length: count }, (_, row) => {
            if (row % 7 === 3) return null
            let text = ''
            for (let most = next(2 * length); text.length < most;) text += words[next(5)]
            return text
        })
        const table = new Table({ t: vectorFromArray(texts, new Utf8()) })
        const dataset = await open(tableToIPC(table, 'stream'))
        const { t } = await dataset.columns(['t'])
        assert.equal(t.encoding, 'plain')
        // Differences of long texts take long to be shown.
        const isSame = (made, wanted) => assert.ok(isDeepStrictEqual(made, wanted))
        isSame(t.toArray(), texts)
        isSame(t.range(count >> 1, count - 3), texts.slice(count >> 1, count - 3))
        isSame(t.range(11, count - 1), texts.slice(11, count - 1))
        isSame([...t], texts)
        assert.equal(t.at(-1), texts.at(-1))
        dataset.close()
    })
}
