// What a program gets of its caller’s variables: values of the form that each has, up to the longest that Linux takes. One that is
// longer is named before anything is started.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import type { RunFacts } from '../../../operator/exec/environment.ts'
import { MAX_WORD_BYTES, pluginEnvironment, serviceEnvironment } from '../../../operator/exec/environment.ts'
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
  ['HOME', (name, value) => serviceEnvironment({ [name]: value }, {})],
  ['OWN', (name, value) => serviceEnvironment({}, { [name]: value })],
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

const [TRACE, SPAN] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7']

/** Of what a caller may set freely: what is passed on, and what is as if it were not set. */
const VALUES: readonly (readonly [name: string, fits: readonly string[], others: readonly string[]])[] = [
  ['LANG', ['C', 'de_DE.UTF-8@euro', 'x'.repeat(64)], ['', '/tmp/evil', '../evil', 'a b', 'C\n', 'ü', 'x'.repeat(65)]],
  [
    'TZ',
    ['UTC', 'Europe/Berlin', 'CET-1CEST,M3.5.0,M10.5.0/3', '<+03>-3', 'x'.repeat(64)],
    ['', '/etc/passwd', ':/etc/passwd', ':UTC', '../passwd', 'Europe/../../passwd', 'a b', 'x'.repeat(65)],
  ],
  [
    'TRACEPARENT',
    [`00-${TRACE}-${SPAN}-01`],
    [
      ...['', '-', '---', 'x', `00-${TRACE}-${SPAN}`, `00-${TRACE}-${SPAN}-01-`, `00-${TRACE}-${SPAN}-01-more`],
      ...[`0-${TRACE}-${SPAN}-01`, `00-${TRACE}0-${SPAN}-01`, `00-${TRACE}-${SPAN}0-01`, `00-${TRACE}-${SPAN}-1`],
      ...[`00-${TRACE.toUpperCase()}-${SPAN}-01`, `0g-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-0 `],
    ],
  ],
]
for (const [name, fits, others] of VALUES)
  test(`${name} is passed on where it is a name, and no path or anything else`, () => {
    const given = (value: string) => [
      pluginEnvironment({ [name]: value }, FACTS)[name],
      serviceEnvironment({ [name]: value }, {})[name],
    ]
    const unset = pluginEnvironment({}, FACTS)[name]
    for (const value of fits) assert.deepEqual(given(value), [value, value])
    for (const value of others) assert.deepEqual(given(value), [unset, unset], JSON.stringify(value))
  })

const skip = process.platform !== 'linux' && 'other systems have other bounds'

test('the bound of a variable is the one of Linux itself', { skip }, () => {
  const startWith = (bytes: number) => spawnSync('/bin/true', [], { env: { HOME: valueFor('HOME', bytes) } })
  assert.equal(startWith(MAX_WORD_BYTES - 1).status, 0)
  assert.equal((startWith(MAX_WORD_BYTES).error as NodeJS.ErrnoException).code, 'E2BIG')
})
