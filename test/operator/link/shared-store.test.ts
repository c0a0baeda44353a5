// Shims of plugins that lie in the store that all users of a machine read.
import assert from 'node:assert/strict'
import { chmodSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { layoutOf } from '../../../client/store/layout.ts'
import { noLastingFolder } from '../../support/machine/lasting-folder.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { aLinkScene, aScriptPlugin, aStandIn, saidBy } from '../../support/operator/linked-plugins.ts'

const skip = process.platform === 'linux' ? noLastingFolder : 'plugins are linked on Linux only'

test('a shim runs what lies in the shared store, and goes to octo with it once that changed', { skip }, async (t) => {
  const scene = await aLinkScene(t, [aScriptPlugin])
  writeFileSync(scene.configPath, `${scene.configText}  plugins: {script: "*"}\n`)
  const shared = join(scene.home, 'shared')
  Object.assign(scene.env, { OCTO_SHARED_STORE: shared })
  assert.equal((await scene.octo('install', '--shared')).code, 0)
  const standIn = aStandIn(tempFolder(t))
  const linked = await scene.octoStartedBy(standIn, 'link', 'script', '--to', scene.bin, '--frozen', '--offline')
  assert.equal(linked.code, 0, linked.stderr)
  assert.deepEqual(readdirSync(layoutOf(scene.store).trees), [], 'nothing was copied')
  const ran = await saidBy([scene.shim('script'), '--port', '1'], {})
  assert.equal(ran.code, 7)
  assert(ran.words[0]?.startsWith(`${shared}/v1/trees/`), ran.words.join(' '))
  const { trees, tree } = layoutOf(shared)
  const [key] = readdirSync(trees) as Parameters<typeof tree>[0][]
  chmodSync(tree(key ?? assert.fail()), 0o755)
  const went = await saidBy([scene.shim('script')], {})
  assert.deepEqual([went.code, went.words.slice(0, 2)], [99, ['octo was called', 'run']])
  assert(scene.textOf('script').includes(`OCTO_SHARED_STORE=${shared}`))
})
