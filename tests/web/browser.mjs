// browser.mjs: the distribution's Chromium, driven by playwright-core.
import fs from 'node:fs'
import path from 'node:path'

import { chromium } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const ARGS = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
]

export function findChromium() {
    const folders = (process.env.PATH ?? '').split(path.delimiter)
    const all = NAMES.flatMap((name) => ['/usr/bin', ...folders].map((dir) => path.join(dir, name)))
    const found = all.find((file) => fs.existsSync(file))
    if (found === undefined) throw new Error(`no Chromium on the PATH: one of ${NAMES.join(', ')}`)
    return found
}

/** Starts the browser; each page of it gets a context of its own. */
export function launch() {
    return chromium.launch({ executablePath: findChromium(), args: ARGS })
}
