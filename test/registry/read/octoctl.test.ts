import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { TreeReader } from '../../../registry/read/reader.ts'
import { createTreeReader } from '../../../registry/read/reader.ts'
import { listening } from '../../support/machine/listening.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { runOctoctl } from '../../support/octoctl/octoctl-emulation.ts'
import { goarch, goos } from '../../support/octoctl/read-repos.ts'
import { TreeRegistry } from '../../support/registry/tree-registry.ts'

const HERE = `${goos()}_${goarch()}`

async function registryWithOperator(t: TestContext) {
  let reader: TreeReader | undefined
  const server = createServer((req, res) => {
    if (!reader?.handle(req, res)) res.writeHead(404).end()
  })
  const port = await listening(t, server)
  const registry = await TreeRegistry.create()
  registry.addRepo()
  const content = () => '#!/bin/sh\necho "$@"\nexit 7\n'
  await registry.publish('my-op', { manifest: { kind: 'operator' }, platforms: [HERE, 'windows_386'], content })
  const tree = await registry.openTree(`http://127.0.0.1:${port}`)
  reader = createTreeReader({
    tree: tree.shown.public,
    visibility: 'public',
    refuse: (_req, res) => res.writeHead(404).end(),
  })
  tree.onChange(reader.forget)
  t.after(async () => {
    await tree.close()
    await registry[Symbol.asyncDispose]()
  })
  return { registry, tree, repo: `http://127.0.0.1:${port}/repos/core.yaml`, reader }
}

test('octoctl downloads an operator with three requests, runs it, and asks for nothing the second time', async (t) => {
  const { repo } = await registryWithOperator(t)
  const cache = tempFolder(t)
  const config = { name: 'compat', repos: [repo], operator: 'my-op' }
  const first = await runOctoctl(config, cache, ['status'])
  const file = repo.replace('core.yaml', `core/my-op/1.0.0/my-op_1.0.0_${HERE}`)
  assert.deepEqual(first.requests, [repo, `${file}.sha256`, file])
  assert.equal(first.exitCode, 7)
  assert.equal(first.stdout, `--config ${join(cache, 'octocompose/compat/config.json')} --log-level info status\n`)
  const second = await runOctoctl(config, cache, ['status'])
  assert.deepEqual([second.requests, second.exitCode], [[], 7])
})

test('octoctl refuses an operator whose checksum is another one', async (t) => {
  const { repo, registry, reader } = await registryWithOperator(t)
  const path = `repos/core/my-op/1.0.0/my-op_1.0.0_${HERE}.sha256`
  chmodSync(join(registry.root, path), 0o644)
  writeFileSync(join(registry.root, path), `${'0'.repeat(64)}  my-op\n`)
  reader.forget(path)
  const config = { name: 'compat', repos: [repo], operator: 'my-op' }
  await assert.rejects(
    runOctoctl(config, tempFolder(t), ['status']),
    /checksum mismatch: expected 0{64}, got [0-9a-f]{64}/,
  )
})
