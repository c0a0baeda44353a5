// The short way to ask whether a version fits `>=22` says what semver says, or leaves the question to semver.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { satisfies } from 'semver'
import { fitsPlainRange } from '../../../operator/exec/plain-range.ts'

const VERSIONS = ['0.0.0', '21.9.9', '22.0.0', '22.1.0', '22.1.3', '22.10.2', '23.0.0', '100.0.0']
const RANGES = ['>=22', '>= 22', ' >=22 ', '>=22.1', '>=22.1.3', '>=22.10', '>=0', '>=100']
const FOR_SEMVER = ['^22', '22', '>22', '>=22 <23', '>=22 || 18', '>=22.x', '>=22.1.3.4', '>=22-rc.1', '>=v22', '*', '']

test('a plain range has the answer of semver', () => {
  for (const version of VERSIONS)
    for (const range of RANGES)
      assert.equal(fitsPlainRange(version, range), satisfies(version, range), `${version} ${range}`)
})

test('other ranges, and versions that are none or come before a release, are left to semver', () => {
  for (const range of FOR_SEMVER) assert.equal(fitsPlainRange('22.1.3', range), undefined, range)
  for (const version of ['23.0.0-rc.1', '22.0.0-nightly', 'v23.0.0', '23.0', '23', '23.0.0.0', 'x', ''])
    assert.equal(fitsPlainRange(version, '>=22'), undefined, version)
})
