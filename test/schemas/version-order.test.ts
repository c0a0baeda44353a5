// The order of versions: that of semver, whichever way it is asked for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compare } from 'semver'
import type { Version } from '../../schemas/version.ts'
import { compareVersions, isAtLeast, newestFirst, parseVersion } from '../../schemas/version.ts'

/** Oldest first. The pre-releases of 1.0.0 are the example of the specification. */
const ORDER = [
  ...['0.0.0', '0.0.1-0', '0.0.1', '0.1.0', '0.9.0', '0.10.0'],
  ...['1.0.0-1', '1.0.0-2', '1.0.0-10', '1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta', '1.0.0-beta'],
  ...['1.0.0-beta.2', '1.0.0-beta.11', '1.0.0-rc.1', '1.0.0-rc.1-x', '1.0.0', '1.0.1--', '1.0.1', '1.9.0', '1.10.0'],
  ...['2.0.0-9.9', '2.0.0', '10.0.0', '9007199254740990.0.0', '9007199254740991.0.0-a', '9007199254740991.0.0'],
].map(parseVersion)

test(`each of ${ORDER.length ** 2} pairs is ordered as semver orders it`, () => {
  for (const [at, left] of ORDER.entries())
    for (const [place, right] of ORDER.entries()) {
      const pair = `${left} and ${right}`
      assert.equal(Math.sign(compareVersions(left, right)), Math.sign(at - place), pair)
      assert.equal(Math.sign(compareVersions(left, right)), compare(left, right), pair)
      assert.equal(isAtLeast(left, right), at >= place, pair)
    }
})

test('the newest come first from any order, each with what belongs to it, and the given list stays as it was', () => {
  for (let step = 1; step < ORDER.length; step++) {
    const mixed = [...ORDER, ...ORDER].map((_none, index) => ORDER[(index * step) % ORDER.length] as Version)
    const given = mixed.map((version, number) => ({ version, number }))
    const before = [...given]
    const sorted = newestFirst(given)
    assert.deepEqual(given, before)
    assert.deepEqual(
      sorted,
      given.toSorted((left, right) => compare(right.version, left.version)),
    )
    for (const { version, number } of sorted) assert.equal(version, mixed[number])
  }
  assert.deepEqual(newestFirst([]), [])
})
