// worker.mjs: answers a list of cases by one module in Node.
//
//   forked by run.mjs with the module's path; cases come as a message, answers go as one
import fs from 'node:fs'

import { init, open } from '../../web/dist/node.js'
import { answer } from './script.mjs'

process.on('message', async (all) => {
    await init({ wasm: fs.readFileSync(process.argv[2]) })
    const answers = []
    for (const one of all)
        answers.push(await answer(open, one, new Uint8Array(fs.readFileSync(one.file))))
    process.send(answers, () => process.exit(0))
})
