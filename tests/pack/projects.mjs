// projects.mjs: fresh projects with the package installed from its tarball, and what bundlers make
// of them. Each project has one page for each entry of the package.
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const execute = promisify(execFile)
export const root = fileURLToPath(new URL('../../', import.meta.url))
export const ENTRIES = { main: 'alimentar', inline: 'alimentar/inline', thread: 'alimentar/worker' }
export const DATA = `${root}tests/harness/data/codecs.parquet`

const page = (script, type = 'module') =>
    `<!doctype html><meta charset="utf-8"><title>pack</title>
<script type="${type}" src="${script}"></script>\n`

/** Packs the package as npm publishes it, and installs it in one project, which others copy. */
export async function install() {
    const folder = fs.mkdtempSync(`${os.tmpdir()}/alimentar-pack-`)
    const quiet = ['--no-audit', '--no-fund', '--loglevel=error']
    const { stdout } = await execute('npm', ['pack', '--json', '--pack-destination', folder], {
        cwd: `${root}web`,
    })
    const tarball = `${folder}/${JSON.parse(stdout)[0].filename}`
    const first = `${folder}/first`
    fs.mkdirSync(`${first}/src`, { recursive: true })
    fs.writeFileSync(
        `${first}/package.json`,
        JSON.stringify({ name: 'consumer', private: true, type: 'module' }),
    )
    await execute('npm', ['install', '--offline', ...quiet, tarball], { cwd: first })
    for (const [name, entry] of Object.entries(ENTRIES)) {
        const text = `import { AlimentarError, init, open } from '${entry}'
globalThis.alimentar = { AlimentarError, init, open }\n`
        fs.writeFileSync(`${first}/src/${name}.js`, text)
        fs.writeFileSync(`${first}/${name}.html`, page(`/src/${name}.js`))
    }
    return {
        folder,
        tarball,
        /** A project of its own. */
        project(name) {
            const target = `${folder}/${name}`
            fs.cpSync(first, target, { recursive: true })
            return target
        },
        remove: () => fs.rmSync(folder, { recursive: true, force: true }),
    }
}

const inputs = (project, ending) =>
    Object.fromEntries(Object.keys(ENTRIES).map((name) => [name, `${project}/${name}${ending}`]))

/** Pages for what a bundler wrote into out/. */
function writePages(project, scriptOf, type) {
    for (const name of Object.keys(ENTRIES))
        fs.writeFileSync(`${project}/out/${name}.html`, page(scriptOf(name), type))
    return `${project}/out`
}

async function viteBuild(project) {
    const { build } = await import('vite')
    await build({
        root: project,
        configFile: false,
        logLevel: 'error',
        build: { outDir: 'out', rollupOptions: { input: inputs(project, '.html') } },
    })
    return `${project}/out`
}

async function webpackBuild(project) {
    const { default: webpack } = await import('webpack')
    const compiler = webpack({
        mode: 'production',
        context: project,
        entry: inputs(`${project}/src`, '.js'),
        output: { path: `${project}/out`, filename: '[name].js' },
        performance: { hints: false },
    })
    const stats = await new Promise((resolve, reject) =>
        compiler.run((error, done) => (error ? reject(error) : resolve(done))),
    )
    await new Promise((resolve) => compiler.close(resolve))
    const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true })
    if (errors.length + warnings.length > 0)
        throw new Error([...errors, ...warnings].map(({ message }) => message).join('\n'))
    return writePages(project, (name) => `/${name}.js`, 'text/javascript')
}

async function esbuildBuild(project) {
    const { build } = await import('esbuild')
    const { warnings } = await build({
        absWorkingDir: project,
        entryPoints: Object.values(inputs(`${project}/src`, '.js')),
        bundle: true,
        minify: true,
        format: 'esm',
        outdir: 'out',
        logLevel: 'silent',
    })
    if (warnings.length > 0) throw new Error(JSON.stringify(warnings))
    return writePages(project, (name) => `/${name}.js`)
}

async function rollupBuild(project) {
    const { rollup } = await import('rollup')
    const { nodeResolve } = await import('@rollup/plugin-node-resolve')
    for (const [name, input] of Object.entries(inputs(`${project}/src`, '.js'))) {
        const bundle = await rollup({
            input,
            plugins: [nodeResolve({ browser: true })],
            onwarn(warning) {
                throw new Error(warning.message)
            },
        })
        await bundle.write({ file: `${project}/out/${name}.js`, format: 'es' })
        await bundle.close()
    }
    return writePages(project, (name) => `/${name}.js`)
}

/** No bundler: dist/ as it is installed, served beside the page. */
async function plain(project) {
    fs.cpSync(`${project}/node_modules/alimentar/dist`, `${project}/out/alimentar`, {
        recursive: true,
    })
    const files = { main: 'index', inline: 'inline', thread: 'worker_client' }
    for (const [name, file] of Object.entries(files))
        fs.writeFileSync(
            `${project}/out/${name}.js`,
            `import { AlimentarError, init, open } from './alimentar/${file}.js'
globalThis.alimentar = { AlimentarError, init, open }\n`,
        )
    return writePages(project, (name) => `/${name}.js`)
}

/** What makes a folder of pages, by name. */
export const BUNDLERS = {
    'a Vite build': viteBuild,
    webpack: webpackBuild,
    esbuild: esbuildBuild,
    Rollup: rollupBuild,
    'a plain module script': plain,
}

/**
 * Vite's development server, in which dependencies are bundled beforehand. Version 8 keeps the
 * URLs of what lies beside them; version 7 and older ones do not.
 */
export async function viteDev(project, version) {
    const { createServer } = version === 7 ? await import('vite7') : await import('vite')
    fs.mkdirSync(`${project}/public`, { recursive: true })
    fs.copyFileSync(DATA, `${project}/public/data.parquet`)
    const server = await createServer({
        root: project,
        configFile: false,
        logLevel: 'error',
        server: { port: 0, host: '127.0.0.1', watch: null },
    })
    await server.listen()
    const { port } = server.httpServer.address()
    return { origin: `http://127.0.0.1:${port}`, close: () => server.close() }
}

/** Runs a module in Node, in a project. */
export async function inNode(project, text) {
    const words = ['--input-type=module', '-e', text]
    const { stdout, stderr } = await execute(process.execPath, words, { cwd: project })
    return stdout + stderr
}
