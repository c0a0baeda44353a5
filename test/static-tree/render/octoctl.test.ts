import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { parseRepoDocument } from '../../../schemas/repo-document.ts'
import { parseBaseUrl } from '../../../static-tree/base-url.ts'
import type { Listing } from '../../../static-tree/newest.ts'
import { listingOf } from '../../../static-tree/newest.ts'
import { renderRepo } from '../../../static-tree/render/repo.ts'
import { aName } from '../../support/builders/names.ts'
import { aPlugin } from '../../support/builders/plugin-record.ts'
import { decodeRepo } from '../../support/octoctl/decode.ts'
import { goarch, goos, readRepos } from '../../support/octoctl/read-repos.ts'

const base = parseBaseUrl('https://plugins.example.com/octo/')
const here = `${goos()}_${goarch()}`

function listings(...records: ReturnType<typeof aPlugin>[]): Listing[] {
  return records.map(listingOf).filter((listing) => listing !== undefined)
}

function treeOf(all: readonly Listing[]): Map<string, string> {
  return new Map(renderRepo(aName('core'), all, base).map(({ path, bytes }) => [`/octo/${path}`, bytes]))
}

async function readBack(all: readonly Listing[]) {
  const tree = treeOf(all)
  const asked: string[] = []
  const repos = await readRepos([`${base}/repos/core.yaml`], async (url) => {
    asked.push(url.pathname)
    const text = tree.get(url.pathname)
    return { status: text === undefined ? 404 : 200, body: Buffer.from(text ?? '') }
  })
  return { ...repos, asked }
}

test('octoctl finds operators with absolute addresses, checksums and the source it would panic without', async () => {
  const record = aPlugin('my-op', [{ manifest: { kind: 'operator' }, platforms: [here] }])
  const { operators } = await readBack(listings(record))
  assert.deepEqual(operators['my-op'], {
    binary: {
      [here]: {
        url: `https://plugins.example.com/octo/repos/core/my-op/1.0.0/my-op_1.0.0_${here}`,
        sha256Url: `https://plugins.example.com/octo/repos/core/my-op/1.0.0/my-op_1.0.0_${here}.sha256`,
        binary: `my-op_1.0.0_${here}`,
      },
    },
    source: {},
  })
})

test('octoctl is offered no operator that it could not start', async () => {
  const archive = aPlugin('packed', [{ manifest: { kind: 'operator' }, artifact: { format: 'tar.gz' } }])
  const script = aPlugin('script', [{ manifest: { kind: 'operator' }, platforms: ['any', here] }])
  const builtIn = aPlugin('docker', [{ manifest: { kind: 'operator' } }])
  const tree = treeOf(listings(archive, script, builtIn))
  const { operators } = decodeRepo(tree.get('/octo/repos/core.yaml') ?? '', new URL('https://x.example/core.yaml'))
  assert.deepEqual(Object.keys(operators ?? {}), ['packed', 'script'])
  assert.deepEqual(operators?.packed?.binary, {})
  assert.deepEqual(Object.keys(operators?.script?.binary ?? {}), [here])
})

test('tools and services stand under baremetal for every platform, `any` included', async () => {
  const tool = aPlugin('check-tcp', [{ platforms: ['linux_amd64', 'any'] }])
  const service = aPlugin('nats', [
    { manifest: { kind: 'service' }, artifact: { format: 'tar.gz', executable: 'bin/nats' } },
  ])
  const { tools, services } = await readBack(listings(tool, service))
  assert.deepEqual(Object.keys(tools['check-tcp']?.baremetal?.binary ?? {}), ['linux_amd64', 'any'])
  assert.equal(services.nats?.baremetal?.binary?.linux_amd64?.binary, 'bin/nats')
})

test('readers of the first repo format find the same under the singular keys', () => {
  const text = treeOf(listings(aPlugin('check-tcp', [{ platforms: ['linux_amd64', 'linux_arm64_musl', 'any'] }])))
  const { tool } = parse(text.get('/octo/repos/core.yaml') ?? '')
  const url = 'https://plugins.example.com/octo/repos/core/check-tcp/1.0.0/check-tcp_1.0.0_linux_amd64'
  assert.deepEqual(tool.health['check-tcp'].host, [
    { os: 'linux', arch: 'amd64', url, sha256Url: `${url}.sha256`, binary: 'check-tcp_1.0.0_linux_amd64' },
  ])
})

test('what a publisher writes cannot reach the templates of octoctl', async () => {
  const evil = '{{.env.HOME}}'
  const wish = { manifest: { description: evil, license: evil }, artifact: { executable: evil }, deprecated: evil }
  const all = listings(aPlugin('check-tcp', [wish]))
  assert.ok(!treeOf(all).get('/octo/repos/core.yaml')?.includes('{{'))
  const { tools } = await readBack(all)
  assert.equal(tools['check-tcp']?.baremetal?.binary?.linux_amd64?.binary, undefined)
})

test('names that YAML would read as something else stay names', async () => {
  const names = ['null', 'true', 'on', 'y', '123', '1e3', '0x1f', '2026-01-01', 'no']
  const { tools } = await readBack(listings(...names.map((name) => aPlugin(name))))
  assert.deepEqual(Object.keys(tools).sort(), names.sort())
})

test('only the newest stable version is offered', async () => {
  const record = aPlugin('check-tcp', [
    { version: '1.0.0' },
    { version: '1.1.0' },
    { version: '1.2.0', state: 'yanked' },
    { version: '1.3.0', state: 'quarantined' },
    { version: '2.0.0-rc.1' },
  ])
  const { tools } = await readBack(listings(record, aPlugin('soon', [{ version: '1.0.0-rc.1' }])))
  assert.match(tools['check-tcp']?.baremetal?.binary?.linux_amd64?.url ?? '', /\/1\.1\.0\//)
  assert.equal(tools.soon, undefined)
  const document = parseRepoDocument(treeOf(listings(record)).get('/octo/repos/core.json') ?? '', 'core')
  assert.equal(document.plugins?.[0]?.version, '1.1.0')
})

test('a repo of 256 plugins is one document, one more makes it shards that octoctl follows', async () => {
  const all = Array.from({ length: 257 }, (_each, index) => aPlugin(`plugin-${index}`))
  const small = await readBack(listings(...all.slice(1)))
  assert.deepEqual(small.asked, ['/octo/repos/core.yaml'])
  assert.equal(Object.keys(small.tools).length, 256)
  const large = await readBack(listings(...all))
  assert.ok(large.asked.length > 100)
  assert.equal(Object.keys(large.tools).length, 257)
})

test('the JSON root of a large repo names the same shards as its YAML root', () => {
  const tree = treeOf(listings(...Array.from({ length: 300 }, (_each, index) => aPlugin(`plugin-${index}`))))
  const root = parseRepoDocument(tree.get('/octo/repos/core.json') ?? '', 'core')
  const found = root.shards?.flatMap(
    (shard) => parseRepoDocument(tree.get(`/octo/repos/core/${shard}`) ?? '', shard).plugins ?? [],
  )
  assert.equal(found?.length, 300)
})
