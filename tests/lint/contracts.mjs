// Every rule of docs/contracts names its test. A rule is an item of a list; it holds at least one
// `[test: FILE NAME]`, and NAME occurs in FILE. What is no list item explains and binds nobody.
import { existsSync } from 'node:fs'
import { filesIn, gate, read } from './gate.mjs'

// List items with the lines that belong to them.
function itemsOf(text) {
    const items = []
    let isInCode = false
    text.split('\n').forEach((line, index) => {
        if (line.startsWith('```')) isInCode = !isInCode
        if (isInCode) return
        if (/^\s*([-*]|\d+\.)\s/.test(line)) items.push({ line: index + 1, text: line })
        else if (/^\s+\S/.test(line) && items.length > 0 && !items.at(-1).isDone) {
            items.at(-1).text += ` ${line.trim()}`
        } else if (items.length > 0) items.at(-1).isDone = true
    })
    return items
}

gate('contracts', ({ fail }) => {
    for (const path of filesIn(['docs/contracts'], /\.md$/)) {
        for (const item of itemsOf(read(path))) {
            const where = `${path}:${item.line}`
            const tests = [...item.text.matchAll(/\[test:\s*([^\s\]]+)\s+([^\]]+)\]/g)]
            if (tests.length === 0) fail(`${where} names no test: ${item.text.trim().slice(0, 60)}`)
            for (const [, file, name] of tests) {
                if (!existsSync(file)) fail(`${where} names ${file}, which does not exist`)
                else if (!read(file).includes(name.trim())) {
                    fail(`${where} names "${name.trim()}", which ${file} does not hold`)
                }
            }
        }
    }
})
