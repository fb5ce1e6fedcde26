// readers.js: reads values of fixed width out of the module's memory into typed arrays, in the form
// that forms.js chose. Loops over whole batches: each value is touched once.

/** @typedef {import('./wasm.js').Core} Core */
/**
 * Writes the values from index `from` on, as many as `target` holds; returns the index of the first
 * one that does not fit, or -1.
 * @typedef {(core: Core, address: number, target: any, from: number) => number} Reader
 */

/** Units in a millisecond, and milliseconds in a unit. */
const PER_MS = [0, 1, 1000, 1000000, 0]
const MS_PER = [1000, 1, 0, 0, 86400000]

/** The furthest that a Date goes from 1970. */
const DATE_MS_MAX = 8.64e15

/** Decimals of fewer digits read back to the same ones as doubles. */
const SAFE_DIGITS = 1e15

/** Powers of ten that a double holds exactly. */
const POWERS = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`))

/** Values that lie in memory as JavaScript shows them. @param {any} array @returns {Reader} */
export function directReader(array) {
    return (core, address, target) => {
        target.set(new array(core.memory.buffer, address, target.length))
        return -1
    }
}

/** @type {Reader} */
export function readNothing() {
    return -1
}

/** @type {Reader} */
export function readBits(core, address, target) {
    const bits = new Uint8Array(core.memory.buffer, address, (target.length + 7) >> 3)
    const whole = target.length >> 3
    for (let at = 0, row = 0; at < whole; at += 1, row += 8) {
        const byte = bits[at]
        target[row] = byte & 1
        target[row + 1] = (byte >> 1) & 1
        target[row + 2] = (byte >> 2) & 1
        target[row + 3] = (byte >> 3) & 1
        target[row + 4] = (byte >> 4) & 1
        target[row + 5] = (byte >> 5) & 1
        target[row + 6] = (byte >> 6) & 1
        target[row + 7] = byte >> 7
    }
    for (let row = whole * 8; row < target.length; row += 1)
        target[row] = (bits[row >> 3] >> (row & 7)) & 1
    return -1
}

// Half floats: 1 bit of sign, 5 of exponent, 10 of fraction (IEEE 754 binary16).
/** @type {Reader} */
export function readHalfs(core, address, target) {
    const halves = new Uint16Array(core.memory.buffer, address, target.length)
    const words = new Uint32Array(target.buffer, target.byteOffset, target.length)
    for (let i = 0; i < halves.length; i += 1) {
        const sign = (halves[i] & 0x8000) << 16
        const exponent = (halves[i] >> 10) & 31
        const fraction = halves[i] & 1023
        if (exponent === 0) target[i] = (sign === 0 ? fraction : -fraction) * 2 ** -24
        else words[i] = sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13)
    }
    return -1
}

/** @type {Reader} */
export function readInt32AsBigInt(core, address, target) {
    const values = new Int32Array(core.memory.buffer, address, target.length)
    for (let i = 0; i < values.length; i += 1) target[i] = BigInt(values[i])
    return -1
}

const SIGNED = { factor: 1, divisor: 1, least: Number.MIN_SAFE_INTEGER }
const UNSIGNED = { factor: 1, divisor: 1, least: 0 }

/** @type {Reader} */
export function readInt64(core, address, target, from) {
    return core.narrow(address, target, from, SIGNED)
}

/** @type {Reader} */
export function readUint64(core, address, target, from) {
    return core.narrow(address, target, from, UNSIGNED)
}

/** Milliseconds. @param {number} bits @param {number} unit @returns {Reader} */
export function timeReader(bits, unit) {
    const factor = MS_PER[unit] || 1
    const divisor = PER_MS[unit] || 1
    if (bits === 64) return wideTimes({ factor, divisor, least: Number.MIN_SAFE_INTEGER })
    return (core, address, target) => {
        const values = new Int32Array(core.memory.buffer, address, target.length)
        for (let i = 0; i < values.length; i += 1) target[i] = (values[i] * factor) / divisor
        return -1
    }
}

// The double nearest to the exact number of milliseconds. Below 2^53 one division or product rounds
// once; quotient() does above.
/** @param {{ factor: number, divisor: number, least: number }} how @returns {Reader} */
function wideTimes(how) {
    const factor = BigInt(how.factor)
    const divisor = BigInt(how.divisor)
    return (core, address, target) => {
        let at = core.narrow(address, target, 0, how)
        while (at >= 0) {
            const [wide] = new BigInt64Array(core.memory.buffer, address + 8 * at, 1)
            target[at] = quotient(wide * factor, divisor)
            at = core.narrow(address, target, at + 1, how)
        }
        return -1
    }
}

/**
 * Milliseconds that a Date can hold.
 * @param {number} bits @param {number} unit @returns {Reader}
 */
export function dateReader(bits, unit) {
    const read = timeReader(bits, unit)
    return (core, address, target, from) => {
        if (from === 0) read(core, address, target, 0)
        for (let i = from; i < target.length; i += 1)
            if (Math.abs(target[i]) > DATE_MS_MAX) return i
        return -1
    }
}

/** The nearest double, rounded once: 32 bits behind the point, the last of them set if anything
 * follows it. @param {bigint} value beyond 2^53 @param {bigint} per at most 10^9 */
function quotient(value, per) {
    const shifted = (value < 0n ? -value : value) << 32n
    const nearest = Number((shifted / per) | (shifted % per === 0n ? 0n : 1n)) / 2 ** 32
    return value < 0n ? -nearest : nearest
}

// --- decimals ------------------------------------------------------------------------------------

/**
 * Decimals as doubles; those that do not read back to the same digits do not fit.
 * @param {number} bits of a value @param {number} scale @returns {Reader}
 */
export function decimalReader(bits, scale) {
    const words = bits / 32
    const isShort = scale >= 0 && scale < POWERS.length
    return (core, address, target, from) => {
        const all = new Int32Array(core.memory.buffer, address, target.length * words)
        for (let i = from, at = from * words; i < target.length; i += 1, at += words) {
            const short = isShort ? shortInteger(all, at, words) : NaN
            if (short > -SAFE_DIGITS && short < SAFE_DIGITS) {
                target[i] = short / POWERS[scale]
                continue
            }
            const value = decimalNumber(wideInteger(all, at, words), scale)
            if (Number.isNaN(value)) return i
            target[i] = value
        }
        return -1
    }
}

/** An integer that a double holds exactly, else NaN. @param {Int32Array} all @param {number} at
 * @param {number} words */
function shortInteger(all, at, words) {
    if (words === 1) return all[at]
    const high = all[at + 1]
    const sign = high >> 31
    for (let i = 2; i < words; i += 1) if (all[at + i] !== sign) return NaN
    if (high >= 0x200000 || high < -0x200000) return NaN
    return high * 4294967296 + (all[at] >>> 0)
}

/** Two's complement, least word first. @param {Int32Array} all @param {number} at
 * @param {number} words @returns {bigint} */
export function wideInteger(all, at, words) {
    let value = BigInt(all[at + words - 1])
    for (let i = words - 2; i >= 0; i -= 1) value = (value << 32n) | BigInt(all[at + i] >>> 0)
    return value
}

/** The double nearest to value / 10^scale, or NaN if its digits are not the same.
 * @param {bigint} value @param {number} scale */
export function decimalNumber(value, scale) {
    if (value === 0n) return 0
    const number = Number(`${value}e${-scale}`)
    const [digits, exponent] = number.toExponential().split('e')
    const shown = digits.replace('.', '').replace('-', '')
    const exact = String(value < 0n ? -value : value)
    const isSame =
        shown === exact.replace(/0+$/, '') && Number(exponent) === exact.length - 1 - scale
    return isSame ? number : NaN
}

/** All digits, `scale` of them after the point. @param {bigint} value @param {number} scale */
export function decimalText(value, scale) {
    const sign = value < 0n ? '-' : ''
    const digits = String(value < 0n ? -value : value)
    if (scale <= 0) return sign + (value === 0n ? '0' : digits + '0'.repeat(-scale))
    const padded = digits.padStart(scale + 1, '0')
    return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`
}
