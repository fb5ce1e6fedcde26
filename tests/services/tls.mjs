// Ranges over TLS and HTTP/2: nginx with a certificate of an authority of the test's own, one of
// another host and one that has expired; the native host, the command and Node.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const SCRIPT = `import { open } from '${resolve('web/dist/index.js')}'
try {
    const dataset = await open(process.argv[1], { retries: 2 })
    const rows = (await dataset.columns(['temp'])).temp.length
    console.log(JSON.stringify({ rows, requests: dataset.requests.length }))
} catch (error) {
    console.log(JSON.stringify({ code: error.code, message: error.message }))
}`

// Makes an authority, and certificates of this machine, of another one, and of yesterday.
function makeCertificates(folder) {
    const openssl = (...words) => {
        const { status, stderr } = spawnSync('openssl', words, { cwd: folder, encoding: 'utf8' })
        if (status !== 0) throw new Error(`openssl ${words[0]}: ${stderr}`)
    }
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
    openssl('req', '-x509', ...key, '-days', '2', '-subj', '/CN=authority of a test',
        '-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign',
        '-keyout', 'ca.key', '-out', 'ca.crt')
    const made = [
        ['good', 'IP:127.0.0.1', '2'],
        ['other', 'DNS:other.example', '2'],
        ['expired', 'IP:127.0.0.1', '-1'],
    ]
    for (const [name, host, days] of made) {
        writeFileSync(join(folder, `${name}.cnf`), `subjectAltName=${host}\n`)
        openssl('req', ...key, '-subj', '/CN=server', '-keyout', `${name}.key`, '-out',
            `${name}.csr`)
        openssl('x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key',
            '-CAcreateserial', '-days', days, '-extfile', `${name}.cnf`, '-out', `${name}.crt`)
    }
}

const serverOf = (folder, port, name, served) => `server { listen 127.0.0.1:${port} ssl http2;
  ssl_certificate ${folder}/${name}.crt; ssl_certificate_key ${folder}/${name}.key;
  root ${served}; }`

/** The servers for nginx's configuration, and where their certificates are. */
export function tlsServers(ports, served) {
    const folder = mkdtempSync(join(tmpdir(), 'alimentar-tls-'))
    makeCertificates(folder)
    const names = ['good', 'other', 'expired']
    const text = names.map((name, i) => serverOf(folder, ports[i], name, served)).join('\n ')
    const urls = names.map((name, i) => [name, `https://127.0.0.1:${ports[i]}`])
    return { folder, text, ...Object.fromEntries(urls) }
}

function runNode(url, environment) {
    return new Promise((done) => {
        const words = ['--input-type=module', '-e', SCRIPT, url]
        const child = spawn(process.execPath, words, { env: environment, timeout: 60000 })
        let out = ''
        child.stdout.on('data', (bytes) => (out += bytes))
        child.on('close', () => done(out === '' ? {} : JSON.parse(out)))
    })
}

// What is refused, and its words: natively, and in Node.
const REFUSED = [
    [
        'a certificate of an unknown authority is refused',
        'good',
        false,
        /certificate is not trusted \(.*local issuer.*\): SSL_CERT_FILE names the file of another/,
        /certificate is not trusted \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\).*NODE_EXTRA_CA_CERTS/,
    ],
    [
        'a certificate of another host is refused',
        'other',
        true,
        /certificate is not trusted \(.*subject name.*'127.0.0.1'\), so /,
        /certificate is not trusted \(ERR_TLS_CERT_ALTNAME_INVALID\)$/,
    ],
    [
        'a certificate that has expired is refused',
        'expired',
        true,
        /certificate is not trusted \(.*certificate has expired\), so /,
        /certificate is not trusted \(CERT_HAS_EXPIRED\)$/,
    ],
]

/**
 * `run(program, words, options)` and `judge(name, problems, detail)` are those of run.mjs, `words`
 * what ranges is to read and `expected` what must come of it; `log()` gives nginx's lines.
 */
export async function checkTls(servers, programs, { run, judge, environment, read, log }) {
    const ca = join(servers.folder, 'ca.crt')
    const native = { ...environment, SSL_CERT_FILE: ca }
    const node = { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: ca }
    const before = log().length
    const first = await run(programs.ranges, [`${servers.good}/object`, ...read.words], {
        env: native,
    })
    const found = first.out === '' ? {} : JSON.parse(first.out)
    const problems = Object.entries(read.expected)
        .filter(([key, value]) => found[key] !== value)
        .map(([key, value]) => `${key} is ${found[key]}, expected ${value}`)
    const lines = log().slice(before)
    if (lines.length !== 3 || !lines.every((line) => line.startsWith('HTTP/2.0 GET 206')))
        problems.push(`nginx saw ${lines.join(' | ')}`)
    judge('with the authority named, three ranges come by HTTP/2', problems, first.out)
    const info = await run(programs.command, ['info', `${servers.good}/table.parquet`], {
        env: native,
    })
    const failed = info.code === 0 ? [] : [`exit ${info.code}`]
    judge('with the authority named, the command reads', failed, info.error)
    const { rows, requests } = await runNode(`${servers.good}/table.parquet`, node)
    const isRead = rows === 26115 && requests >= 2
    judge('with the authority named, Node reads', isRead ? [] : [`${rows} rows`], '')
    for (const [name, server, isKnown, nativeWords, nodeWords] of REFUSED) {
        const options = { env: isKnown ? native : environment }
        const url = `${servers[server]}/table.parquet`
        const { error, code } = await run(programs.command, ['info', url], options)
        const isTold = code === 4 && nativeWords.test(error) && error.split('\n').length === 2
        judge(name, isTold ? [] : [`exit ${code}`], error)
        const told = await runNode(url, isKnown ? node : { PATH: process.env.PATH })
        const isRight = told.code === 'host' && nodeWords.test(told.message)
        judge(`${name} in Node`, isRight ? [] : ['not as expected'], JSON.stringify(told))
    }
    const bad = await run(programs.command, ['info', `${servers.good}/object`], {
        env: { ...environment, SSL_CERT_FILE: '/nonexistent' },
    })
    const words = /the file of SSL_CERT_FILE or CURL_CA_BUNDLE cannot be used/
    const isTold = bad.code === 4 && words.test(bad.error)
    judge('a file of an authority that is none', isTold ? [] : [`exit ${bad.code}`], bad.error)
    rmSync(servers.folder, { recursive: true })
}

/** The lines of a log file; none before there is one. */
export function linesOf(path) {
    try {
        return readFileSync(path, 'utf8').split('\n').filter(Boolean)
    } catch {
        return []
    }
}
