// Generated files are what their generator writes today.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { filesIn, gate, read } from './gate.mjs'

gate('generated', ({ fail }) => {
    const folder = mkdtempSync(join(tmpdir(), 'alimentar-'))
    execFileSync(process.execPath, ['src/options/generate.mjs', folder])
    for (const made of filesIn([folder], /./)) {
        const path = made.slice(folder.length + 1)
        if (!existsSync(path)) fail(`${path} is missing; run node src/options/generate.mjs`)
        else if (read(path) !== read(made)) {
            fail(`${path} differs from what src/options/generate.mjs writes`)
        }
    }
    rmSync(folder, { recursive: true })
})
