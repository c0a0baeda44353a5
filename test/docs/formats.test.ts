// docs/FORMATS.md tells the truth about what is no document: configs, arguments, results, environment, paths, repo YAML.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CheckArguments } from '../../config/model/config.ts'
import type { Spelling } from '../../operator/exec/argument-vector.ts'
import { argumentVector } from '../../operator/exec/argument-vector.ts'
import { deliverArguments } from '../../operator/exec/deliver-arguments.ts'
import { pluginEnvironment } from '../../operator/exec/environment.ts'
import { interpret } from '../../operator/result/interpret.ts'
import { readOutcome } from '../../operator/result/read-outcome.ts'
import { represent } from '../../registry/read/representation.ts'
import { parseTreePath } from '../../registry/read/tree-path.ts'
import { renderAtom } from '../../registry/server/pages/atom.ts'
import { parseNotifyResult } from '../../schemas/contract/notification.ts'
import { OUTCOME_EXIT_CODES } from '../../schemas/contract/outcome.ts'
import type { Digest } from '../../schemas/digest.ts'
import type { Name } from '../../schemas/name.ts'
import type { Version } from '../../schemas/version.ts'
import { parseBaseUrl } from '../../static-tree/base-url.ts'
import { listingOf } from '../../static-tree/newest.ts'
import * as paths from '../../static-tree/paths.ts'
import { renderRepo } from '../../static-tree/render/repo.ts'
import { anEnding } from '../support/builders/endings.ts'
import { aPlugin } from '../support/builders/plugin-record.ts'
import { blocksOfKind, readDocument, rowsOf, tableRows } from '../support/octo/document-blocks.ts'
import { decodeRepo } from '../support/octoctl/decode.ts'

const PAGE = 'docs/FORMATS.md'

test('arguments become the words that the page shows', () => {
  for (const { args, booleans = 'omit', argumentStyle, words } of rowsOf(PAGE, 'argument-words')) {
    const kind = Array.isArray(args) ? 'list' : 'map'
    assert.deepEqual(
      argumentVector({ kind, value: args } as CheckArguments, { booleans, argumentStyle } as Spelling),
      words,
    )
  }
})

test('secret arguments become a document, as the page shows', () => {
  for (const { args, arguments: schema, input = 'none', words, document } of rowsOf(PAGE, 'secret-arguments')) {
    const manifest = { arguments: schema, input, booleans: 'omit' } as Parameters<
      typeof deliverArguments
    >[1]['manifest']
    const given = { kind: 'map', value: args } as CheckArguments
    assert.deepEqual(deliverArguments(given, { plugin: 'x', manifest }), { words, document })
  }
})

for (const { stdout, exit, status } of rowsOf(PAGE, 'outcome-endings'))
  test(`of a notifier, ${JSON.stringify(stdout)} and ${exit} is ${status}`, () => {
    const ending = anEnding({ stdout: `${stdout}\n`, exitCode: Number(exit) })
    assert.equal(readOutcome(ending, (line) => parseNotifyResult(line, 'result')).status, status)
  })

test('an entry of a feed is the one of the page', () => {
  const news = {
    ...{ repo: 'core' as Name, plugin: 'check-disk' as Name, version: '1.2.0' as Version, state: 'yanked' as const },
    ...{ publishedAt: Date.parse('2026-01-02T03:04:05Z'), changedAt: Date.parse('2026-02-03T04:05:06Z') },
    signer: 'sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae' as Digest,
    ...{ kind: 'tool', category: 'health', description: 'Checks that a file system has free space' },
    ...{ yanked: 'counts reserved blocks as free', quarantined: null, deprecated: null },
  }
  const feed = renderAtom({ of: {}, baseUrl: 'https://plugins.example.com', secret: 'an example', news: [news] })
  const [entry = ''] = blocksOfKind(PAGE, 'feed-entry')
  assert.ok(feed.includes(entry.trim()), feed)
})

test('the exit codes of notifiers and secret plugins are those of the page', () => {
  const rows = tableRows(PAGE, '## Notifications').map(([status = '', code]) => [
    status.replaceAll('`', ''),
    Number(code),
  ])
  assert.deepEqual(Object.fromEntries(rows), OUTCOME_EXIT_CODES)
})

