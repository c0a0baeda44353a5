// The tour of README.md, typed as it stands there, against a registry as `npm start` serves it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runShell } from '../support/machine/run-shell.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { blocksOf } from '../support/octo/document-blocks.ts'
import { patternOf } from '../support/octo/shown-line.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

test('the README shows no measured number, which the next change would make untrue', () => {
  const shown = blocksOf('README.md').filter(({ language }) => language === '')
  assert.ok(shown.length >= 3)
  for (const { text } of shown) assert.doesNotMatch(text, /\d\s?(?:m?s|min|bytes|[KMG]?i?B)\b/)
})

test('the tour of the README works, from a template to a check without network', async (t) => {
  const folder = tempFolder(t)
  const registry = await startTestRegistry(t)
  const [prepare, ...steps] = blocksOf('README.md', '## A tour in five minutes').filter(
    ({ language }) => language === 'sh',
  )
  assert.match(prepare?.text ?? '', /DATA="\$PWD\/\.octo\/registry"\nmkdir -p ~\/octo-tour && cd ~\/octo-tour\n/)
  const script = steps.map(({ text }) => text.replaceAll('http://127.0.0.1:8787', registry.url)).join('\n')
  const { code, output } = await runShell(script, { cwd: folder, env: { DATA: registry.dataDir } })
  assert.match(output, /^published acme\/my-check 0\.1\.0 \(1 artifact, \d+ B\)$/m, output)
  assert.equal(output.match(/^1 passed in/gm)?.length, 2, output)
  assert.match(output, /^asked: +preflight of service web/m)
  // What the README shows of it is what it says, numbers aside.
  const shown = blocksOf('README.md', '## A tour in five minutes').filter(({ language }) => language === '')
  for (const line of shown.flatMap(({ text }) => text.split('\n')).filter(Boolean))
    assert.match(output, patternOf(line))
  // The last command is one that fails, as the README says.
  assert.match(output, /CRITICAL - \/nothing does not exist\n$/)
  assert.equal(code, 2)
})
