// Code and constants of each room in the wasm, from the linker's map, against tests/lint/size.json;
// and the whole module as it ships. Prints the table with --table (`make size`).
//
// A room is a folder. Strings that the linker merged over all rooms are a room of their own,
// `strings`. Rooms are measured before wasm-opt, the total after it.
import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { gate, read } from './gate.mjs'

const MODULE = 'build/wasm/alimentar.wasm'
const MAP = 'build/wasm/alimentar.map'

function roomOf(file) {
    if (file === '<internal>') return 'strings'
    return dirname(file).replace(/^.*build\/obj\/wasm\//, '').replace(/^src\//, '')
}

// Sums the lines of input sections: "address offset size FILE:(SECTION)".
function roomsOf(map) {
    const rooms = new Map()
    for (const line of map.split('\n')) {
        const match = /^\s*\S+\s+[0-9a-f]+\s+([0-9a-f]+)\s+(\S+):\((\S+)\)$/.exec(line)
        if (!match || match[3].startsWith('.bss')) continue
        const room = roomOf(match[2])
        rooms.set(room, (rooms.get(room) ?? 0) + parseInt(match[1], 16))
    }
    return rooms
}

gate('size', ({ fail }) => {
    const budget = JSON.parse(read('tests/lint/size.json'))
    const rooms = roomsOf(read(MAP))
    const total = statSync(MODULE).size
    if (rooms.size === 0) fail(`${MAP} names no sections`)
    for (const [room, bytes] of rooms) {
        const most = budget.rooms[room]
        if (most === undefined) fail(`room ${room} (${bytes} bytes) has no budget in size.json`)
        else if (bytes > most) fail(`room ${room} has ${bytes} bytes, its budget is ${most}`)
    }
    if (total > budget.total) fail(`${MODULE} has ${total} bytes, the budget is ${budget.total}`)
    if (!process.argv.includes('--table')) return
    const rows = [...rooms].sort((a, b) => b[1] - a[1])
    rows.push(['alimentar.wasm', total])
    for (const [room, bytes] of rows) {
        const most = budget.rooms[room] ?? budget.total
        const percent = Math.round((100 * bytes) / most)
        console.log(`${room.padEnd(18)} ${String(bytes).padStart(8)} of ` +
            `${String(most).padStart(8)}  ${String(percent).padStart(3)} %`)
    }
})
