// A variable that Linux would refuse is named before anything is started; the longest that Linux takes is passed on.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import type { RunFacts } from '../../../operator/exec/environment.ts'
import { MAX_WORD_BYTES, pluginEnvironment } from '../../../operator/exec/environment.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'

const FACTS: RunFacts = { temporary: '/tmp/x', root: '/plugins/x', contract: 'check/v1' }

/** A value with which `NAME=value` has so many bytes. */
function valueFor(name: string, bytes: number, letter = 'x'): string {
  const room = bytes - Buffer.byteLength(`${name}=`)
  const size = Buffer.byteLength(letter)
  return letter.repeat(Math.floor(room / size)) + 'x'.repeat(room % size)
}

type Place = (name: string, value: string) => Record<string, string>
const fromHost: Place = (name, value) => pluginEnvironment({ [name]: value }, FACTS, 'linux')
const onWindows: Place = (name, value) => pluginEnvironment({ [name]: value }, FACTS, 'win32')

const PLACES: readonly (readonly [name: string, make: Place, letter?: string])[] = [
  ...['HOME', 'HTTPS_PROXY', 'no_proxy', 'SSL_CERT_FILE'].map((name) => [name, fromHost] as const),
  ['HOME', fromHost, 'ü'],
  ['APPDATA', onWindows],
  ['TMPDIR', (_name, temporary) => pluginEnvironment({}, { ...FACTS, temporary })],
  ['OCTO_PLUGIN_ROOT', (_name, root) => pluginEnvironment({}, { ...FACTS, root })],
  ['OCTO_SERVICE', (_name, service) => pluginEnvironment({}, { ...FACTS, service })],
]
for (const [name, make, letter] of PLACES)
  test(`${name} is passed on up to the longest that a program can get${letter ? ` in bytes of ${letter}` : ''}, and refused beyond`, () => {
    const longest = valueFor(name, MAX_WORD_BYTES - 1, letter)
    assert.equal(make(name, longest)[name], longest)
    const refused = expectCode('LIMIT_EXCEEDED', () => make(name, `${longest}x`))
    assert.deepEqual(refused.details, { name, bytes: MAX_WORD_BYTES, limit: MAX_WORD_BYTES })
    assert.match(refused.message, new RegExp(`^environment variable \`${name}\` of 131072 bytes is too long`))
    assert.doesNotMatch(refused.message, /xxx/)
  })

const skip = process.platform !== 'linux' && 'other systems have other bounds'

test('the bound of a variable is the one of Linux itself', { skip }, () => {
  const startWith = (bytes: number) => spawnSync('/bin/true', [], { env: { HOME: valueFor('HOME', bytes) } })
  assert.equal(startWith(MAX_WORD_BYTES - 1).status, 0)
  assert.equal((startWith(MAX_WORD_BYTES).error as NodeJS.ErrnoException).code, 'E2BIG')
})
