import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { gatherQuestions } from '../../../client/resolve/requests.ts'
import { resolvePlugin } from '../../../client/resolve/resolver.ts'
import type { Choice, Offer } from '../../../client/sources/offer.ts'
import type { PluginRequest, RepoConfig } from '../../../config/model/config.ts'
import { digestOf } from '../../../schemas/digest.ts'
import type { LockedPlugin } from '../../../schemas/lockfile.ts'
import type { Name } from '../../../schemas/name.ts'
import type { DocumentVersion, PluginDocument } from '../../../schemas/plugin-document.ts'
import type { Version } from '../../../schemas/version.ts'
import { compareVersions } from '../../../schemas/version.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'

const operatorVersion = '1.0.0' as Version
const hello = 'hello' as Name

function aVersion(version: string, changes: Partial<DocumentVersion> = {}): DocumentVersion {
  const bundle = { digest: digestOf(version), size: 1 }
  return {
    version: version as Version,
    publishedAt: '2026-01-01T00:00:00Z',
    state: 'active',
    bundle,
    platforms: {},
    ...changes,
  }
}
function aDocument(versions: readonly (string | DocumentVersion)[], serial = 5): PluginDocument {
  const list = versions.map((version) => (typeof version === 'string' ? aVersion(version) : version))
  const texts = { kind: 'tool', description: 'd' } as const
  return { format: 'octo.plugin/v1', repo: 'core' as Name, plugin: hello, serial, ...texts, versions: list }
}
function anOffer(
  versions: readonly (string | DocumentVersion)[],
  changes: Partial<Offer> & { name?: string } = {},
): Offer {
  const name = (changes.name ?? 'core') as Name
  const repo: RepoConfig = { name, url: `https://example.org/${name}.yaml`, trust: { kind: 'keys', keys: [] } }
  return { repo, document: aDocument(versions), seenSerial: 0, ...changes }
}
function aLock(version: string, changes: Partial<LockedPlugin> = {}): LockedPlugin {
  const [core, url] = ['core' as Name, 'https://example.org/core.yaml']
  const bundle = { digest: digestOf(version), size: 1 }
  const identity = { repo: core, url, registryRepo: core, plugin: hello, version: version as Version }
  return { ...identity, ranges: [], serial: 1, signer: 'unsigned', bundle, platforms: {}, ...changes }
}
type Ask = { ranges?: string[]; prerelease?: boolean; locked?: LockedPlugin }
function resolve(offers: readonly Offer[], { ranges = [], prerelease = false, locked }: Ask = {}): Choice {
  const question = { plugin: hello, repo: undefined, ranges, prerelease }
  return resolvePlugin({
    question,
    offers,
    asked: ['core' as Name],
    accept: {},
    operatorVersion,
    ...(locked ? { locked } : {}),
  })
}
const picked = (versions: readonly (string | DocumentVersion)[], ask?: Ask) =>
  resolve([anOffer(versions)], ask).version.version

test('picks the newest stable version, by precedence and not by place', () => {
  assert.equal(picked(['1.2.0', '1.10.0', '1.9.0', '2.0.0-rc.1']), '1.10.0')
})

test('picks pre-releases only when asked', () => {
  const versions = ['1.0.0', '2.0.0-rc.1']
  assert.equal(picked(versions, { prerelease: true }), '2.0.0-rc.1')
  assert.equal(picked(versions, { ranges: ['>=2.0.0-rc.0'] }), '2.0.0-rc.1')
  assert.equal(picked(versions, { ranges: ['>=1'] }), '1.0.0')
  const error = expectCode('VERSION_NOT_FOUND', () => picked(['2.0.0-rc.1']))
  assert.match(String(error.hint), /prerelease/)
})

test('says of a chosen version whether it is stable or a pre-release', () => {
  const reason = (versions: readonly string[], ask?: Ask) => resolve([anOffer(versions)], ask).reason
  assert.equal(reason(['1.0.0']), 'it is the newest stable version')
  assert.equal(reason(['1.0.0'], { prerelease: true }), 'it is the newest version, pre-releases included')
  assert.equal(reason(['1.0.0', '2.0.0-rc.1'], { prerelease: true }), 'it is a pre-release, and the newest version')
  assert.equal(
    reason(['1.0.0', '2.0.0-rc.1'], { ranges: ['>=2.0.0-rc.0'] }),
    'it is a pre-release, and the newest version that satisfies `>=2.0.0-rc.0`',
  )
})

test('satisfies all ranges at once or names them', () => {
  assert.equal(picked(['1.0.0', '1.5.0', '2.0.0'], { ranges: ['^1', '<1.5'] }), '1.0.0')
  const error = expectCode('VERSION_NOT_FOUND', () => picked(['1.0.0', '2.0.0'], { ranges: ['^1', '^2'] }))
  assert.match(error.message, /`\^1` and `\^2`/)
})

test('never picks a yanked version anew, and keeps a locked one with a warning', () => {
  const versions = ['1.0.0', aVersion('1.1.0', { state: 'yanked', reason: 'broken' })]
  assert.equal(picked(versions), '1.0.0')
  const kept = resolve([anOffer(versions)], { locked: aLock('1.1.0') })
  assert.equal(kept.version.version, '1.1.0')
  assert.match(kept.warnings.join(), /was yanked: broken/)
  const { message } = expectCode('VERSION_YANKED', () => picked(versions, { ranges: ['1.1.0'] }))
  assert.match(message, /that fits `1\.1\.0` was yanked, the newest is `1\.1\.0` \(broken\)$/)
})

