// A stranger's first minutes, typed from README.md: every line of its blocks, in order, and no other; against a registry as `npm start`
// serves it. How long it took is printed, for people.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { runShell } from '../support/machine/run-shell.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { blocksOf } from '../support/octo/document-blocks.ts'
import { showsRun } from '../support/octo/shown-run.ts'
import { publishProjects, writeKeyFiles } from '../support/publisher/publish-project.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

const CHECKOUT = join(import.meta.dirname, '../..')
/** Where README's registry listens. */
const SERVED = 'http://127.0.0.1:8787'
const USE = '### Use a plugin'
const WRITE = '### Write a plugin'

const typed = (heading: string) =>
  blocksOf('README.md', heading)
    .filter(({ language }) => language === 'sh')
    .map(({ text }) => text)
test('the README takes a stranger to a passed check, and an author to an installed plugin', async (t) => {
  const folder = tempFolder(t)
  const registry = await startTestRegistry(t)
  const keys = writeKeyFiles(folder, registry.key)
  await publishProjects([join(CHECKOUT, 'plugins/check-tcp')], registry, keys)
  const [prepare = ''] = typed('## First minutes')
  // What `npm start` has made in the checkout lies elsewhere here, and its port is one that was free.
  const { port } = new URL(registry.url)
  assert.equal(registry.url, SERVED.replace('8787', port))
  // In one go: another port may hold these digits, too.
  const here = (text: string) =>
    text
      .replaceAll('8787', port)
      .replaceAll('$STATE/keys/core.pub', keys.publicKey)
      .replaceAll('$STATE/registry', registry.dataDir)
  const type = async (heading: string) => {
    const startedAt = performance.now()
    const script = here([`cd '${CHECKOUT}'`, prepare, ...typed(heading)].join('\n'))
    const ended = await runShell(script, { cwd: folder, env: { HOME: folder } })
    t.diagnostic(`${heading.replace(/^#+ /, '')}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
    return { ...ended, output: ended.output.replaceAll(port, '8787') }
  }
  const used = await type(USE)
  assert.equal(used.code, 0, used.output)
  assert.equal(used.output.match(/^1 passed in/gm)?.length, 1, used.output)
  showsRun('README.md', 'check', used.output)
  const written = await type(WRITE)
  // The last command is one that fails, as the README says.
  assert.equal(written.code, 2, written.output)
  showsRun('README.md', 'publish', written.output)
  assert.match(written.output, /^.*unsigned local build: my-check 0\.1\.0/m)
  assert.match(written.output, /"status":"critical","summary":"\/nothing does not exist"\}\n$/)
  assert.equal(written.output.match(/^1 passed in/gm)?.length, 2, written.output)
  assert.match(written.output, /^signer: +sha256:/m)
})

test('the README shows no measured number, which the next change would make untrue', () => {
  const all = blocksOf('README.md').filter(({ language }) => language !== 'sh' && language !== 'yaml')
  assert.ok(all.length >= 3)
  for (const { text } of all) assert.doesNotMatch(text, /\d\s?(?:m?s|min|bytes|[KMG]?i?B)\b/)
})
