// dashboard.js: opens a Parquet file by its URL, reads three columns, draws them, and shows what
// was fetched for that. In a project of your own, import from 'alimentar'.
import { open } from '../../web/dist/index.js'
import { AIRPORTS, drawLegend, drawMap, drawYear, signed } from './chart.js'

const DAY_MS = 86400000
const HOUR_MS = 3600000
const EASTERN_MS = -5 * HOUR_MS

const show = (id, text) => (document.getElementById(id).textContent = text)
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`
const milliseconds = (ms) => `${ms.toFixed(ms < 10 ? 1 : 0)} ms`
const whole = (value) => value.toLocaleString('en')

/** Lows and highs of each day, and each airport's means of the days. */
function byDay({ origin, temp, time_hour: time }) {
    const days = new Map()
    const sums = new Map(AIRPORTS.map(({ code }) => [code, new Map()]))
    for (let row = 0; row < temp.length; row += 1) {
        const degrees = temp.at(row)
        if (degrees === null) continue
        const day = Math.floor((time.at(row) + EASTERN_MS) / DAY_MS)
        const range = days.get(day) ?? { low: degrees, high: degrees }
        range.low = Math.min(range.low, degrees)
        range.high = Math.max(range.high, degrees)
        days.set(day, range)
        const sum = sums.get(origin.at(row)).get(day) ?? { sum: 0, count: 0 }
        sum.sum += degrees
        sum.count += 1
        sums.get(origin.at(row)).set(day, sum)
    }
    const ordered = [...days.keys()].sort((a, b) => a - b)
    return {
        days: ordered,
        lows: ordered.map((day) => days.get(day).low),
        highs: ordered.map((day) => days.get(day).high),
        means: new Map([...sums].map(([code, byDayOf]) => [code, smooth(byDayOf)])),
    }
}

/** Means over the seven days around each day. */
function smooth(sums) {
    const days = [...sums.keys()].sort((a, b) => a - b)
    const values = days.map((day) => {
        let sum = 0
        let count = 0
        for (let near = day - 3; near <= day + 3; near += 1) {
            sum += sums.get(near)?.sum ?? 0
            count += sums.get(near)?.count ?? 0
        }
        return sum / count
    })
    return { days, values }
}

function extremes({ origin, temp, time_hour: time }) {
    const found = { lowest: 0, highest: 0, count: 0, sum: 0 }
    for (let row = 0; row < temp.length; row += 1) {
        const degrees = temp.at(row)
        if (degrees === null) continue
        found.count += 1
        found.sum += degrees
        if (degrees < temp.at(found.lowest)) found.lowest = row
        if (degrees > temp.at(found.highest)) found.highest = row
    }
    const reading = (row) => ({ airport: origin.at(row), degrees: temp.at(row), ms: time.at(row) })
    return {
        lowest: reading(found.lowest),
        highest: reading(found.highest),
        mean: found.sum / found.count,
        count: found.count,
    }
}

function dateOf(ms) {
    return new Intl.DateTimeFormat('en', {
        month: 'short',
        day: 'numeric',
        timeZone: 'America/New_York',
    }).format(ms)
}

/** Where a request's bytes lie in the file. */
function placeOf({ range, bytes }, size) {
    const match = /^bytes=(\d*)-(\d*)$/.exec(range ?? '')
    const begin = match === null ? 0 : match[1] === '' ? size - bytes : Number(match[1])
    return { begin, bytes }
}

/** The colour that a request has in the map. */
function dot(color) {
    const mark = document.createElement('i')
    mark.className = 'dot'
    mark.style.background = color
    return mark
}

function showTraffic(dataset) {
    const body = document.getElementById('log')
    const ranges = []
    for (const request of dataset.requests) {
        const place = placeOf(request, dataset.bytes)
        const isData = ranges.length > 0
        ranges.push({ ...place, color: isData ? 'var(--jfk)' : 'var(--ewr)' })
        const row = body.insertRow()
        const last = place.begin + place.bytes - 1
        for (const [text, isNumber] of [
            [`${whole(place.begin)} – ${whole(last)}`, false],
            [whole(request.bytes), true],
            [request.why, false],
            [milliseconds(request.beganMs), true],
            [milliseconds(request.ms), true],
        ]) {
            const cell = row.insertCell()
            cell.textContent = text
            if (isNumber) cell.className = 'number'
            else if (cell.cellIndex === 0) cell.prepend(dot(ranges.at(-1).color))
        }
    }
    drawMap(document.getElementById('map'), dataset.bytes, ranges)
}

function showFigures(dataset, columns, times) {
    const bytes = dataset.requests.reduce((sum, request) => sum + request.bytes, 0)
    const { lowest, highest } = times.found
    show('columns', dataset.numCols)
    show('fetched', `${kilobytes(bytes)} of ${kilobytes(dataset.bytes)}`)
    show('share', `${((bytes / dataset.bytes) * 100).toFixed(0)} % of the file`)
    show('requests', dataset.requests.length)
    show('kinds', `1 metadata, ${dataset.requests.length - 1} columns`)
    show('rows', whole(columns.temp.length))
    show('decoded', `× ${Object.keys(columns).length} columns, ${dataset.rowGroups} row groups`)
    show('time', `${Math.round(times.drawn)} ms`)
    const [opened, read] = [times.opened, times.read].map(Math.round)
    const drawing = Math.round(times.drawn) - opened - read
    show('steps', `open ${opened} + columns ${read} + chart ${drawing} ms`)
    show('extremes', `${signed(lowest.degrees)} °F, ${signed(highest.degrees)} °F`)
    const place = ({ airport, ms }) => `${airport}, ${dateOf(ms)}`
    show('when', `${place(lowest)} · ${place(highest)}`)
    return bytes
}

async function main() {
    const began = performance.now()
    // The file is small: so is what is read from its end, and gaps worth skipping.
    const dataset = await open('data/nyc-weather-2013.parquet', { tailBytes: 8192 })
    const opened = performance.now() - began
    const names = ['time_hour', 'origin', 'temp']
    const columns = await dataset.columns(names, { coalesceBytes: 4096 })
    const read = performance.now() - began - opened
    drawYear(document.getElementById('plot'), byDay(columns))
    drawLegend(document.getElementById('legend'))
    const found = extremes(columns)
    const drawn = performance.now() - began
    showTraffic(dataset)
    const bytes = showFigures(dataset, columns, { opened, read, drawn, found })
    return {
        ...found,
        rows: columns.temp.length,
        bytes,
        requests: dataset.requests.length,
        size: dataset.bytes,
    }
}

main().then(
    (result) => (globalThis.dashboard = result),
    (error) => {
        const status = document.getElementById('status')
        status.className = 'bad'
        status.textContent = `${error.name}: ${error.message}`
        globalThis.dashboard = { error: status.textContent }
    },
)
