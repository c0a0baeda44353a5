// A Vault that the stack starts for itself ends with it, however the stack ends.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { serveSecrets } from '../../demo/stack/secret-server.ts'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { FROM_SOURCES } from '../support/machine/from-sources.ts'
import { isGone, pidIn } from '../support/machine/processes.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

const SERVER = fileURLToPath(new URL('../../demo/stack/secret-server.ts', import.meta.url))
const options = { skip: process.platform === 'linux' ? false : 'the stack runs on Linux' }

/** Takes what is written to it, and ends when it is told to. */
const FAKE = `#!${process.execPath}
const [, port] = /:(\\d+)$/.exec(process.argv.at(-1))
require('node:http').createServer((request, response) => response.end('{}')).listen(Number(port), '127.0.0.1', () =>
  require('node:fs').writeFileSync(__dirname + '/pid', process.pid + '\\n'))
`

function aVault(t: TestContext) {
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'vault.cjs'), FAKE, { mode: 0o755 })
  const { PATH = '' } = process.env
  return { env: { PATH, VAULT_BIN: join(folder, 'vault.cjs') }, pidFile: join(folder, 'pid') }
}

test('a Vault ends when the stack is over', options, async (t) => {
  const { env, pidFile } = aVault(t)
  const server = await serveSecrets({ password: 'x' }, env)
  const pid = await pidIn(pidFile)
  await server[Symbol.asyncDispose]()
  assert.ok(await isGone(pid))
})

test('a Vault ends when the stack is killed', options, async (t) => {
  const { env, pidFile } = aVault(t)
  const program = `
    import { serveSecrets } from ${JSON.stringify(SERVER)}
    await serveSecrets({ password: 'x' }, ${JSON.stringify(env)})
    console.log('served')
    setInterval(() => undefined, 60_000)`
  const stack = spawn(process.execPath, [...FROM_SOURCES, '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => stack.kill('SIGKILL'))
  const [said] = await once(stack.stdout.setEncoding('utf8'), 'data')
  assert.equal(said, 'served\n')
  const pid = await pidIn(pidFile)
  t.after(() => isGone(pid, 0).then((gone) => gone || process.kill(pid, 'SIGKILL')))
  stack.kill('SIGKILL')
  assert.ok(await isGone(pid))
})

test('one that cannot be run is named', options, async (t) => {
  const { env } = aVault(t)
  const error = await expectCodeAsync('OS_FAILED', () =>
    serveSecrets({ password: 'x' }, { ...env, VAULT_BIN: '/nonexistent/vault' }),
  )
  assert.match(error.message, /VAULT_BIN ended with 127/)
})
