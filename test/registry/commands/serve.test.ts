// `octo registry serve` as a service starts it: under which address, with which modes, on which port.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createPublicKey } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { issueKey } from '../../support/builders/test-authority.ts'
import { freePort, listening } from '../../support/machine/listening.ts'
import { isGone } from '../../support/machine/processes.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import type { OctoRun } from '../../support/octo/run-octo.ts'
import { runOcto } from '../../support/octo/run-octo.ts'

const OCTO = join(import.meta.dirname, '../../../bin/octo.js')

async function aDataDir(t: TestContext, umask?: number): Promise<string> {
  const folder = tempFolder(t)
  const keyFile = join(folder, 'publisher.pub')
  writeFileSync(keyFile, createPublicKey(issueKey().privateKey).export({ type: 'spki', format: 'pem' }))
  const data = join(folder, 'data')
  const words = ['registry', 'repo', 'create', 'core', '--key', keyFile, '--data', data]
  const before = process.umask(umask ?? process.umask())
  const { code, stderr } = await typeOcto(words).finally(() => process.umask(before))
  assert.equal(code, 0, stderr)
  return data
}

type Served = {
  readonly ask: (path: string) => Promise<Response>
  readonly run: Promise<OctoRun>
  stop(): Promise<OctoRun>
}

/** Serves on a port of its own until it is stopped; `lines` is what it printed first. */
async function serveUntilStopped(data: string, more: readonly string[], umask?: number): Promise<Served> {
  let pid: number | undefined
  let kill: (() => void) | undefined
  const port = await freePort()
  const words = ['registry', 'serve', '--data', data, '--port', String(port), '--log-level', 'silent', ...more]
  const run = runOcto(words, {
    ...(umask === undefined ? {} : { umask }),
    onStart: (child) => {
      pid = child.pid
      kill = () => void child.kill('SIGTERM')
    },
  })
  const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`)
  await until(async () => (await ask('/readyz').catch(() => undefined))?.status === 200)
  assert.ok(pid)
  return {
    ask,
    run,
    stop: () => {
      kill?.()
      return run
    },
  }
}

test('the address is remembered: a later start without --url serves the same documents', async (t) => {
  const data = await aDataDir(t)
  const discovery = async (more: readonly string[], look?: (served: Served) => Promise<void>) => {
    const served = await serveUntilStopped(data, more)
    const text = await (await served.ask('/repos/core.yaml')).text()
    const page = await (await served.ask('/')).text()
    await look?.(served)
    assert.equal((await served.stop()).code, 0)
    return { text, page }
  }
  // Below a path of a shared host it answers with and without the path.
  const first = await discovery(['--url', 'https://example.com/octo/'], async ({ ask }) => {
    for (const path of ['/', '/repos/core.json', '/.well-known/octo.json', '/api/v1/openapi.json'])
      for (const asked of [path, `/octo${path}`]) assert.equal((await ask(asked)).status, 200, asked)
    assert.equal((await ask('/octopus/')).status, 404)
  })
  assert.match(first.page, /href="\/octo\/repos\/core\.yaml"/)
  // With --existing one that is there is served as it is without.
  assert.deepEqual(await discovery(['--existing']), first)
})

test('listening on every network without an address that people can type starts nothing', async (t) => {
  const data = await aDataDir(t)
  const { code, stderr } = await typeOcto(['registry', 'serve', '--data', data, '--host', '0.0.0.0', '--port', '0'])
  assert.equal(code, 64)
  assert.match(stderr, /listens on every network/)
})

test('a port that another program has is said to be taken', async (t) => {
  const data = await aDataDir(t)
  const port = await listening(t, createServer())
  const { code, stderr } = await typeOcto(['registry', 'serve', '--data', data, '--port', String(port)])
  assert.equal(code, 69)
  assert.match(stderr, /error\[PORT_TAKEN\]/)
})

test('whatever umask a service has, the tree can be read by everyone and nothing else can', async (t) => {
  for (const umask of [0o077, 0o000]) {
    const data = await aDataDir(t, umask)
    const served = await serveUntilStopped(data, [], umask)
    await served.stop()
    for (const entry of readdirSync(join(data, 'tree'), { recursive: true, withFileTypes: true })) {
      const { mode } = statSync(join(entry.parentPath, entry.name))
      assert.equal(mode & 0o777, entry.isDirectory() ? 0o755 : 0o644, `${entry.name} under ${umask.toString(8)}`)
    }
    assert.equal(statSync(join(data, 'tree')).mode & 0o777, 0o755)
    for (const secret of ['octo.db', 'blobs/sha256', 'uploads', 'staging', 'trash'])
      assert.equal(statSync(join(data, secret)).mode & 0o077, 0, `${secret} under ${umask.toString(8)}`)
  }
})

test('one that was started for somebody stops in order when that is gone, without a signal, and at once where nobody could be', async (t) => {
  const data = await aDataDir(t)
  for (const input of ['pipe', 'ignore'] as const) {
    const child = spawn(
      process.execPath,
      [OCTO, 'registry', 'serve', '--data', data, '--port', '0', '--log-level', 'silent', '--until-input-ends'],
      { stdio: [input, 'pipe', 'inherit'] },
    )
    t.after(() => child.kill('SIGKILL'))
    const ended = once(child, 'exit')
    assert.ok(child.stdout)
    const [first] = await once(child.stdout.setEncoding('utf8'), 'data')
    assert.match(first, /^listening on /)
    // A killed process lets its pipes go.
    child.stdin?.destroy()
    assert.ok(await isGone(child.pid ?? 0), 'it goes on')
    assert.deepEqual(await ended, [0, null], input)
  }
})

test('with --existing no registry is made where there is none', async (t) => {
  const empty = tempFolder(t)
  for (const data of [empty, join(empty, 'missing')]) {
    const refused = await typeOcto(['registry', 'serve', '--existing', '--data', data, '--port', '0'])
    assert.deepEqual([refused.code, refused.stdout], [66, ''], refused.stderr)
    assert.match(refused.stderr, /^error\[FILE_NOT_FOUND\]: there is no registry in/)
    assert.deepEqual(readdirSync(empty), [])
  }
})
