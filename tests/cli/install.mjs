// What `make install DESTDIR=` leaves is used as a stranger would: a C and a C++ program by
// pkg-config, the shared library by its soname, the manual page and the completions by their tools.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { base, judge, shown, sum, weather } from './support.mjs'

const root = join(base, 'run-install')
const prefix = '/opt/ali'
const installed = join(root, prefix)

function call(name, words, more = {}) {
    const { status, stdout, stderr, error } = spawnSync(name, words, { encoding: 'utf8', ...more })
    return { status, out: stdout ?? '', err: stderr ?? String(error) }
}
const has = (name) => call('sh', ['-c', `command -v ${name}`]).status === 0

function skip(name, why) {
    sum.skipped += 1
    console.log(`cli: skipped: ${name}: ${why}`)
}

const program = `
#include <alimentar.h>
#include <alimentar/host.h>
#include <stdio.h>
int main(int count, char **words) {
    ali_host *host = NULL;
    ali_reader *reader = NULL;
    ali_batch *batch = NULL;
    unsigned long long rows = 0;
    if (count != 2 || ali_host_new(NULL, &host) < 0) return 1;
    if (ali_read_file(host, words[1], NULL, &reader) < 0) return 2;
    while (ali_reader_next(reader, &batch) == ALI_OK) {
        rows += ali_batch_rows(batch);
        ali_batch_release(batch);
    }
    ali_reader_free(reader);
    ali_host_free(host);
    printf("%llu rows, %s, %u\\n", rows, ali_version(), (unsigned)ali_abi_version());
    return 0;
}
`

// Where the files lie is told by pkg-config alone, also of a tree that was moved.
function flagsOf(folder, more) {
    const environment = { ...process.env, PKG_CONFIG_PATH: join(folder, 'lib/pkgconfig') }
    const words = [...more, '--cflags', '--libs', 'alimentar']
    const result = call('pkg-config', words, { env: environment })
    return { ...result, flags: result.out.trim().split(/\s+/) }
}

function build(compiler, source, flags, output) {
    const words = ['-Wall', '-Wextra', '-Wpedantic', '-Werror', source, '-o', output, ...flags]
    return call(compiler, words)
}

function checkProgram() {
    const problems = []
    const found = flagsOf(installed, ['--define-prefix'])
    if (found.status !== 0 || !found.out.includes(`-L${installed}/lib`))
        problems.push(`pkg-config: ${shown(found.out + found.err)}`)
    const plain = flagsOf(installed, [])
    if (!plain.out.includes(`-I${prefix}/include`) || plain.out.includes(base))
        problems.push(`pkg-config without moving: ${shown(plain.out)}`)
    const compilers = [
        ['cc', 'program.c', ['-std=c11']],
        ['c++', 'program.cc', ['-std=c++11']],
    ]
    for (const [compiler, name, flags] of compilers) {
        const source = join(root, name)
        const output = join(root, `${name}.out`)
        writeFileSync(source, program)
        if (!has(compiler)) {
            skip(`a program by ${compiler}`, 'there is no such compiler')
            continue
        }
        const built = build(compiler, source, [...flags, ...found.flags], output)
        if (built.status !== 0) {
            problems.push(`${compiler}: ${shown(built.err)}`)
            continue
        }
        const env = { ...process.env, LD_LIBRARY_PATH: join(installed, 'lib') }
        const ran = call(output, [weather], { env })
        if (!/^26115 rows, \d+\.\d+\.\d+, \d+\n$/.test(ran.out))
            problems.push(`${name}: exit ${ran.status}, ${shown(ran.out + ran.err)}`)
    }
    judge('a program is built by pkg-config and runs with what is installed', problems)
}

// Each header can be included alone, twice, in C and in C++.
function checkHeaders() {
    const problems = []
    const folder = join(installed, 'include/alimentar')
    const names = readdirSync(folder).filter((name) => name.endsWith('.h'))
    if (names.length < 5) problems.push(`headers: ${names}`)
    for (const name of names) {
        for (const [compiler, language] of [
            ['cc', 'c'],
            ['c++', 'c++'],
        ]) {
            if (!has(compiler)) continue
            const source = `#include <alimentar/${name}>\n#include <alimentar/${name}>\n`
            const words = ['-x', language, '-Wall', '-Wextra', '-Wpedantic', '-Werror']
            const built = call(
                compiler,
                [...words, '-fsyntax-only', `-I${installed}/include`, '-'],
                { input: source },
            )
            if (built.status !== 0) problems.push(`${name} in ${language}: ${shown(built.err)}`)
        }
    }
    judge('each header stands alone in C and in C++', problems)
}

