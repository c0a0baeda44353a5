// A repo that is not at its address is not a repo without the plugin.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { aRelease } from '../../support/builders/test-authority.ts'
import { key } from '../../support/client/client-machine.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { startStaticRegistry } from '../../support/registry/static-registry.ts'

const COMMANDS = [['lock'], ['check'], ['info', 'hello'], ['why', 'hello'], ['search', 'hello'], ['run', 'hello']]

for (const command of COMMANDS)
  test(`octo ${command.join(' ')} names the address at which there is no repo`, async (t) => {
    const { octo, url, configure } = await aScene(t)
    for (const config of [
      { core: url('coer') },
      { core: url().replace('/repos/', '/elsewhere/') },
      // What it would offer is not known, so the other one may not answer alone.
      { core: url(), other: url('other') },
    ]) {
      configure(config)
      const { code, stdout, stderr } = await octo(...command)
      const wrong = Object.values(config).at(-1) as string
      assert.ok(`${stdout}${stderr}`.includes(`there is no repo at \`${wrong}\``), `${stdout}${stderr}`)
      assert.notEqual(code, 0)
    }
  })

test('a host of files may have either document of a repo alone, and does not have every plugin', async (t) => {
  const { octo, url, configure, files } = await aScene(t)
  configure({ core: url() })
  const documents = ['repos/core.json', 'repos/core.yaml'] as const
  for (const left of documents) {
    const kept = files.get(left)
    files.delete(left)
    const { code, stderr } = await octo('info', 'absent')
    assert.deepEqual([code, /offers a plugin `absent`/.test(stderr)], [66, true], stderr)
    assert.equal((await octo('lock')).code, 0)
    if (kept) files.set(left, kept)
  }
  for (const left of documents) files.delete(left)
  assert.equal((await octo('info', 'hello')).code, 0)
})

test('of a repo on this machine no login is named', async (t) => {
  const { octo, configure } = await aScene(t)
  configure({ core: './none/core.yaml' })
  const { stderr } = await octo('lock')
  assert.match(stderr, /there is no repo at `file:\/.*none\/core\.yaml`/)
  assert.match(stderr, /hint: compare the `url` of the repo in the config with the place of its file\n/)
})

async function aScene(t: TestContext) {
  const { url, files } = await startStaticRegistry(t, [await aRelease(key, {})])
  const folder = tempFolder(t)
  const env = { OCTO_HOME: join(folder, 'store'), HOME: folder }
  files.set('repos/core.yaml', Buffer.from('tools: {}\n'))
  assert.ok(files.has('repos/core.json'))
  return {
    url,
    files,
    configure(repos: Readonly<Record<string, string>>) {
      const keys = [publicKeyLine(key.trustKey)]
      const given = Object.fromEntries(Object.entries(repos).map(([name, at]) => [name, { url: at, keys }]))
      const services = { web: { health: [{ tool: 'hello' }] } }
      writeFileSync(join(folder, 'octo.yaml'), JSON.stringify({ operator: { repos: given, services } }))
    },
    octo: (...words: string[]) => octoIn({ cwd: folder, env }, words),
  }
}
