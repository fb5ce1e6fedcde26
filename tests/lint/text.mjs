// Rules for every text: no marks of unfinished work, no paths of one machine, lines of at most 100
// columns in code, files of at most 1,000 lines, no tabs but in makefiles, one line feed at the
// end.
import { filesIn, gate, read } from './gate.mjs'

const CODE = /\.([ch]|m?js|ts|css)$/
const TEXT = /\.([ch]|m?js|ts|mk|css|md|html|json|def|sh|patch|txt)$|(^|\/)Makefile$/
const EXEMPT = /^tests\/(vectors|fuzz\/corpus|lint\/faults|twin\/expected)\/|package-lock\.json$/
const MARKS = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')})\\b`)
const PATHS = new RegExp(`(^|[\\s"'\`(=:])/(${['tmp', 'work', 'home', 'root'].join('|')})/\\w`)
const COLUMNS_MAX = 100
const LINES_MAX = 1000

function checkLine(line, path, fail) {
    if (MARKS.test(line)) fail(`${path} bears a mark of unfinished work`)
    if (PATHS.test(line)) fail(`${path} names a path of one machine`)
    if (/\t/.test(line) && !/(\.mk|Makefile):\d+$/.test(path)) fail(`${path} holds a tab`)
    if (/\s$/.test(line) && !/\.md:\d+$/.test(path)) fail(`${path} ends in white space`)
    if (CODE.test(path.replace(/:\d+$/, '')) && [...line].length > COLUMNS_MAX) {
        fail(`${path} has ${[...line].length} columns`)
    }
}

gate('text', ({ fail }) => {
    for (const path of filesIn(['.'], TEXT)) {
        if (EXEMPT.test(path)) continue
        const text = read(path)
        const lines = text.split('\n')
        const isEnded = text.endsWith('\n') && !text.endsWith('\n\n')
        if (!isEnded) fail(`${path} does not end in one line feed`)
        const isLong = CODE.test(path) && lines.length - 1 > LINES_MAX
        if (isLong) fail(`${path} has ${lines.length - 1} lines`)
        lines.forEach((line, index) => checkLine(line, `${path}:${index + 1}`, fail))
    }
})
