// The file that answers a TAB: it holds the commands that octo has, word for word, and nothing that takes time to load.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { compileBundle } from '../../bin/bundle.js'
import { COMMANDS } from '../../completion/command-table.ts'
import { main } from '../../completion/tab/main.ts'
import { commandTable } from '../../programs.ts'
import { bundle } from '../../tools/bundle/build.ts'
import { bundlesOf } from '../../tools/bundle/bundles.ts'
import { sourceStates } from '../../tools/bundle/source-states.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

const ROOT = join(import.meta.dirname, '../..')

async function bundled(folder: string, name: 'help' | 'complete') {
  const [found] = bundlesOf(ROOT).filter((each) => each.name === name)
  assert.ok(found)
  const { text, metafile } = await bundle(ROOT, found, sourceStates(ROOT))
  const file = join(folder, 'dist', `${name}.cjs`)
  mkdirSync(join(folder, 'dist'), { recursive: true })
  writeFileSync(file, text)
  return { file, metafile }
}

test('the table of commands that a build takes from the help is that of the commands themselves', async (t) => {
  const folder = tempFolder(t)
  const { file } = await bundled(folder, 'help')
  const built = await compileBundle(file).run().commandTable()
  const own = await commandTable()
  assert.ok(own.commands.length > 40)
  assert.deepEqual(JSON.parse(JSON.stringify(built)), JSON.parse(JSON.stringify(own)))
})

test('the file loads node:fs and node:path alone, holds no package, and answers without a word of its own', async (t) => {
  const folder = tempFolder(t)
  const { file, metafile } = await bundled(folder, 'complete')
  const written = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined)
  assert.deepEqual([...new Set(written?.imports.map(({ path }) => path))].sort(), ['node:fs', 'node:path'])
  assert.deepEqual(
    Object.keys(written?.inputs ?? {}).filter((path) => path.includes('node_modules')),
    [],
  )
  writeFileSync(join(folder, COMMANDS), JSON.stringify(await commandTable()))
  writeFileSync(join(folder, 'octo.yaml'), 'services:\n  web:\n    health: []\n')
  const program = `require(${JSON.stringify(join(ROOT, 'bin/bundle.js'))}).compileBundle(${JSON.stringify(file)}).run().main(process.argv.slice(1))`
  const ask = (...words: string[]) => {
    const options = { cwd: folder, encoding: 'utf8', env: { HOME: folder } } as const
    const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', program, '--', ...words], options)
    return { status, stdout, stderr }
  }
  assert.deepEqual(ask('__complete', 'fish', '', 'octo check w'), { status: 0, stdout: 'words\nweb\t\n', stderr: '' })
  assert.deepEqual(ask('__complete'), { status: 0, stdout: '', stderr: '' })
})

test('what no script asks is answered by nothing, and is no error', () => {
  for (const argv of [[], ['__complete'], ['__complete', 'tcsh', '', 'octo ']]) assert.doesNotThrow(() => main(argv))
})
