// A publish that a person breaks off says what is public, truly, and the same command goes on from there.
import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { createServer, request } from 'node:http'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { anElf, aPluginProject } from '../../support/builders/plugin-project.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import { runOcto } from '../../support/octo/run-octo.ts'
import { writeKeyFiles } from '../../support/publisher/publish-project.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

type Stop = (incoming: IncomingMessage, seen: readonly string[]) => boolean

const isPublish = (line: string | undefined) => line?.startsWith('POST ') === true && line.endsWith('/publish')

/** Hands everything on until `stops` says that this request is the one; that one hangs, before or after it was done. */
async function startHangingProxy(t: TestContext, target: string, stops: Stop) {
  const seen: string[] = []
  const reached = Promise.withResolvers<void>()
  const server = createServer((incoming, outgoing) => {
    seen.push(`${incoming.method} ${incoming.url}`)
    if (stops(incoming, seen)) return reached.resolve()
    const { method = 'GET', url = '/', headers } = incoming
    const onward = request(new URL(url, target), { method, headers: { ...headers, host: new URL(target).host } })
    onward.once('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.once('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, reached: reached.promise }
}

const STAGES: readonly {
  readonly stage: string
  readonly stops: Stop
  readonly isPublic: boolean
  readonly says: RegExp
  readonly again: string
}[] = [
  {
    stage: 'uploading',
    stops: ({ method }) => method === 'PATCH',
    isPublic: false,
    says: /`core\/hello@1\.0\.0` is not public/,
    again: 'published',
  },
  {
    stage: 'publishing',
    stops: (_, seen) => isPublish(seen.at(-1)),
    isPublic: false,
    says: /whether `core\/hello@1\.0\.0` is public is not known/,
    again: 'published',
  },
  {
    stage: 'proving',
    stops: ({ method }, seen) => method !== 'POST' && seen.some(isPublish),
    isPublic: true,
    says: /`core\/hello@1\.0\.0` is public; .* not proven/,
    again: 'unchanged',
  },
]

for (const { stage, stops, isPublic, says, again: state } of STAGES)
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    test(`${signal} while ${stage} says what is public, and the same command goes on`, async (t) => {
      const registry = await startTestRegistry(t)
      const { privateKey } = writeKeyFiles(tempFolder(t), registry.key)
      await using project = await aPluginProject({
        manifest: { platforms: { linux_amd64: { file: 'bin/tool' } } },
        files: { 'bin/tool': anElf('amd64', 300_000) },
      })
      const proxy = await startHangingProxy(t, registry.url, stops)
      const words = (url: string) => ['publish', project.dir, '--registry', url, '--key', privateKey, '--json']
      const env = { OCTO_TOKEN: registry.token }
      const broken = await runOcto(words(proxy.url), {
        env,
        onStart: (child) => void proxy.reached.then(() => child.kill(signal)),
      })
      const { error } = JSON.parse(broken.stderr)
      assert.deepEqual([broken.code, error.code, error.details.stage], [130, 'INTERRUPTED', stage])
      assert.match(error.message, says)
      assert.equal((await fetch(`${registry.url}/repos/core/hello.json`)).status === 200, isPublic)
      const again = await typeOcto(words(registry.url), { env })
      assert.equal(JSON.parse(again.stdout).releases[0].state, state, again.stderr)
    })
