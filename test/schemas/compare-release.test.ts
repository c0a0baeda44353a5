// Which platforms differ between two descriptions of a version: one row for each way to differ.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { differingPlatforms, showDifference } from '../../schemas/compare-release.ts'
import { digestOf } from '../../schemas/digest.ts'

type Artifact = { readonly file: string; readonly digest: ReturnType<typeof digestOf>; readonly size: number }

const anArtifact = (change: Partial<Artifact & { format: string }> = {}) => ({
  ...{ file: 'hello', digest: digestOf('one'), size: 3, format: 'raw' },
  ...change,
})
const ONE = anArtifact()
const OTHER = anArtifact({ digest: digestOf('two') })

type Platforms = Readonly<Record<string, typeof ONE>>

const ROWS: Readonly<Record<string, readonly [published: Platforms, found: Platforms, differing: readonly string[]]>> =
  {
    'the same': [{ any: ONE }, { any: anArtifact() }, []],
    'nothing at all': [{}, {}, []],
    'the same in another order': [{ any: ONE, linux_amd64: OTHER }, { linux_amd64: OTHER, any: ONE }, []],
    'other bytes': [{ any: ONE }, { any: OTHER }, ['any']],
    'another size': [{ any: ONE }, { any: anArtifact({ size: 4 }) }, ['any']],
    'another file name': [{ any: ONE }, { any: anArtifact({ file: 'hallo' }) }, ['any']],
    'what is said besides about the same file': [{ any: ONE }, { any: anArtifact({ format: 'tar.gz' }) }, []],
    'a platform more': [{ any: ONE }, { any: ONE, linux_amd64: ONE }, ['linux_amd64']],
    'a platform less': [{ any: ONE, linux_amd64: ONE }, { any: ONE }, ['linux_amd64']],
    'another platform': [{ linux_arm64: ONE }, { linux_amd64: ONE }, ['linux_amd64', 'linux_arm64']],
    'several, in no order': [
      { windows_amd64: ONE, darwin_arm64: ONE, linux_amd64: ONE },
      { linux_amd64: OTHER, any: ONE, windows_amd64: OTHER, darwin_arm64: ONE },
      ['any', 'linux_amd64', 'windows_amd64'],
    ],
    'a platform that is called like something every object has': [{}, { constructor: ONE } as never, ['constructor']],
  }

for (const [what, [published, found, differing]] of Object.entries(ROWS))
  test(`two descriptions with ${what} differ in ${differing.length} platforms`, () => {
    const platformsOf = (left: Platforms, right: Platforms) =>
      differingPlatforms(left, right).map(({ platform }) => platform)
    assert.deepEqual(platformsOf(published, found), differing)
    assert.deepEqual(platformsOf(found, published), differing)
  })

test('who compares all that is said about an artifact finds more', () => {
  const [published, found] = [{ any: ONE }, { any: anArtifact({ format: 'tar.gz' }) }]
  const isSame = (left: typeof ONE, right: typeof ONE) => left.format === right.format
  assert.deepEqual(differingPlatforms(published, found, isSame), [
    { platform: 'any', published: published.any, found: found.any },
  ])
})

test('a difference is shown as what was published and what was found', () => {
  const differences = differingPlatforms({ any: ONE, linux_arm64: ONE }, { any: OTHER, linux_amd64: OTHER })
  assert.deepEqual(differences.map(showDifference), [
    `any: expected ${ONE.digest}, found ${OTHER.digest}`,
    `linux_amd64: expected nothing, found ${OTHER.digest}`,
    `linux_arm64: expected ${ONE.digest}, found nothing`,
  ])
})

test('a difference of names or sizes alone shows them, as the bytes are the same', () => {
  const differences = differingPlatforms({ any: ONE }, { any: anArtifact({ file: 'hello.exe', size: 4 }) })
  assert.deepEqual(differences.map(showDifference), ['any: expected hello of 3 bytes, found hello.exe of 4 bytes'])
})