for (const [kind, contract] of [
  ['check-endings', 'check/v1'],
  ['exit-code-endings', 'exit-code'],
  ['nagios-endings', 'nagios'],
] as const)
  for (const { stdout, exit, status, summary } of rowsOf(PAGE, kind))
    test(`under ${contract}, ${JSON.stringify(stdout)} and ${exit} is ${status}`, () => {
      const report = interpret(anEnding({ stdout: `${stdout}\n`, exitCode: Number(exit) }), contract)
      assert.equal(report.status, status)
      if (summary !== undefined) assert.equal(report.summary, summary)
    })

test('the page names the whole environment of a plugin', () => {
  const rows = tableRows(PAGE, '## Environment and exit codes of plugins')
  const words = rows.flatMap(([first = '']) => [...first.matchAll(/`([A-Z_]{2,})`/g)].map(([, name]) => name))
  const named = new Set(words.flatMap((name = '') => (name.endsWith('PROXY') ? [name, name.toLowerCase()] : [name])))
  const host = new Proxy({} as Record<string, string>, { get: (_, name) => (name === 'TRACEPARENT' ? TRACE : 'x') })
  const facts = {
    temporary: '/t',
    root: '/r',
    contract: 'check/v1',
    service: 's',
    phase: 'health',
    input: 'json',
    resident: 'lines/v1',
    deadlineMs: 1,
  } as const
  const env = pluginEnvironment(host, facts, 'linux')
  assert.deepEqual(new Set(Object.keys(env)), named)
  assert.ok(rows.some(([, value]) => value === `\`${env.PATH}\``))
})

const TRACE = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`

test('the static tree has the paths that the page lists, and the registry serves them with these lives', () => {
  const [repo, plugin, version] = ['core' as Name, 'check-disk' as Name, '1.2.0' as Version]
  const digest = /sha256:[0-9a-f]{64}/.exec(readDocument(PAGE))?.[0] as Digest
  const file = 'check-disk_1.2.0_linux_amd64'
  const expected = [
    paths.DISCOVERY_PATH,
    paths.CONFIG_SCHEMA_PATH,
    paths.MANIFEST_SCHEMA_PATH,
    ...(['json', 'yaml'] as const).map((format) => paths.repoDocumentPath(repo, format)),
    ...(['json', 'yaml'] as const).map((format) => paths.shardPath(repo, paths.shardOf(plugin), format)),
    ...(['json', 'yaml'] as const).map((format) => paths.pluginDocumentPath(repo, plugin, format)),
    ...[file, `${file}.sha256`, paths.BUNDLE_FILE].map((name) => paths.artifactPath(repo, plugin, version, name)),
    paths.blobPath(digest),
  ]
  const [tree = ''] = blocksOfKind(PAGE, 'static-tree')
  assert.deepEqual(tree.trim().split('\n'), expected)
  const lives = new Set(expected.map((path) => cacheControl(path, digest)))
  const shown = tableRows(PAGE, '## The static tree').map(([, life = '']) => life.replaceAll('`', ''))
  assert.deepEqual(new Set(shown), lives)
})

test('the repo YAML is what a registry renders, and octoctl reads it', () => {
  const manifest = { kind: 'operator' as const, description: 'Runs services in Podman', category: undefined as never }
  const plugins = [
    aPlugin('check-tcp', [{ platforms: ['linux_amd64'] }]),
    aPlugin('podman-run', [{ platforms: ['linux_amd64'], manifest }]),
  ]
  const listings = plugins.map(listingOf).filter((listing) => listing !== undefined)
  const [, yaml] = renderRepo('core' as Name, listings, parseBaseUrl('https://plugins.example.com'))
  const [shown = ''] = blocksOfKind(PAGE, 'repo-yaml')
  assert.equal(shown, yaml?.bytes)
  const { operators, tools } = decodeRepo(shown, new URL('https://plugins.example.com/repos/core.yaml'))
  assert.deepEqual([Object.keys(operators ?? {}), Object.keys(tools ?? {})], [['podman-run'], ['check-tcp']])
})

function cacheControl(path: string, digest: Digest): string {
  const at = parseTreePath(`/${path}`)
  assert.ok(at, path)
  const { whole } = represent({ at, visibility: 'public', encoding: 'identity', digest, size: 1 })
  return whole[whole.indexOf('Cache-Control') + 1] ?? ''
}
