// What octo does when somebody asks about its commands, or mistypes one, while V8 watches.
import { compileBundle } from '../../bin/bundle.js'
import { replaceFile } from '../../system/files/atomic-file.ts'

const QUESTIONS = [['--help'], ['check', '--help'], ['registry', 'token', '--help'], ['publish', '--help'], ['instal']]

const [file = '', output = ''] = process.argv.slice(2)
const bundle = compileBundle(file)
const { runHelp } = bundle.run()
for (const words of QUESTIONS) await runHelp(words)
await replaceFile(output, bundle.compiledCode(), { mode: 0o644 })
