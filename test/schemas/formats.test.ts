// docs/FORMATS.md tells the truth: every example parses, each document kind has one, and one flipped key is refused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCheckResult } from '../../schemas/check-result.ts'
import { notifyInputShape, parseNotifyResult } from '../../schemas/contract/notification.ts'
import { parseSecretResult, secretInputShape } from '../../schemas/contract/secrets.ts'
import { parseDiscovery } from '../../schemas/discovery.ts'
import { parseKeyDocument } from '../../schemas/key-document.ts'
import { parseLockfile, renderLockfile } from '../../schemas/lockfile.ts'
import { parseManifest } from '../../schemas/manifest.ts'
import { parsePluginDocument } from '../../schemas/plugin-document.ts'
import { parsePluginPage } from '../../schemas/plugin-pages.ts'
import { parseReleaseStatement, renderReleaseStatement } from '../../schemas/release-statement.ts'
import { parseRepoDocument } from '../../schemas/repo-document.ts'
import { parseShape } from '../../schemas/shape.ts'
import { expectCode } from '../support/assertions/expect-code.ts'
import { blocksOf, blocksOfKind } from '../support/octo/document-blocks.ts'

const PAGE = 'docs/FORMATS.md'

const PARSERS: Readonly<Record<string, (text: string, name: string) => unknown>> = {
  'plugin.yaml': parseManifest,
  'release-statement': parseReleaseStatement,
  'plugin-document': parsePluginDocument,
  'plugin-page': parsePluginPage,
  'repo-document': parseRepoDocument,
  discovery: parseDiscovery,
  'key-document': parseKeyDocument,
  lockfile: parseLockfile,
  'check-result': parseCheckResult,
  'notify-input': (text, name) => parseShape(notifyInputShape, JSON.parse(text), { name }),
  'notify-result': parseNotifyResult,
  'secret-input': (text, name) => parseShape(secretInputShape, JSON.parse(text), { name }),
  'secret-result': parseSecretResult,
}

/** Examples that are no documents by themselves, checked in test/docs/formats.test.ts and test/operator/residents/. */
const OTHERS = [
  'argument-words',
  'feed-entry',
  'secret-arguments',
  'check-endings',
  'outcome-endings',
  'exit-code-endings',
  'nagios-endings',
  'resident-answer',
  'resident-question',
  'static-tree',
  'repo-yaml',
]

const blocks = blocksOf(PAGE)
const examples = blocks.filter(({ kind }) => PARSERS[kind])

test('has an example of every document kind, and none that nobody checks', () => {
  assert.deepEqual(new Set(blocks.map(({ kind }) => kind)), new Set([...Object.keys(PARSERS), ...OTHERS]))
})

for (const [index, { kind, text }] of examples.entries()) {
  test(`parses example ${index + 1}, a ${kind}`, () => {
    assert.ok(PARSERS[kind]?.(text, `example ${index + 1}`))
  })
}

test('refuses a manifest with an unknown key, naming file, line and key', () => {
  const text = exampleOf('plugin.yaml').replace('license:', 'licence:')
  const error = expectCode('MANIFEST_INVALID', () => parseManifest(text, 'plugin.yaml'))
  assert.match(error.message, /`plugin.yaml` line 6, at its root: unknown key `licence`/)
})

test('names the line of a wrong value', () => {
  const text = exampleOf('plugin.yaml').replace('kind: tool', 'kind: gadget')
  const error = expectCode('MANIFEST_INVALID', () => parseManifest(text, 'plugin.yaml'))
  assert.match(error.message, /line 3, `kind`/)
})

test('refuses documents of another format', () => {
  for (const [kind, parse] of Object.entries(PARSERS).filter(([kind]) => kind.endsWith('document')))
    expectCode('FORMAT_INVALID', () => parse(exampleOf(kind).replace('/v1', '/v9'), kind))
})

test('drops keys that a newer registry added to a plugin document', () => {
  const text = exampleOf('plugin-document').replace('"serial"', '"later": true, "serial"')
  assert.equal('later' in parsePluginDocument(text, 'x'), false)
})

test('refuses unknown keys in what is signed', () => {
  const text = exampleOf('release-statement').replace('"repo"', '"later": true, "repo"')
  expectCode('FORMAT_INVALID', () => parseReleaseStatement(text, 'x'))
})

test('a statement is rendered from its predicate and a lockfile in one way', () => {
  const statement = parseReleaseStatement(exampleOf('release-statement'), 'x')
  assert.deepEqual(renderReleaseStatement(statement.predicate), statement)
  const lock = parseLockfile(exampleOf('lockfile'), 'x')
  assert.deepEqual(parseLockfile(renderLockfile(lock), 'x'), lock)
  assert.equal(renderLockfile(lock), renderLockfile(parseLockfile(renderLockfile(lock), 'x')))
})

function exampleOf(kind: string): string {
  return blocksOfKind(PAGE, kind)[0] as string
}
