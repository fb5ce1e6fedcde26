// The help of each verb, and what is made of the same tables: manual page and completions.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { command, judge } from './support.mjs'

// What is made of the tables of verbs and flags names each of them, and shells take it.
export function checkPages() {
    const help = spawnSync(command, ['--help']).stdout.toString()
    const usage = /^ {2}(\w+) (?:\[N\] |START:END )?(?:FILE|INPUT)/gm
    const verbs = [...help.matchAll(usage)].map((match) => match[1])
    const problems = verbs.length < 9 ? [`verbs: ${verbs}`] : []
    const manual = readFileSync('build/alimentar.1', 'utf8').replaceAll('\\-', '-')
    const flags = new Set()
    for (const verb of verbs) {
        const told = spawnSync(command, ['help', verb]).stdout.toString()
        const [about, examples = ''] = told.split('\nExamples:\n')
        const own = [...about.matchAll(/^ {2}(?:-\w, )?--([\w-]+)/gm)].map((match) => match[1])
        own.forEach((flag) => flags.add(flag))
        for (const line of examples.trimEnd().split('\n')) {
            const used = [...line.matchAll(/ --([\w-]+)/g)].map((match) => match[1])
            if (!line.startsWith(`  alimentar ${verb} `)) problems.push(`an example: ${line}`)
            if (!used.every((flag) => own.includes(flag))) problems.push(`${verb}: ${line}`)
            if (!manual.includes(line.trim())) problems.push(`the manual has no ${line}`)
        }
        const wide = told.split('\n').find((line) => line.length > 80)
        if (wide) problems.push(`help ${verb} is too wide: ${wide}`)
    }
    for (const page of ['alimentar.1', 'alimentar.bash', '_alimentar', 'alimentar.fish']) {
        const text = readFileSync(join('build', page), 'utf8').replaceAll('\\-', '-')
        for (const word of [...verbs, ...flags])
            if (!text.includes(word)) problems.push(`${page} does not name ${word}`)
    }
    const script = `. build/alimentar.bash; COMP_WORDS=(alimentar ta); COMP_CWORD=1; _alimentar
        echo "$COMPREPLY"; COMP_WORDS=(alimentar tail --li); COMP_CWORD=2; _alimentar
        echo "$COMPREPLY"; COMP_WORDS=(alimentar help sa); COMP_CWORD=2; _alimentar
        echo "$COMPREPLY"; COMP_WORDS=(alimentar cat --to j); COMP_CWORD=3; _alimentar
        echo "\${COMPREPLY[@]}"`
    const bash = spawnSync('bash', ['-c', script])
    const completed = 'tail\n--limit\nsample\njsonl json\n'
    if (bash.stdout.toString() !== completed) problems.push(`${bash.stdout}${bash.stderr}`)
    judge('manual page and completions name verbs and flags', problems)
}
