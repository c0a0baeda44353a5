// The published vault-client, a server that speaks the API of Vault, and services: secrets are where they belong, and nowhere else.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hideInLogs } from '../../../../operator/services/secrets/hide-in-logs.ts'
import { secretsOfAll } from '../../../../operator/services/secrets/secret-folders.ts'
import { filesWith, processesWith } from '../../../support/machine/everywhere.ts'
import { until } from '../../../support/machine/until.ts'
import { aBundledPlugin } from '../../../support/operator/bundled-plugin.ts'
import { aServiceScene, markedProcesses, stateOf } from '../../../support/operator/service-scene.ts'
import { kv2 } from '../../../support/peers/vault-mounts.ts'
import { vaultServer } from '../../../support/peers/vault-server.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }

const TOKEN = 'hvs.canary-token'
const PASSWORD = 'canary-of-the-password'
const KEY = `canary-of-the-${'key\n'.repeat(3)}`
const SAYS = 'cat "$CREDENTIALS_DIRECTORY"/*; cat "$CREDENTIALS_DIRECTORY/password" >&2'

test('secrets of a vault are in the folder and variables of their service, and nowhere else', options, async (t) => {
  const mounts = { 'secret/': kv2({ api: [{ password: PASSWORD, key: KEY }] }) }
  const vault = await vaultServer(t, { mounts, tokens: { [TOKEN]: {} } })
  const scene = await aServiceScene(t, {}, { 'vault-client': await aBundledPlugin(t, 'vault-client') })
  Object.assign(scene.env, { VAULT_TOKEN: TOKEN })
  const octoctl = { secrets: { tool: 'vault-client', args: { address: vault.url, token: '{{.env.VAULT_TOKEN}}' } } }
  const secrets = [
    { args: { path: 'secret/api' }, environment: { PW: 'password' }, values: { 'db.password': 'password' } },
  ]
  const inner = (script: string, more: object = {}) => ({
    octocompose: { command: ['/bin/sh', '-c', script, scene.folder], secrets, config: { file: 'json' }, ...more },
  })
  const loud = { preflight: [{ tool: 'run-service', args: ['check'] }] }
  const health = [{ tool: 'run-service', args: ['health'], failureThreshold: 1 }]
  scene.write(
    {
      api: inner('[ "$1" = health ] && { echo "is $PW"; exit 1; }; echo up >"$0/up"; exec sleep 600', {
        health,
        start_period: '0s',
      }),
      loud: inner(`[ "$1" = check ] && { ${SAYS}; exit 1; }; exec sleep 600`, loud),
    },
    { octoctl, configs: { api: { db: { user: 'shop' } } } },
  )
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    await until(() => scene.text('up') === 'up\n' && stateOf(supervisor, 'api.1').health === 'unhealthy')
    assert.match(stateOf(supervisor, 'api.1').reason ?? '', /health `run-service` is critical: is \*\*\*/)
    assert.match(stateOf(supervisor, 'loud.1').reason ?? '', /preflight `run-service` is critical: .*\*\*\*/)
    // In the moment of its `exec` it shows no mark.
    await until(() => markedProcesses(scene.project.places.key).length > 0)
    const own = new Set(markedProcesses(scene.project.places.key).map(({ pid }) => pid))
    for (const secret of [PASSWORD, 'canary-of-the-key', TOKEN, btoa(PASSWORD).slice(0, -4)]) {
      assert.deepEqual(filesWith(scene.folder, secret), [], `files with ${secret}`)
      assert.deepEqual(processesWith(secret, 'cmdline'), [], `command lines with ${secret}`)
      const others = processesWith(secret, 'environ').filter((pid) => !own.has(pid))
      assert.deepEqual(others, [], `variables with ${secret}`)
      assert.equal(JSON.stringify(supervisor.status()).includes(secret), false)
      assert.equal(scene.logged.join('\n').includes(secret), false)
    }
    assert.deepEqual(secretsOfAll(scene.project.places).get('api'), { password: PASSWORD, key: KEY })
    assert.equal(hideInLogs(scene.project.places)(`pw ${PASSWORD} ${btoa(PASSWORD)}`), 'pw *** ***')
    await supervisor.stop([])
  })
})