test('of versions that were yanked and quarantined the newest is named with its reason', () => {
  const versions = [
    aVersion('1.0.0', { state: 'yanked', reason: 'broken' }),
    aVersion('1.1.0', { state: 'quarantined', reason: 'malicious' }),
  ]
  const { message, details, hint } = expectCode('VERSION_YANKED', () => picked(versions))
  assert.match(message, /was yanked or quarantined, the newest is `1\.1\.0` \(malicious\)$/)
  assert.deepEqual([details.version, details.reason], ['1.1.0', 'malicious'])
  assert.match(hint ?? '', /of a quarantined one they do not$/)
  expectCode('VERSION_QUARANTINED', () => resolve([anOffer(versions)], { locked: aLock('1.1.0') }))
  assert.equal(resolve([anOffer(versions)], { locked: aLock('1.0.0') }).version.version, '1.0.0')
})

test('refuses a quarantined version, locked or not', () => {
  const versions = ['1.0.0', aVersion('1.1.0', { state: 'quarantined', reason: 'malicious' })]
  assert.equal(picked(versions), '1.0.0')
  const error = expectCode('VERSION_QUARANTINED', () => picked(versions, { locked: aLock('1.1.0') }))
  assert.match(error.message, /malicious/)
  expectCode('VERSION_QUARANTINED', () => picked(versions, { ranges: ['1.1.0'] }))
})

test('passes over versions that need a newer operator, and says so when none is left', () => {
  const versions = ['1.0.0', aVersion('2.0.0', { minimumOperator: '1.0.1' as Version })]
  assert.equal(picked(versions), '1.0.0')
  expectCode('OPERATOR_TOO_OLD', () => picked(versions, { ranges: ['2'] }))
})

test('keeps what is locked while it satisfies the ranges', () => {
  assert.equal(picked(['1.0.0', '1.1.0'], { locked: aLock('1.0.0') }), '1.0.0')
  assert.equal(picked(['1.0.0', '1.1.0'], { locked: aLock('1.0.0'), ranges: ['>1.0.0'] }), '1.1.0')
  assert.equal(picked(['1.1.0'], { locked: aLock('1.0.0') }), '1.1.0')
})

test('refuses a locked version that has another bundle now', () => {
  const bundle = { digest: digestOf('other'), size: 1 }
  expectCode('DOCUMENT_MISMATCH', () => picked(['1.0.0'], { locked: aLock('1.0.0', { bundle }) }))
})

test('refuses a name that two repos offer, and one that none does', () => {
  const error = expectCode('NAME_AMBIGUOUS', () => resolve([anOffer(['1.0.0']), anOffer(['9.0.0'], { name: 'evil' })]))
  assert.match(error.message, /`core` and `evil`/)
  expectCode('PLUGIN_NOT_FOUND', () => resolve([]))
})

test('refuses a document older than the one last seen', () => {
  expectCode('INDEX_ROLLBACK', () => resolve([anOffer(['1.0.0'], { seenSerial: 6 })]))
  resolve([anOffer(['1.0.0'], { seenSerial: 5 })])
})

test('warns about deprecated versions', () => {
  const choice = resolve([anOffer([aVersion('1.0.0', { deprecated: 'use hi' })])])
  assert.match(choice.warnings.join(), /deprecated: use hi/)
})

test('joins all requests of a name, each with what its pin says', () => {
  const request = (changes: Partial<PluginRequest>) => ({ plugin: hello, ...changes })
  const core = 'core' as Name
  const pins = [
    { plugin: hello, repo: core, range: '<2', prerelease: true },
    { plugin: 'other' as Name, range: '^9' },
  ]
  const questions = gatherQuestions([request({ range: '^1' }), request({ range: '^1' }), request({})], pins)
  assert.deepEqual(questions, [{ plugin: hello, repo: core, ranges: ['<2', '^1'], prerelease: true }])
  assert.deepEqual(gatherQuestions([request({ range: '^3' })], pins)[0]?.ranges, ['^3'])
  expectCode('NAME_AMBIGUOUS', () => gatherQuestions([request({ repo: core }), request({ repo: 'evil' as Name })], []))
  expectCode('RANGE_INVALID', () => gatherQuestions([request({ range: 'x'.repeat(300) })], []))
  expectCode('RANGE_INVALID', () => gatherQuestions([request({ range: 'not a range' })], []))
})

const versionText = fc
  .tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.constantFrom('', '-rc.1', '-rc.2'))
  .map(([major, minor, patch, tail]) => `${major}.${minor}.${patch}${tail}`)

test('gives the same choice in whatever order versions and ranges come', () => {
  const property = fc.property(
    fc.uniqueArray(versionText, { minLength: 1, maxLength: 12 }),
    fc.array(fc.constantFrom('^1', '>=0.5', '<3', '*', '~1.2'), { maxLength: 3 }),
    fc.boolean(),
    fc.func(fc.integer()),
    (versions, ranges, prerelease, order) => {
      const shuffled = versions.toSorted((a, b) => order(a) - order(b))
      const outcome = (list: readonly string[], asked: string[]) => {
        try {
          return picked(list, { ranges: asked, prerelease })
        } catch (error) {
          return (error as { code: string }).code
        }
      }
      assert.equal(outcome(versions, ranges), outcome(shuffled, ranges.toReversed()))
    },
  )
  fc.assert(property, { numRuns: 300 })
})

test('never leaves a newer fitting version behind', () => {
  const property = fc.property(fc.uniqueArray(versionText, { minLength: 1, maxLength: 12 }), (versions) => {
    const best = picked(versions, { prerelease: true })
    assert(versions.every((version) => compareVersions(version as Version, best) <= 0))
  })
  fc.assert(property, { numRuns: 100 })
})