function checkLibrary() {
    const problems = []
    const library = join(installed, 'lib/libalimentar.so')
    const facts = call('readelf', ['-d', library])
    const soname = /SONAME.*\[(libalimentar\.so\.\d+)\]/.exec(facts.out)?.[1]
    if (soname === undefined) problems.push(`no soname: ${shown(facts.out + facts.err)}`)
    else if (!existsSync(join(installed, 'lib', soname))) problems.push(`no file ${soname}`)
    const symbols = call('readelf', ['-W', '--dyn-syms', library]).out.split('\n')
    const strange = symbols
        .filter((line) => /(GLOBAL|WEAK) +DEFAULT +\d+ /.test(line))
        .map((line) => line.trim().split(/\s+/).at(-1))
        .filter((name) => !name.startsWith('ali_'))
    if (strange.length !== 0) problems.push(`exports beside its own: ${strange.slice(0, 5)}`)
    judge('the library has a soname and exports its own names alone', problems)
}

function checkManual() {
    const page = join(installed, 'share/man/man1/alimentar.1')
    if (!has('groff')) return skip('the manual page', 'there is no groff')
    const words = ['-man', '-ww', '-b', '-z', '-Tutf8', page]
    const told = call('groff', words, { env: { ...process.env, MAN_KEEP_FORMATTING: '1' } })
    const problems = told.status === 0 && told.err === '' ? [] : [`groff: ${shown(told.err)}`]
    if (has('mandoc')) {
        // that it has no date is meant: what is built does not hang on the day
        const lint = call('mandoc', ['-T', 'lint', '-W', 'warning', page]).out.trim().split('\n')
        const faults = lint.filter((line) => line !== '' && !line.includes('missing date'))
        if (faults.length !== 0) problems.push(`mandoc: ${shown(faults)}`)
    }
    const text = call('groff', ['-man', '-Tascii', '-P-cbou', page]).out
    for (const word of ['NAME', 'stats', '--no-truncate', 'EXIT'])
        if (!text.includes(word)) problems.push(`the page does not say ${word}`)
    judge('the manual page renders without warnings', problems)
}

function checkCompletions() {
    const shells = {
        bash: ['share/bash-completion/completions/alimentar', ['-n']],
        zsh: ['share/zsh/site-functions/_alimentar', ['-n']],
        fish: ['share/fish/vendor_completions.d/alimentar.fish', ['--no-execute']],
    }
    const problems = []
    for (const [shell, [file, flags]] of Object.entries(shells)) {
        if (!existsSync(join(installed, file))) problems.push(`${file} is not installed`)
        if (!has(shell)) {
            skip(`the completion of ${shell}`, 'there is no such shell')
            continue
        }
        const read = call(shell, [...flags, join(installed, file)])
        if (read.status !== 0) problems.push(`${shell}: ${shown(read.err)}`)
    }
    judge('completions are read by their shells', problems)
}

export function checkInstall() {
    mkdirSync(root)
    const words = ['--no-print-directory', 'install', `DESTDIR=${root}`, `PREFIX=${prefix}`]
    const made = call('make', words, { env: { ...process.env, MAKEFLAGS: '' } })
    judge('make install DESTDIR=', made.status === 0 ? [] : [shown(made.err)])
    if (made.status !== 0) return
    const ran = call(join(installed, 'bin/alimentar'), ['--version'])
    judge('the installed command runs', ran.status === 0 ? [] : [shown(ran.err)])
    checkProgram()
    checkHeaders()
    checkLibrary()
    checkManual()
    checkCompletions()
    const gone = call(
        'make',
        words.map((word) => word.replace(/^install$/, 'uninstall')),
    )
    const left = call('find', [root, '-type', 'f', '-path', `*${prefix}*`]).out
    rmSync(root, { recursive: true })
    judge('make uninstall leaves nothing', gone.status === 0 && left === '' ? [] : [shown(left)])
}
