// Ranges over HTTP: the native host against a server with every fault, and against nginx. What came
// is compared byte by byte, and so are the number of requests, of retries and of bytes.
import { spawn, spawnSync } from 'node:child_process'
import {
    chmodSync,
    existsSync,
    mkdtempSync,
    mkdirSync,
    writeFileSync,
    rmSync,
    readFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:net'
import { pattern, start } from './server.mjs'
import { checkTls, linesOf, tlsServers } from './tls.mjs'

const [ranges, command] = process.argv.slice(2)
const SIZE = 1000000
const TABLE = 'examples/dashboard/data/nyc-weather-2013.parquet'
const sum = { passed: 0, failed: 0, skipped: 0 }
const environment = {
    ...process.env,
    NO_PROXY: '*',
    no_proxy: '*',
    http_proxy: '',
    https_proxy: '',
    HOME: '/nonexistent',
    CURL_CA_BUNDLE: '',
    SSL_CERT_FILE: '',
    ALIMENTAR_HEADERS: '',
    ASAN_OPTIONS: 'detect_leaks=1:allocator_may_return_null=1',
}

function run(program, words, options = {}) {
    return new Promise((resolve) => {
        const child = spawn(program, words, { env: environment, timeout: 60000, ...options })
        let out = ''
        let error = ''
        child.stdout.on('data', (bytes) => {
            out += bytes
        })
        child.stderr.on('data', (bytes) => {
            error += bytes
        })
        child.on('close', (code, signal) => resolve({ out, error, code: signal ?? code }))
    })
}

function judge(name, problems, detail) {
    if (problems.length === 0) sum.passed += 1
    else sum.failed += 1
    if (problems.length > 0) console.log(`services: ${name}: ${problems.join('; ')}\n  ${detail}`)
}

const same = (found, expected) =>
    expected instanceof RegExp ? expected.test(String(found)) : found === expected

// The cases: what is read, and what is expected of it. `wants` are words of
// tests/services/ranges.c; `tail=65536 0+1000` reads the tail, then a range.
const TAIL = ['tail=65536', '0+1000', '500000+200000']
const TAIL_LOST = "so the file's last 65536 bytes could not be read"
const lost = (words) => `${words}, ${TAIL_LOST}`
const good = { status: 'ok', wrong: 0, size: SIZE, read: 65536 + 1000 + 200000 }
const cases = [
    [
        'a suffix and two ranges take three requests, and no byte more',
        'good',
        TAIL,
        { ...good, requests: 3, retries: 0, bytes: 65536 + 1000 + 200000, warnings: 0 },
    ],
    [
        'six ranges at once come whole',
        'good',
        [
            'tail=8',
            '0+90000',
            '100000+90000',
            '200000+90000',
            '300000+90000',
            '400000+90000',
            '500000+90000',
            '600000+90000',
        ],
        { status: 'ok', wrong: 0, read: 630008, requests: 8 },
    ],
    [
        'a suffix longer than the object gives the object',
        'small',
        ['tail=65536', '0+10'],
        { status: 'ok', wrong: 0, size: 1000, read: 1010, requests: 1 },
    ],
    ['an empty object is empty', 'empty', ['tail=65536'], { status: 'ok', size: 0, read: 0 }],
    [
        'where no suffix may be used, HEAD tells the size',
        'good',
        ['nosuffix', ...TAIL],
        { ...good, requests: 4 },
    ],
    [
        'HEAD refused: the first byte tells the size',
        'headforbidden',
        ['nosuffix', ...TAIL],
        { ...good, requests: 5 },
    ],
    [
        'a server that ignores ranges is read once',
        'norange',
        TAIL,
        { ...good, requests: 1, bytes: SIZE, warnings: 1 },
    ],
    [
        'a whole file that would exceed the limit of copies is refused',
        'norange',
        [`spool=${SIZE - 1}`, ...TAIL],
        {
            status: 'limit',
            sentence: /^the server ignores ranges, so .* than \d+ bytes, the limit spool_bytes_max/,
        },
    ],
    [
        'a whole file of just the limit of copies is read',
        'norange',
        [`spool=${SIZE}`, ...TAIL],
        { ...good, requests: 1, bytes: SIZE, warnings: 1 },
    ],
    [
        'a server that ignores ranges and tells no size is read once',
        'chunked',
        TAIL,
        { ...good, requests: 1, bytes: SIZE, warnings: 1 },
    ],
    [
        'an empty body of unknown length ends',
        'emptychunked',
        ['tail=10'],
        { status: 'ok', size: 0, read: 0 },
    ],
    [
        'a whole object that is cut goes on where it was',
        'norangecut',
        TAIL,
        { ...good, requests: 2, retries: 1 },
    ],
    [
        'a whole object that changes while it is cut is taken anew',
        'norangechange',
        TAIL,
        { ...good, retries: 1 },
    ],
    [
        'a suffix answered 416 is asked for by its place',
        'nosuffix416',
        TAIL,
        { ...good, requests: 5 },
    ],
    [
        'a suffix answered 416 with the size takes one request more',
        'nosuffix416size',
        TAIL,
        { ...good, requests: 4 },
    ],
    [
        'a suffix answered 501 is asked for by its place',
        'nosuffix501',
        TAIL,
        { ...good, requests: 5 },
    ],
    ['a suffix taken for a beginning is noticed', 'wrongsuffix', TAIL, { ...good, requests: 4 }],
    [
        'no suffix and HEAD refused: the first byte tells the size',
        'headforbidden',
        TAIL,
        { ...good, requests: 6 },
    ],
    [
        'no suffix and HEAD without a length: the first byte tells it',
        'headnolength',
        TAIL,
        { ...good, requests: 6 },
    ],
    [
        'another ETag is a change',
        'change',
        TAIL,
        { status: 'changed', sentence: /its ETag was .*first.* and is now .*second/ },
    ],
    [
        'another Last-Modified is a change, where there is no ETag',
        'changemodified',
        TAIL,
        { status: 'changed' },
    ],
    [
        'no validator at all is read, and a warning says so',
        'novalidator',
        TAIL,
        { ...good, warnings: 2 },
    ],
    ['a weak ETag is compared too', 'weak', TAIL, good],
    [
        'a cut body goes on at the byte reached',
        'cut',
        TAIL,
        { ...good, retries: 2, bytes: 65536 + 1000 + 200000 },
    ],
    [
        'a body cut again and again is given up',
        'cutalways',
        ['retries=2', ...TAIL],
        {
            status: 'host',
            sentence: lost('Transferred a partial file (3 tries)'),
            requests: 3,
            retries: 2,
        },
    ],
    [
        'an object that changes while its first body is cut is read anew',
        'cutchange',
        ['tail=65536'],
        { status: 'ok', wrong: 0, read: 65536 },
    ],
    [
        'ranges answered shorter than asked are asked on',
        'shorter',
        ['tail=8', '500000+200000'],
        { status: 'ok', wrong: 0 },
    ],
    [
        '206 without Content-Range is refused',
        'norangeheader',
        TAIL,
        { status: 'host', sentence: lost('the server answered 206 without a valid Content-Range') },
    ],
    [
        'bytes from another place are refused',
        'wrongplace',
        ['tail=65536', '100+1000'],
        {
            status: 'host',
            sentence:
                /^the server sent bytes from 101 on, asked for from 100, so 1000 bytes at 100 /,
        },
    ],
    [
        'a compressed answer is refused',
        'gzip',
        TAIL,
        {
            status: 'host',
            sentence: lost('the server compresses its answer, in which ranges mean nothing'),
        },
    ],
    [
        '404 is told at once',
        '404',
        TAIL,
        {
            status: 'not_found',
            http: 404,
            requests: 1,
            retries: 0,
            sentence: 'there is no such file (HTTP 404)',
        },
    ],
    [
        '410 is told at once',
        '410',
        TAIL,
        {
            status: 'not_found',
            http: 410,
            requests: 1,
            sentence: 'there is no such file (HTTP 410)',
        },
    ],
    ...[
        [401, 'Unauthorized'],
        [403, 'Forbidden'],
        [409, 'Conflict'],
        [412, 'Precondition Failed'],
        [500, 'Internal Server Error'],
    ].map(([status, words]) => [
        `${status} is told at once`,
        String(status),
        TAIL,
        {
            status: 'host',
            http: status,
            requests: 1,
            retries: 0,
            sentence: lost(`the server answered ${status} ${words}`),
        },
    ]),
    [
        'a long error page does not matter',
        'bigerror',
        TAIL,
        { status: 'host', http: 403, requests: 1 },
    ],
    [
        '429 is tried again after the time it asks for',
        'slow429',
        TAIL,
        { ...good, requests: 4, retries: 1, leastMs: 1000 },
    ],
    [
        '429 that asks for an hour is given up',
        'long429',
        TAIL,
        {
            status: 'host',
            http: 429,
            requests: 1,
            sentence: lost('the server answered 429 Too Many Requests and asks to wait 3600 s'),
        },
    ],
    ['503 twice, then fine', 'twice503', TAIL, { ...good, requests: 5, retries: 2 }],
    [
        '503 for ever is given up after the tries',
        'always503',
        ['retries=2', ...TAIL],
        {
            status: 'host',
            http: 503,
            requests: 3,
            retries: 2,
            sentence: lost('the server answered 503 Service Unavailable (3 tries)'),
        },
    ],
    [
        'no retries where none are wanted',
        'always503',
        ['retries=0', ...TAIL],
        { status: 'host', requests: 1, retries: 0 },
    ],
    ['a reset connection is tried again', 'reset', TAIL, { ...good, retries: 1 }],
    ['silence is tried again', 'silentonce', ['timeout=1500', ...TAIL], { ...good, retries: 1 }],
    [
        'silence for ever is given up',
        'silent',
        ['timeout=500', 'retries=1', ...TAIL],
        {
            status: 'host',
            requests: 2,
            sentence: lost('the server was silent for 500 ms (2 tries)'),
        },
    ],
    ['a redirect on the same origin is followed', 'redirectsame', TAIL, { ...good, requests: 4 }],
    [
        'a redirect that expires is asked for anew',
        'redirectexpiring',
        TAIL,
        { ...good, requests: 6, retries: 0 },
    ],
    [
        'a server that refuses every range is read as a whole',
        'noranges416',
        TAIL,
        { ...good, requests: 3, warnings: 1 },
    ],
    [
        'a server that refuses ranges, and tells no size with it',
        'noranges416bare',
        TAIL,
        { ...good, requests: 4, warnings: 1 },
    ],
    [
        'every allocation may fail where ranges are refused',
        'noranges416',
        ['scarce', 'retries=0', ...TAIL],
        { status: 'ok', wrong: 0, failures: /^[2-9]\d|^\d{3}/ },
    ],
    [
        'ETags that are weak at times are one validator',
        'weakattimes',
        TAIL,
        { ...good, requests: 3 },
    ],
    [
        'a Retry-After that is a date is waited for',
        'dated503',
        TAIL,
        { ...good, retries: 1, leastMs: 900 },
    ],
    [
        'a redirect without end is given up',
        'redirectloop',
        TAIL,
        {
            status: 'host',
            requests: 11,
            sentence: lost('the server answered 302 and redirects without end'),
        },
    ],
    [
        'a redirect to a file is refused',
        'redirectfile',
        TAIL,
        {
            status: 'host',
            requests: 1,
            sentence: lost('the server answered 302 and redirects to what is not http or https'),
        },
    ],
    [
        'a redirect to nowhere is refused',
        'redirectnowhere',
        TAIL,
        {
            status: 'host',
            requests: 1,
            sentence: lost('the server answered 302 and no place to go on to'),
        },
    ],
    [
        'every allocation may fail, and all is released',
        'good',
        ['scarce', 'retries=0', 'headers=X-A: b', ...TAIL],
        { status: 'ok', wrong: 0, failures: /^[2-9]\d|^\d{3}/ },
    ],
    [
        'every allocation may fail where ranges are ignored',
        'norange',
        ['scarce', 'retries=0', ...TAIL],
        { status: 'ok', wrong: 0, failures: /^[2-9]\d|^\d{3}/ },
    ],
    [
        'every allocation may fail on the way of a redirect',
        'redirectsame',
        ['scarce', 'retries=0', ...TAIL],
        { status: 'ok', wrong: 0, failures: /^[2-9]\d|^\d{3}/ },
    ],
    [
        'an interrupt ends a wait at once',
        'silent',
        ['interrupt', ...TAIL],
        { status: 'cancelled', mostMs: 3000 },
    ],
]

async function check(server, [name, mode, words, expected], index) {
    const url = `${server.origins[0]}/${mode}/case${index}?token=secret`
    const { out, error, code } = await run(ranges, [url, ...words])
    const problems = []
    let found = {}
    try {
        found = JSON.parse(out)
    } catch {
        problems.push(`no JSON, exit ${code}`)
    }
    for (const [key, value] of Object.entries(expected)) {
        if (key === 'leastMs' && found.ms < value)
            problems.push(`took ${found.ms} ms, expected at least ${value}`)
        else if (key === 'mostMs' && found.ms > value)
            problems.push(`took ${found.ms} ms, expected at most ${value}`)
        else if (!/Ms$/.test(key) && !same(found[key], value))
            problems.push(`${key} is ${found[key]}, expected ${value}`)
    }
    if (error !== '') problems.push('something on stderr')
    if ((out + error).includes('secret')) problems.push('the query is shown')
    judge(name, problems, `${out}${error}`)
}

// Headers of an operation go where those of the caller go.
async function checkOpHeaders(server) {
    const url = `${server.origins[0]}/redirect/opheaders`
    const { out, error } = await run(ranges, [url, 'headers=X-A: a', 'opheaders=X-B: b\nX-C: c\n'])
    const sent = server.seen('/redirect/opheaders')[0]?.headers ?? {}
    const elsewhere = server.seen('/good/target').at(-1)?.headers ?? {}
    const problems = []
    if (out === '' || JSON.parse(out).status !== 'ok' || JSON.parse(out).wrong !== 0)
        problems.push('not ok')
    if (sent['x-a'] !== 'a' || sent['x-b'] !== 'b' || sent['x-c'] !== 'c')
        problems.push('not sent')
    if (elsewhere['x-a'] || elsewhere['x-b']) problems.push('sent to another origin')
    judge('headers of an operation are sent', problems, out + error)
}

// Secrets reach the server, each by its way, and no other origin, and no message.
async function checkSecrets(server) {
    const home = mkdtempSync(join(tmpdir(), 'alimentar-home-'))
    writeFileSync(join(home, 'headers'), 'Authorization: Bearer file\n')
    writeFileSync(join(home, '.netrc'), 'machine 127.0.0.1 login me password hunter2\n')
    const ways = [
        ['--header-file', 'Bearer file', ['--header-file', join(home, 'headers')], {}],
        ['the environment', 'Bearer env', [], { ALIMENTAR_HEADERS: 'Authorization: Bearer env' }],
        ['.netrc', `Basic ${Buffer.from('me:hunter2').toString('base64')}`, [], { HOME: home }],
    ]
    for (const [index, [name, expected, words, more]] of ways.entries()) {
        const path = `/401/secret${index}`
        const options = { env: { ...environment, ...more } }
        const url = `${server.origins[0]}${path}`
        const { error, code } = await run(command, ['info', ...words, url], options)
        const problems = code === 4 ? [] : [`exit ${code}`]
        if (server.seen(path)[0]?.headers.authorization !== expected) problems.push('not sent')
        if (/hunter2|Bearer|Basic/.test(error)) problems.push('told')
        judge(`a secret by ${name}`, problems, error)
    }
    rmSync(home, { recursive: true })
}

async function checkHeaders(server) {
    const url = `${server.origins[0]}/redirect/headers`
    const { out } = await run(ranges, [
        url,
        'headers=Authorization: Bearer x\nX-Key: y',
        'tail=100',
    ])
    const first = server.seen('/redirect/headers')
    const second = server.seen('/good/target')
    const problems = []
    if (JSON.parse(out).status !== 'ok') problems.push('not ok')
    if (first[0]?.headers.authorization !== 'Bearer x' || first[0]?.headers['x-key'] !== 'y')
        problems.push('headers not sent')
    if (second.length !== 1 || second[0].index !== 1) problems.push('not redirected')
    if (second[0]?.headers.authorization || second[0]?.headers['x-key'])
        problems.push('headers sent to another origin')
    if (first[0]?.headers['accept-encoding'] !== 'identity') problems.push('identity not asked for')
    judge('headers go to the opened origin alone', problems, out)
}

// Twelve ranges wait 400 ms each: six are asked for at once, never more.
async function checkTogether(server) {
    server.together.most = 0
    server.together.connections = 0
    const words = Array.from({ length: 12 }, (_, i) => `${i * 80000}+1000`)
    const { out } = await run(ranges, [`${server.origins[0]}/delayed/object`, 'tail=8', ...words])
    const problems = []
    if (JSON.parse(out).status !== 'ok' || JSON.parse(out).wrong !== 0) problems.push('not ok')
    if (server.together.most !== 6) problems.push(`${server.together.most} at once, expected 6`)
    judge('six requests are under way at once, never more', problems, out)
    const isReused = server.together.connections <= 6
    const count = `${server.together.connections} connections for 13 requests`
    judge('connections are used again', isReused ? [] : [count], out)
}

// A server that ignores ranges costs the whole file: the command says so, in one line and only
// where it succeeded.
const NO_RANGES = 'alimentar: the server ignores range requests: the whole file was fetched\n'
const NO_VALIDATOR =
    'alimentar: the server sends neither ETag nor Last-Modified: a change of the file while it ' +
    'is read cannot be noticed\n'
async function checkWarnings(server) {
    const url = `${server.origins[0]}/norange/table`
    const words = [
        ['a server that ignores ranges is told', ['info', url], 0, NO_RANGES],
        [
            'a server without a validator is told',
            ['info', `${server.origins[0]}/novalidator/table`],
            0,
            NO_VALIDATOR,
        ],
        [
            'a pattern in a URL is told as such',
            ['count', `${server.origins[0]}/none/*.parquet`],
            3,
            /^alimentar: http[^\n]*; patterns are for local paths, not for URLs\n$/,
        ],
        [
            'plan of a file that was fetched whole has no further requests',
            ['plan', url],
            0,
            NO_RANGES,
            /\n0 requests, 0 bytes, besides those of opening\n$/,
        ],
        ['-q does not tell that ranges are ignored', ['info', '-q', url], 0, ''],
        [
            'an error stands without warnings',
            ['head', '--columns=none', url],
            2,
            /^alimentar: http[^\n]*there is no column "none"[^\n]*\n$/,
        ],
    ]
    for (const [name, argv, expected, line, told = /^/] of words) {
        const { out, error, code } = await run(command, argv)
        const problems = code === expected ? [] : [`exit ${code}`]
        if (!same(error, line)) problems.push('not the line expected')
        if (!told.test(out)) problems.push(`told ${out}`)
        judge(name, problems, error)
    }
}

// The command over HTTP: exit codes, one line, the same rows as from the file.
async function checkCommand(server) {
    const local = await run(command, ['convert', TABLE, '-', '--to', 'jsonl'])
    for (const mode of ['good', 'norange', 'nosuffix416', 'cut', 'twice503', 'redirectsame']) {
        const { out, error, code } = await run(command, [
            'convert',
            `${server.origins[0]}/${mode}/table`,
            '-',
            '--to',
            'jsonl',
        ])
        const problems = code === 0 && out === local.out && out !== '' ? [] : [`exit ${code}`]
        if (error !== (mode === 'norange' ? NO_RANGES : '')) problems.push('not the line expected')
        judge(`convert of /${mode}/`, problems, error)
    }
    await checkWarnings(server)
    const info = await run(command, [
        'info',
        '--json',
        `${server.origins[0]}/good/table?token=secret`,
    ])
    const isRedacted =
        !info.out.includes('secret') && JSON.parse(info.out).path.endsWith('/table?…')
    judge('info of a URL does not tell its query', isRedacted ? [] : ['tells it'], info.out)
    const column = await run(command, [
        'head',
        '--columns=none',
        `${server.origins[0]}/good/table?token=secret`,
    ])
    const isTold = column.code === 2 && /table\?…: there is no column "none"/.test(column.error)
    judge('a column that is not there, of a URL', isTold ? [] : ['wrong'], column.error)
    const failures = [
        ['404', 3, /…: there is no such file \(HTTP 404\)\n$/],
        ['401', 4, /…: the server answered 401 Unauthorized, so the file's last 65536 /],
        ['change', 3, /changed while it was read/],
    ]
    for (const [mode, expected, words] of failures) {
        const { out, error, code } = await run(command, [
            'convert',
            `${server.origins[0]}/${mode}/table?token=secret`,
            '-',
            '--to',
            'jsonl',
        ])
        const problems = []
        if (code !== expected) problems.push(`exit ${code}, expected ${expected}`)
        if (!words.test(error) || error.split('\n').length !== 2)
            problems.push('not the line expected')
        if (error.includes('secret') || !error.includes(`/${mode}/table?`))
            problems.push('the URL is shown wrongly')
        judge(`exit of ${mode}`, problems, out.slice(0, 200) + error)
    }
}

async function freePort() {
    const server = createServer()
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address()
    await new Promise((resolve) => server.close(resolve))
    return port
}

function writeNginx(folder, port, tls) {
    mkdirSync(join(folder, 'tmp'))
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (name) => `${name}_temp_path ${folder}/tmp;`,
    )
    writeFileSync(
        join(folder, 'nginx.conf'),
        `daemon off; pid ${folder}/nginx.pid; worker_processes 1;
error_log ${folder}/error.log; events { worker_connections 64; }
http { log_format line '$server_protocol $request_method $status $http_range';
 access_log ${folder}/access.log line; ${temporary.join(' ')} default_type application/octet-stream;
 server { listen 127.0.0.1:${port}; root ${folder}/served;
  location /norange/ { alias ${folder}/served/; max_ranges 0; }
  location /gzip/ { alias ${folder}/served/; gzip on; gzip_types *; }
  location /moved/ { rewrite ^/moved/(.*)$ /$1 redirect; } }
 ${tls} }
`,
    )
}

async function checkNginx() {
    const found = spawnSync('nginx', ['-v'])
    if (found.error) {
        sum.skipped += 1
        console.log('services: skipped: nginx is not installed')
        return
    }
    const folder = mkdtempSync(join(tmpdir(), 'alimentar-nginx-'))
    chmodSync(folder, 0o755) // nginx's worker may be another user
    const served = join(folder, 'served')
    mkdirSync(served)
    writeFileSync(join(served, 'object'), pattern(SIZE))
    writeFileSync(join(served, 'table.parquet'), readFileSync(TABLE))
    const port = await freePort()
    const tls = tlsServers([await freePort(), await freePort(), await freePort()], served)
    writeNginx(folder, port, tls.text)
    const server = spawn('nginx', [
        '-c',
        join(folder, 'nginx.conf'),
        '-e',
        join(folder, 'error.log'),
    ])
    for (let i = 0; i < 100 && !existsSync(join(folder, 'nginx.pid')); i += 1) {
        await new Promise((resolve) => setTimeout(resolve, 50))
    }
    const expected = [
        ['object', { ...good, requests: 3 }],
        ['norange/object', { ...good, requests: 1, bytes: SIZE }],
        ['gzip/object', { ...good, requests: 3 }],
        ['moved/object', { ...good, requests: 4 }],
        ['nothing', { status: 'not_found', http: 404 }],
    ]
    for (const [path, facts] of expected) {
        const { out, error } = await run(ranges, [`http://127.0.0.1:${port}/${path}`, ...TAIL])
        const result = out === '' ? {} : JSON.parse(out)
        const problems = Object.entries(facts)
            .filter(([key, value]) => !same(result[key], value))
            .map(([key, value]) => `${key} is ${result[key]}, expected ${value}`)
        judge(
            `nginx: /${path}`,
            problems,
            out + error + (problems.length ? readFileSync(join(folder, 'error.log')) : ''),
        )
    }
    const tools = { run, judge, environment, log: () => linesOf(join(folder, 'access.log')) }
    const read = { words: TAIL, expected: { ...good, requests: 3 } }
    await checkTls(tls, { ranges, command }, { ...tools, read })
    server.kill()
    await new Promise((resolve) => server.on('close', resolve))
    rmSync(folder, { recursive: true })
}

const objects = { object: pattern(SIZE), table: readFileSync(TABLE) }
const server = await start(objects)
const waiting = cases.map((one, index) => [one, index])
async function work() {
    for (let next = waiting.shift(); next; next = waiting.shift()) await check(server, ...next)
}
await Promise.all([work(), work(), work(), work()])
await checkHeaders(server)
await checkOpHeaders(server)
await checkTogether(server)
if (command) await checkCommand(server)
if (command) await checkSecrets(server)
server.stop()
await checkNginx()
console.log(`services: ${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`)
process.exit(sum.failed > 0 || sum.passed === 0 ? 1 : 0)
