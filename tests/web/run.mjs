// run.mjs: runs files of node:test, prints what fails, and one line that sums up.
//
//   node tests/web/run.mjs FAMILY [--seconds=120] FILE...
//
// A file may take that long, everything in it.
import { run } from 'node:test'

const [family, ...words] = process.argv.slice(2)
const files = words.filter((word) => !word.startsWith('--'))
const seconds = Number(/^--seconds=(\d+)$/.exec(words[0] ?? '')?.[1] ?? 120)
const counts = { passed: 0, failed: 0, skipped: 0 }

function failed({ name, file, details }) {
    counts.failed += 1
    const cause = details.error?.cause ?? details.error
    console.log(`${family}: FAILED ${name} (${file ?? ''})\n${cause?.stack ?? cause}`)
}

const paths = files.map((file) => new URL(file, `file://${process.cwd()}/`).pathname)
const stream = run({ files: paths, concurrency: 2, forceExit: true, timeout: seconds * 1000 })
stream.on('test:pass', (event) => {
    if (event.details?.type === 'suite') return
    if (event.skip !== undefined || event.todo !== undefined) {
        counts.skipped += 1
        console.log(`${family}: skipped ${event.name}: ${event.skip}`)
    } else {
        counts.passed += 1
    }
})
stream.on('test:fail', failed)
stream.on('test:stderr', ({ message }) => process.stderr.write(message))
stream.on('test:stdout', ({ message }) => process.stdout.write(message))
stream.on('end', () => {
    const { passed, failed: bad, skipped } = counts
    console.log(`${family}: ${passed} passed, ${bad} failed, ${skipped} skipped`)
    process.exitCode = bad === 0 && passed > 0 ? 0 : 1
})
stream.resume()
