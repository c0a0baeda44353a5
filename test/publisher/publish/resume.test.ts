// Connections break, processes die, registries restart: what arrived is not sent again, and the version appears once.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { anElf, aPluginProject } from '../../support/builders/plugin-project.ts'
import { startFaultyProxy } from '../../support/faults/faulty-proxy.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import { runOcto } from '../../support/octo/run-octo.ts'
import { writeKeyFiles } from '../../support/publisher/publish-project.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const SIZE = 6_000_000

async function aScene(t: TestContext) {
  const registry = await startTestRegistry(t)
  const { privateKey } = writeKeyFiles(tempFolder(t), registry.key)
  const project = await aPluginProject({
    manifest: { platforms: { linux_amd64: { file: 'bin/tool' } } },
    files: { 'bin/tool': anElf('amd64', SIZE) },
  })
  t.after(() => project[Symbol.asyncDispose]())
  const wordsOf = (url: string) => ['publish', project.dir, '--registry', url, '--key', privateKey, '--json']
  const env = { OCTO_TOKEN: registry.token }
  const publish = (url: string) => typeOcto(wordsOf(url), { env })
  const killed = (url: string, when: Promise<void>) =>
    runOcto(wordsOf(url), { env, onStart: (child) => void when.then(() => child.kill('SIGKILL')) })
  const requireServed = async () => {
    const answer = await fetch(`${registry.url}/repos/core/hello/1.0.0/hello_1.0.0_linux_amd64`)
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), await readFile(project.path('bin/tool')))
  }
  return { registry, publish, killed, requireServed }
}

test('goes on where a connection broke, several times in one run', async (t) => {
  const { registry, publish, requireServed } = await aScene(t)
  const cuts = [700, 1_000_000, 1_500_000, 900, 1_200_000].map((afterBytes) => ({ afterBytes, kind: 'cut' as const }))
  const proxy = await startFaultyProxy(t, registry.url, cuts)
  const { code, stderr } = await publish(proxy.url)
  assert.equal(code, 0, stderr)
  assert.deepEqual(proxy.faults, [])
  await requireServed()
})

test('a new process takes up the session of one that was killed', async (t) => {
  const { registry, publish, killed, requireServed } = await aScene(t)
  const proxy = await startFaultyProxy(
    t,
    registry.url,
    Array.from({ length: 4 }, () => ({ afterBytes: 4_000_000, kind: 'hang' as const })),
  )
  assert.equal((await killed(proxy.url, proxy.firstFault)).signal, 'SIGKILL')
  const { code, stdout, stderr } = await publish(registry.url)
  assert.equal(code, 0, stderr)
  const [release] = JSON.parse(stdout).releases
  assert.equal(release.state, 'published')
  assert.ok(
    release.uploadedBytes > 0 && release.uploadedBytes < SIZE,
    `sent ${release.uploadedBytes} of ${SIZE} bytes again`,
  )
  await requireServed()
})
