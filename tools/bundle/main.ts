// Writes dist/ when it is missing or out of date: octo in one file, the code that V8 compiled of it, the licences of what is
// in it, and the list of sources that says when it is out of date. A release is the same without the lists.
//
//   node_modules/.bin/node tools/bundle/main.ts
import { join } from 'node:path'
import { compileBundle } from '../../bin/bundle.js'
import { buildBundles } from './build.ts'
import { areCurrent } from './bundles.ts'
import { writeCompiledCode } from './compiled-code.ts'

const root = join(import.meta.dirname, '../..')
const [octo = '', rest = '', help = '', warm = '', complete = ''] = ['octo', 'rest', 'help', 'warm', 'complete'].map(
  (name) => join(root, `dist/${name}.cjs`),
)

try {
  if (!areCurrent(root)) await buildBundles(root)
  const isCompiled = [octo, rest, help, warm, complete].every((file) => compileBundle(file).usesCompiledCode)
  if (!isCompiled) writeCompiledCode({ octo, help, warm, complete })
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}
