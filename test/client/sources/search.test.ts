// A repo too large for one document is asked by its search, and read shard by shard where it has none that answers.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openContext } from '../../../client/context.ts'
import { searchRepos } from '../../../client/sources/search.ts'
import { aConfig } from '../../support/builders/a-config.ts'
import { aMachine, key, LINUX } from '../../support/client/client-machine.ts'

const entry = (plugin: string) => ({ plugin, kind: 'tool', description: `does ${plugin}`, platforms: [] })
const shard = (...plugins: string[]) =>
  JSON.stringify({ format: 'octo.repo/v1', repo: 'core', plugins: plugins.map(entry) })
const discovery = (more: object) => JSON.stringify({ format: 'octo.discovery/v1', repos: [], ...more })

const hosts: Readonly<Record<string, string | undefined>> = {
  'no discovery document': undefined,
  'a discovery document without an API': discovery({}),
  'an API whose search is not there': discovery({ api: { version: 'v1', base: '/api/v1' } }),
}
for (const [what, text] of Object.entries(hosts))
  test(`a large repo on a host with ${what} is read shard by shard`, async (t) => {
    const { registry, folder } = await aMachine(t, [])
    const files = {
      'repos/core.json': JSON.stringify({ format: 'octo.repo/v1', repo: 'core', shards: ['_/00.json', '_/ff.json'] }),
      'repos/core/_/00.json': shard('check-tcp', 'notify'),
      'repos/core/_/ff.json': shard('check-udp'),
      ...(text === undefined ? {} : { '.well-known/octo.json': text }),
    }
    for (const [path, content] of Object.entries(files)) registry.files.set(path, Buffer.from(content))
    const config = aConfig([{ name: 'core', url: `${registry.base}/repos/core.yaml`, trust: key }])
    const context = openContext({
      ...{ config, lockPath: join(folder, 'octo.lock'), storeRoot: join(folder, 'another'), platform: LINUX },
    })
    using _network = context.network
    const { found } = await searchRepos('check', context)
    assert.deepEqual(found.map(({ plugin }) => plugin).sort(), ['check-tcp', 'check-udp'])
  })
