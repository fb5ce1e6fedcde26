// Every path that the documents name exists, and a function named right behind one (`FILE` `NAME`)
// occurs in that file. Paths are code spans with a slash that begin with a folder of the tree;
// what is built (build/, web/dist/) and patterns (<name>, *) are left out.
import { existsSync } from 'node:fs'
import { filesIn, gate, lineOf, read } from './gate.mjs'

const SPAN = /`((?:src|include|wasm|native|web|tests|examples|docs)\/[\w./-]+)`(?:\s`(\w+)`)?/g

await gate('paths', ({ fail }) => {
    for (const document of ['README.md', ...filesIn(['docs'], /\.md$/)]) {
        if (!existsSync(document)) continue
        const text = read(document)
        for (const match of text.matchAll(SPAN)) {
            const [, path, name] = match
            const where = `${document}:${lineOf(text, match.index)}`
            if (path.startsWith('web/dist')) continue
            if (!existsSync(path)) fail(`${where} names ${path}, which does not exist`)
            else if (name && !read(path).includes(name)) fail(`${where}: ${path} has no ${name}`)
        }
    }
})
