// The published vault-client and a supervised service against a real Vault or OpenBao, which VAULT_BIN names. It listens on a Unix
// socket alone, so that no port is needed.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { openSecretFolders } from '../../operator/services/secrets/secret-folders.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { until } from '../support/machine/until.ts'
import { aBundledPlugin } from '../support/operator/bundled-plugin.ts'
import { aServiceScene, stateOf } from '../support/operator/service-scene.ts'

const { VAULT_BIN } = process.env
const options = { skip: VAULT_BIN ? false : 'VAULT_BIN names no Vault or OpenBao' }

type Vault = {
  readonly address: string
  readonly root: string
  call(method: string, path: string, body?: object): Promise<Readonly<Record<string, unknown>>>
}

/** Unsealed, with a key-value store of version 2 at `secret/`. */
async function startVault(t: TestContext): Promise<Vault> {
  const folder = tempFolder(t)
  const socketPath = join(folder, 'vault.sock')
  writeFileSync(
    join(folder, 'vault.hcl'),
    `storage "inmem" {}\ndisable_mlock = true\napi_addr = "http://127.0.0.1"\nlistener "unix" { address = "${socketPath}" }\n`,
  )
  const server = spawn(VAULT_BIN as string, ['server', `-config=${join(folder, 'vault.hcl')}`], {
    cwd: folder,
    env: { HOME: folder },
    stdio: 'ignore',
  })
  const ended = new Promise((resolve) => server.once('exit', resolve))
  t.after(async () => {
    server.kill('SIGKILL')
    await ended
  })
  let token = ''
  const call: Vault['call'] = (method, path, body) =>
    new Promise((resolve, reject) => {
      const headers = { 'x-vault-request': 'true', ...(token ? { 'x-vault-token': token } : {}) }
      const asked = request({ socketPath, method, path: `/v1/${path}`, headers }, (response) => {
        let text = ''
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () =>
          (response.statusCode ?? 500) < 300
            ? resolve(text ? JSON.parse(text) : {})
            : reject(new Error(`${path}: ${response.statusCode} ${text}`)),
        )
      })
      asked.on('error', reject)
      asked.end(body && JSON.stringify(body))
    })
  await until(() =>
    call('GET', 'sys/seal-status').then(
      () => true,
      () => false,
    ),
  )
  const { keys, root_token: root } = (await call('PUT', 'sys/init', { secret_shares: 1, secret_threshold: 1 })) as {
    keys: readonly string[]
    root_token: string
  }
  await call('PUT', 'sys/unseal', { key: keys[0] })
  token = root
  await until(() =>
    call('POST', 'sys/mounts/secret', { type: 'kv', options: { version: '2' } }).then(
      () => true,
      () => false,
    ),
  )
  return { address: `unix://${socketPath}`, root, call }
}

test('a service gets what a real server holds, and new secrets when they change', options, async (t) => {
  const vault = await startVault(t)
  const write = (password: string) =>
    until(() =>
      vault.call('POST', 'secret/data/api', { data: { password } }).then(
        () => true,
        () => false,
      ),
    )
  await write('first')
  const scene = await aServiceScene(t, {}, { 'vault-client': await aBundledPlugin(t, 'vault-client') })
  const args = { address: vault.address, token: vault.root, path: 'secret/api' }
  const secrets = [{ tool: 'vault-client', args, refresh: '1s' }]
  scene.write({
    api: { ...scene.script('cat "$CREDENTIALS_DIRECTORY/password" >>"$0/seen"; exec sleep 600'), secrets },
  })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    await until(() => scene.text('seen') === 'first')
    await write('second')
    await until(() => scene.text('seen') === 'firstsecond')
    await vault.call('PUT', 'sys/seal')
    await until(() => stateOf(supervisor, 'api.1').secrets?.state === 'stale')
    assert.match(stateOf(supervisor, 'api.1').secrets?.reason ?? '', /sealed/)
    assert.deepEqual(openSecretFolders(scene.project.places, scene.env).read('api'), { password: 'second' })
    assert.equal(stateOf(supervisor, 'api.1').state, 'running')
    await supervisor.stop([])
  })
})
