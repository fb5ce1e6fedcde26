// chart.js: draws the chart and the map of the file as SVG.
const SVG = 'http://www.w3.org/2000/svg'
const WIDTH = 1194
const HEIGHT = 300
const MARGIN = { left: 52, right: 52, top: 14, bottom: 26 }
const DAY_MS = 86400000
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

// The lines nearly coincide: each is thinner than the one it is drawn upon.
export const AIRPORTS = [
    { code: 'EWR', name: 'Newark', color: 'var(--ewr)', width: 5.5 },
    { code: 'JFK', name: 'Kennedy', color: 'var(--jfk)', width: 2.6 },
    { code: 'LGA', name: 'La Guardia', color: 'var(--lga)', width: 1.2 },
]

function add(parent, name, attributes, text) {
    const element = document.createElementNS(SVG, name)
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
    if (text !== undefined) element.textContent = text
    parent.append(element)
    return element
}

/** A number with a minus instead of a hyphen. */
export const signed = (value) => String(value).replace('-', '\u2212')

function scales() {
    const begin = Date.UTC(2013, 0, 1)
    const end = Date.UTC(2014, 0, 1)
    const inner = WIDTH - MARGIN.left - MARGIN.right
    const height = HEIGHT - MARGIN.top - MARGIN.bottom
    return {
        x: (ms) => MARGIN.left + ((ms - begin) / (end - begin)) * inner,
        y: (degrees) => MARGIN.top + (1 - degrees / 105) * height,
    }
}

function drawAxes(svg, { x, y }) {
    for (let degrees = 0; degrees <= 100; degrees += 20) {
        const at = y(degrees)
        add(svg, 'line', {
            x1: MARGIN.left,
            x2: WIDTH - MARGIN.right,
            y1: at,
            y2: at,
            class: 'grid',
        })
        add(svg, 'text', { x: MARGIN.left - 8, y: at + 4, 'text-anchor': 'end' }, `${degrees} °F`)
    }
    for (let degrees = -15; degrees <= 35; degrees += 10) {
        const at = y((degrees * 9) / 5 + 32)
        add(svg, 'text', { x: WIDTH - MARGIN.right + 8, y: at + 4 }, `${signed(degrees)} °C`)
    }
    const freezing = y(32)
    const line = { x1: MARGIN.left, x2: WIDTH - MARGIN.right, y1: freezing, y2: freezing }
    add(svg, 'line', { ...line, class: 'zero' })
    add(svg, 'text', { x: WIDTH / 2, y: freezing - 6, 'text-anchor': 'middle' }, 'freezing')
    MONTHS.forEach((name, month) => {
        const begin = x(Date.UTC(2013, month, 1))
        const end = x(Date.UTC(2013, month + 1, 1))
        const bottom = HEIGHT - MARGIN.bottom
        add(svg, 'line', { x1: begin, x2: begin, y1: bottom, y2: bottom + 5, class: 'grid' })
        const middle = (begin + end) / 2
        add(svg, 'text', { x: middle, y: bottom + 18, 'text-anchor': 'middle' }, name)
    })
}

/** Steps of days as an area between two lists. */
function band(days, lows, highs, { x, y }) {
    const points = []
    days.forEach((day, i) => points.push([x(day * DAY_MS), y(highs[i])]))
    for (let i = days.length - 1; i >= 0; i -= 1) points.push([x(days[i] * DAY_MS), y(lows[i])])
    return `M${points.map(([a, b]) => `${a.toFixed(1)},${b.toFixed(1)}`).join('L')}Z`
}

function path(days, values, { x, y }) {
    const points = days.map((day, i) => [x((day + 0.5) * DAY_MS), y(values[i])])
    return `M${points.map(([a, b]) => `${a.toFixed(1)},${b.toFixed(1)}`).join('L')}`
}

/** Draws the year: lows and highs of each day as a band, means over a week as lines. */
export function drawYear(svg, { days, lows, highs, means }) {
    svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`)
    svg.replaceChildren()
    const at = scales()
    add(svg, 'path', { d: band(days, lows, highs, at), fill: 'var(--band)' })
    drawAxes(svg, at)
    for (const { code, color, width } of AIRPORTS) {
        const d = path(means.get(code).days, means.get(code).values, at)
        add(svg, 'path', { d, fill: 'none', stroke: color, 'stroke-width': width })
    }
}

export function drawLegend(parent) {
    const entry = (color, text, kind, width) => {
        const span = document.createElement('span')
        const mark = document.createElement('i')
        mark.style.setProperty('--c', color)
        mark.className = kind
        if (width !== undefined) mark.style.borderTopWidth = `${width}px`
        span.append(mark, text)
        parent.append(span)
    }
    entry('var(--band)', "day's lowest to highest, all three", 'band')
    for (const { code, name, color, width } of AIRPORTS)
        entry(color, `${code} ${name}`, '', width)
}

/** Draws which bytes of the file were fetched. */
export function drawMap(svg, size, ranges) {
    svg.setAttribute('viewBox', `0 0 ${WIDTH} 30`)
    svg.replaceChildren()
    const x = (offset) => (offset / size) * WIDTH
    add(svg, 'rect', { x: 0, y: 0, width: WIDTH, height: 14, rx: 3, fill: 'var(--line)' })
    for (const { begin, bytes, color } of ranges) {
        add(svg, 'rect', {
            x: x(begin),
            y: 0,
            width: Math.max(2, x(bytes)),
            height: 14,
            fill: color,
        })
    }
    add(svg, 'text', { x: 0, y: 28 }, 'byte 0')
    const last = `${size.toLocaleString('en')} bytes`
    add(svg, 'text', { x: WIDTH, y: 28, 'text-anchor': 'end' }, last)
}
