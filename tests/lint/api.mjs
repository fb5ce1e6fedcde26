// Every public function is declared, documented, defined, exported and tested; nothing else is
// exported.
//
// Documented: a comment stands above it; functions that return a status have `Returns:`; where a
// pointer comes out (returned, or through a parameter) `Ownership:` says whose it is. Tested: a
// file of tests/ calls it.
import { filesIn, gate, masked, publicFunctions, read, tool } from './gate.mjs'

function symbolsOf(argv) {
    const lines = tool('nm', argv).split('\n')
    return new Set(lines.map((line) => /\b[TDRBVW] (\w+)$/.exec(line)?.[1]).filter(Boolean))
}

function checkComment({ file, line, name, comment, returns, parameters }, fail) {
    const where = `${file}:${line} ${name}`
    if (comment.trim() === '') return fail(`${where} is not documented`)
    if (/\bali_status\b/.test(returns) && !/^\/\/ Returns:/m.test(comment)) {
        fail(`${where} does not document what it returns`)
    }
    const givesPointer = (/\*/.test(returns) && !/\bchar\b/.test(returns)) ||
        /\bali_\w+\s*\*\*/.test(parameters)
    if (givesPointer && !/^\/\/ (Ownership:|Returns: +a constant)/m.test(comment)) {
        fail(`${where} gives a pointer and does not say who owns it`)
    }
}

function checkDeclarations(declared, fail) {
    const names = new Set(declared.map(({ name }) => name))
    for (const path of filesIn(['include'], /\.h$/)) {
        const pattern = /^(?!\/\/|typedef|static)[\w *]*?\b(ali_\w+)\(/gm
        for (const match of read(path).matchAll(pattern)) {
            if (!names.has(match[1])) fail(`${path} declares ${match[1]} without ALI_API`)
        }
    }
}

gate('api', ({ fail }) => {
    const declared = publicFunctions()
    const defined = symbolsOf(['--defined-only', '--extern-only', 'build/libalimentar.a'])
    const exported = symbolsOf(['-D', '--defined-only', '--extern-only', 'build/libalimentar.so'])
    const tests = filesIn(['tests', 'examples'], /\.[ch]$/).map(read).map(masked).join('\n')
    const called = new Set([...tests.matchAll(/\b(ali_\w+)\(/g)].map((match) => match[1]))
    checkDeclarations(declared, fail)
    for (const one of declared) {
        const where = `${one.file}:${one.line} ${one.name}`
        checkComment(one, fail)
        if (!defined.has(one.name)) fail(`${where} is declared but not defined`)
        if (!exported.has(one.name)) fail(`${where} is not exported by libalimentar.so`)
        if (!called.has(one.name)) fail(`${where} is called by no test`)
        exported.delete(one.name)
    }
    for (const name of exported) fail(`libalimentar.so exports ${name}, which no header declares`)
    for (const name of defined) {
        if (!name.startsWith('ali_')) fail(`libalimentar.a defines ${name}, without prefix ali_`)
    }
})
