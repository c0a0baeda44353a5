// A service that is a plugin: from a registry through `octo start`, proven before every start of its program.
import assert from 'node:assert/strict'
import { appendFileSync, chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { stringify } from 'yaml'
import type { ProjectStatus } from '../../../operator/services/control/protocol.ts'
import { supervisorOf } from '../../../operator/services/project/control-file.ts'
import { placesOf } from '../../../operator/services/project/places.ts'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { aRelease, issueKey } from '../../support/builders/test-authority.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'
import { runOcto } from '../../support/octo/run-octo.ts'
import { endMarked, markedProcesses } from '../../support/operator/service-scene.ts'
import { startStaticRegistry } from '../../support/registry/static-registry.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }

const SERVICE = `#!/bin/sh
echo "$0 | $COLOUR $*" >>"$NOTES"
exec sleep 600
`

/** A project with one service, which notes each start, and how many there were. */
async function aPluginService(t: TestContext) {
  const key = issueKey()
  const platforms = { linux_amd64: Buffer.from(SERVICE), linux_arm64: Buffer.from(SERVICE) }
  const release = await aRelease(key, { plugin: 'web', manifest: { kind: 'service' }, platforms })
  const registry = await startStaticRegistry(t, [release])
  const folder = tempFolder(t)
  const notes = join(folder, 'notes')
  const service = { plugin: 'web', args: ['--port', '8080'], environment: { COLOUR: 'red', NOTES: notes } }
  const line = publicKeyLine(key.trustKey)
  const writeConfig = (pinned: unknown) =>
    writeFileSync(
      join(folder, 'octo.yaml'),
      stringify({
        operator: { repos: { core: { url: registry.url(), keys: [pinned] } } },
        services: { web: { ...service, restart: 'on-failure:2' } },
      }),
    )
  writeConfig(line)
  const env = { TMPDIR: folder, OCTO_HOME: join(folder, 'store') }
  const places = placesOf(join(folder, 'octo.yaml'), { HOME: folder })
  t.after(async () => {
    const supervisor = supervisorOf(places)
    if (supervisor) process.kill(supervisor.pid, 'SIGKILL')
    await endMarked(places.key)
  })
  const octo = (...words: readonly string[]) => runOcto(words, { cwd: folder, env })
  const started = await octo('start')
  assert.equal(started.code, 0, started.stderr)
  const runs = () => (existsSync(notes) ? readFileSync(notes, 'utf8').split('\n').slice(0, -1) : [])
  await until(() => runs().length === 1)
  return {
    ...{ folder, places, runs },
    revoke: () => writeConfig({ key: line, revoked: true }),
    async kill() {
      // In the moment of its `exec` it shows no mark, and number 0 would be all of this run.
      await until(() => markedProcesses(places.key).length === 1)
      const [one] = markedProcesses(places.key)
      assert.ok(one)
      process.kill(one.pid, 'SIGKILL')
    },
    /** Once nobody supervises any more. */
    async ended() {
      await until(() => supervisorOf(places) === undefined)
      assert.deepEqual(markedProcesses(places.key), [])
      return (JSON.parse((await octo('status', '--json')).stdout) as ProjectStatus).services[0]
    },
  }
}

test(
  'a plugin of the kind service is installed, run, started again, and never once it was changed',
  options,
  async (t) => {
    const { folder, runs, kill, ended } = await aPluginService(t)
    const [program = '', words] = runs()[0]?.split(' | ') ?? []
    assert.equal(words, 'red --port 8080')
    assert.ok(program.startsWith(join(folder, 'store')), program)
    await kill()
    await until(() => runs().length === 2)
    chmodSync(program, 0o755)
    appendFileSync(program, 'echo changed\n')
    await kill()
    const web = await ended()
    assert.equal(web?.state, 'gave-up')
    assert.match(web?.reason ?? '', /in the store is not what was verified/)
    assert.equal(runs().length, 2)
  },
)

test('a plugin whose key the config calls revoked meanwhile is not started again', options, async (t) => {
  const { runs, revoke, kill, ended } = await aPluginService(t)
  revoke()
  await kill()
  const web = await ended()
  assert.equal(web?.state, 'gave-up')
  assert.match(web?.reason ?? '', /calls revoked by now/)
  assert.equal(runs().length, 1)
})
