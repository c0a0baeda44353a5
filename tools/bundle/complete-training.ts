// What octo answers to a TAB while V8 watches: words, options, names, versions and files.
import { compileBundle } from '../../bin/bundle.js'
import { replaceFile } from '../../system/files/atomic-file.ts'

const LINES = ['octo ', 'octo check --', 'octo run ', 'octo run passes@', 'octo check --config=', 'octo registry t']

const [file = '', output = ''] = process.argv.slice(2)
const bundle = compileBundle(file)
const { main } = bundle.run()
for (const line of LINES) main(['__complete', 'bash', '@=:', line])
await replaceFile(output, bundle.compiledCode(), { mode: 0o644 })
