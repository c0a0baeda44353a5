// Names, versions, ranges, platforms and digests: one normal form each, everything else refused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { digestOf, isDigest, parseDigest } from '../../schemas/digest.ts'
import { isName, parseName } from '../../schemas/name.ts'
import {
  isEmulated,
  isPlatform,
  matchOrder,
  parsePlatformInput,
  pickPlatform,
  platformOf,
} from '../../schemas/platform.ts'
import {
  compareVersions,
  isPrerelease,
  parseRange,
  parseVersion,
  parseVersionInput,
  satisfies,
} from '../../schemas/version.ts'
import { expectCode } from '../support/assertions/expect-code.ts'
import { aPlatform } from '../support/builders/names.ts'

const NAUGHTY = [
  '',
  ' ',
  '.',
  '..',
  '../x',
  'a/b',
  'a\\b',
  'a%2fb',
  'A',
  'Foo_Bar',
  '-a',
  'a-',
  'a b',
  'a\n',
  '\u0000',
  'ａ',
  'аpple',
  'con',
  'nul',
  'constructor',
  '__proto__',
  'a'.repeat(65),
  '\u202etxt',
  '💥',
  '<script>',
  "' OR 1=1",
  '$env',
  '{{.env.X}}',
  '~',
  '$(id)',
  'a\u0301',
]

test('accepts names in their one normal form', () => {
  for (const name of ['a', '0', 'check-tcp', 'a--b', 'a'.repeat(64)]) assert.equal(parseName(name, 'plugin'), name)
})

test('refuses every naughty name with a message that cannot write to a terminal', () => {
  for (const name of NAUGHTY) {
    const error = expectCode('NAME_INVALID', () => parseName(name, 'plugin'))
    assert.doesNotMatch(error.message, /[\p{Cc}\p{Cf}]/u)
  }
})

test('no two accepted names fold to the same file name', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 70 }), (text) => !isName(text) || text === text.normalize('NFKC').toLowerCase()),
  )
})

test('accepts exact versions only, as they are', () => {
  for (const version of ['0.0.0', '1.2.3', '1.2.3-rc.1']) assert.equal(parseVersion(version), version)
  for (const version of [
    '1.2',
    'v1.2.3',
    ' 1.2.3',
    '1.2.3\n',
    '01.2.3',
    '1.2.3+a',
    'latest',
    '',
    '1.2.3-',
    `1.2.3-${'a'.repeat(95)}`,
  ])
    expectCode('VERSION_INVALID', () => parseVersion(version))
})

test('drops a leading v that people type', () => {
  assert.equal(parseVersionInput('v1.2.3'), '1.2.3')
  expectCode('VERSION_INVALID', () => parseVersionInput('vv1.2.3'))
})

test('reads ranges of at most 256 characters', () => {
  assert.equal(parseRange('^1.2 || >=3 <4'), '^1.2 || >=3 <4')
  const error = expectCode('RANGE_INVALID', () => parseRange('>=1.0.0 '.repeat(1000)))
  assert.deepEqual(error.details, { length: 8000, maxLength: 256 })
  expectCode('RANGE_INVALID', () => parseRange('not a range'))
})

test('chooses pre-releases only when asked', () => {
  const candidate = parseVersion('2.0.0-rc.1')
  assert.equal(satisfies(candidate, '>=1'), false)
  assert.equal(satisfies(candidate, '>=1', true), true)
  assert.equal(satisfies(candidate, '^2.0.0-rc.0'), true)
  assert.equal(isPrerelease(candidate), true)
  assert.ok(compareVersions(parseVersion('1.10.0'), parseVersion('1.9.0')) > 0)
})

test('knows platform keys and what people call them', () => {
  for (const key of ['linux_amd64', 'linux_arm64_musl', 'darwin_arm64', 'windows_amd64', 'freebsd_amd64', 'any'])
    assert.equal(aPlatform(key), key)
  for (const key of [
    'linux',
    'linux_x86_64',
    'darwin_arm64_musl',
    'plan10_amd64',
    'any_any',
    '',
    'LINUX_AMD64',
    'linux_amd64_',
  ])
    assert.equal(isPlatform(key), false, key)
  const typed = {
    'linux-x86_64': 'linux_amd64',
    'linux/aarch64': 'linux_arm64',
    macos_arm64: 'darwin_arm64',
    'win32-x64': 'windows_amd64',
    Linux_x86_64_musl: 'linux_amd64_musl',
  }
  for (const [text, key] of Object.entries(typed)) assert.equal(parsePlatformInput(text), key)
  assert.equal(platformOf({ platform: 'darwin', arch: 'arm64' }), 'darwin_arm64')
  assert.equal(platformOf({ platform: 'linux', arch: 'x64', musl: true }), 'linux_amd64_musl')
  expectCode('PLATFORM_INVALID', () => parsePlatformInput('linux'))
  assert.equal(isPlatform(42), false)
})

test('names the platforms that exist when none fits', () => {
  const offered = ['linux_amd64', 'darwin_arm64'].map(aPlatform)
  const error = expectCode('NO_MATCHING_PLATFORM', () =>
    pickPlatform(aPlatform('freebsd_amd64'), offered, 'core/tool@1.0.0'),
  )
  assert.match(error.message, /`darwin_arm64`, `linux_amd64`/)
  assert.deepEqual(error.details.platforms, ['darwin_arm64', 'linux_amd64'])
})

test('prefers the exact platform, then the plain one, then any', () => {
  assert.deepEqual(matchOrder(aPlatform('linux_amd64_musl')), ['linux_amd64_musl', 'linux_amd64', 'any'])
  const offered = ['any', 'linux_amd64'].map(aPlatform)
  assert.equal(pickPlatform(aPlatform('linux_amd64_musl'), offered, 'x'), 'linux_amd64')
  assert.equal(pickPlatform(aPlatform('darwin_arm64'), offered, 'x'), 'any')
  for (const [wanted, other] of [
    ['darwin_arm64', 'darwin_amd64'],
    ['windows_arm64', 'windows_amd64'],
  ] as const) {
    const [own, emulated] = [aPlatform(wanted), aPlatform(other)]
    assert.equal(pickPlatform(own, [emulated], 'x'), emulated)
    assert.equal(pickPlatform(own, [emulated, aPlatform('any')], 'x'), 'any')
    assert.ok(isEmulated(own, emulated) && !isEmulated(own, own) && !isEmulated(emulated, own))
    expectCode('NO_MATCHING_PLATFORM', () => pickPlatform(emulated, [own], 'x'))
  }
  expectCode('NO_MATCHING_PLATFORM', () => pickPlatform(aPlatform('linux_arm64'), [aPlatform('linux_amd64')], 'x'))
})

test('writes digests in one way', () => {
  assert.equal(digestOf(''), 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  for (const text of [
    'sha256:',
    `sha512:${'0'.repeat(64)}`,
    `sha256:${'0'.repeat(63)}`,
    `sha256:${'A'.repeat(64)}`,
    `sha256:${'0'.repeat(64)}\n`,
    null,
  ])
    expectCode('DIGEST_INVALID', () => parseDigest(text))
  assert.equal(isDigest(digestOf('a')), true)
})
