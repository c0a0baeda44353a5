// A package that has become too large fails the build.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { installedBytes, requireSmall } from '../../../tools/package/sizes.ts'

const MB = 1_000_000

test('what is within its limits passes, and a byte more is said with both figures', () => {
  const [small, large] = [
    { packed: 50 * MB, installed: 137 * MB, isStripped: true },
    { packed: 60 * MB, installed: 172 * MB, isStripped: false },
  ]
  for (const sizes of [small, large]) {
    requireSmall('octo.tar.gz', sizes)
    for (const what of ['packed', 'installed'] as const)
      assert.throws(() => requireSmall('octo.tar.gz', { ...sizes, [what]: sizes[what] + 1 }), {
        message: `\`octo.tar.gz\` is too large: ${what} it takes ${sizes[what] + 1} bytes, expected at most ${sizes[what]}`,
      })
  }
  assert.throws(() => requireSmall('octo.tar.gz', { ...large, isStripped: true }), /packed .*; installed /)
})

test('what is installed is the sum of all files', () => {
  assert.equal(
    installedBytes([
      { path: 'a', text: 'é' },
      { path: 'b', text: 'four' },
    ]),
    6,
  )
  assert.equal(installedBytes([]), 0)
})
