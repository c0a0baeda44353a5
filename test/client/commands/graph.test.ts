// `octo graph`: a drawing of the config on standard output, and what is said instead.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { stringify } from 'yaml'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { aMachine, key } from '../../support/client/client-machine.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'

test('a config is drawn as Mermaid, as SVG or as data, with the versions of its lockfile', async (t) => {
  const { registry, folder, base } = await aMachine(t, [{ plugin: 'check-tcp' }])
  const repos = { core: { url: registry.url(), keys: [publicKeyLine(key.trustKey)] } }
  const web = { depends_on: ['db'], octocompose: { health: [{ tool: 'check-tcp' }] } }
  writeFileSync(
    join(folder, 'octo.yaml'),
    stringify({ operator: { repos }, services: { web, db: { command: ['x'] } } }),
  )
  const octo = (...words: string[]) => octoIn({ cwd: folder, env: { OCTO_HOME: base.storeRoot } }, words)
  const before = await octo('graph')
  assert.match(before.stdout, /\(\["check-tcp"\]\)/)
  assert.equal((await octo('lock', '--platform', 'linux_amd64')).code, 0)
  const { code, stdout, stderr } = await octo('graph')
  assert.deepEqual([code, stderr], [0, ''])
  assert.match(stdout, /^flowchart LR\n {2}n0\["web"\]\n {2}n1\["db"\]\n {2}n2\(\["check-tcp 1\.0\.0"\]\)\n/)
  assert.match((await octo('graph', 'db', '--format', 'svg')).stdout, /^<svg [\s\S]*>db<\/text>[\s\S]*<\/svg>\n$/)
  const { nodes, edges } = JSON.parse((await octo('graph', '--json')).stdout)
  assert.deepEqual([nodes.length, edges.length], [3, 2])
})

const REFUSED = [
  { words: ['wbe'], says: /the config has no service `wbe`[\s\S]*did you mean `web`\?/ },
  { words: ['zzzzzzzz'], says: /`octo graph` draws all that there are/ },
  { words: ['--format', 'png'], says: /`mermaid` or `svg`, found `png`/ },
]

test('what cannot be drawn is refused by name, with what can be', async (t) => {
  const { folder } = await aMachine(t, [])
  writeFileSync(join(folder, 'octo.yaml'), stringify({ services: { web: { command: ['x'] } } }))
  for (const { words, says } of REFUSED) {
    const { code, stderr, stdout } = await octoIn({ cwd: folder }, ['graph', ...words])
    assert.deepEqual([code, stdout], [64, ''])
    assert.match(stderr, says)
  }
})
