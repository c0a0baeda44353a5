import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coded } from '../../schemas/errors.ts'
import { errorToJson, exitCodeOf } from '../../terminal/index.ts'
import { renderError } from '../../terminal/render-error.ts'
import { reportError } from '../../terminal/report-error.ts'
import { collectedStreams } from '../support/machine/collected-streams.ts'

const mismatch = coded('DIGEST_MISMATCH', {
  message: 'digest of `core/check-tcp 1.0.0` differs',
  details: { url: 'http://r/x', found: 'sha256:bb', expected: 'sha256:aa' },
  hint: 'run `octo cache verify`',
  cause: new Error('stream ended', { cause: new Error('socket closed') }),
})

test('an error shows its code, expected before found, its causes and the next command', () => {
  assert.equal(
    renderError(mismatch),
    [
      'error[DIGEST_MISMATCH]: digest of `core/check-tcp 1.0.0` differs',
      '  expected  sha256:aa',
      '  found     sha256:bb',
      '  url       http://r/x',
      '  because stream ended',
      '  because socket closed',
      'hint: run `octo cache verify`',
    ].join('\n'),
  )
})

test('an error as JSON carries the same as data, and ends with the exit code of its code', () => {
  const { error } = errorToJson(mismatch)
  assert.equal(error.code, 'DIGEST_MISMATCH')
  assert.deepEqual(error.details, { url: 'http://r/x', found: 'sha256:bb', expected: 'sha256:aa' })
  assert.deepEqual(error.causes, ['stream ended', 'socket closed'])
  assert.equal(exitCodeOf(mismatch), 76)
})

test('text of others cannot move the cursor, colour the screen, ring a bell or start a line', () => {
  const hostile = '\u001b[2J\u0007\u009b31mred\r\nerror[FAKE]: x\u202ereversed'
  const shown = renderError(
    coded('FETCH_REFUSED', {
      message: hostile,
      details: { [hostile]: hostile },
      hint: hostile,
      cause: new Error(hostile),
    }),
  )
  assert.doesNotMatch(shown, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  assert.equal(shown.split('\n').length, 4)
})

test('a value of any length takes one line of bounded length', () => {
  const shown = renderError(coded('FETCH_REFUSED', { message: 'm'.repeat(1e6), details: { body: 'x'.repeat(1e6) } }))
  assert.ok(shown.length < 3000)
})

test('a chain of causes that turns back on itself ends', () => {
  const error = new Error('a')
  error.cause = error
  assert.ok(renderError(coded('FETCH_FAILED', { message: 'm', cause: error })).split('\n').length < 10)
})

test('an unknown error is a defect: it keeps its stack and exits with 70', () => {
  const streams = collectedStreams()
  assert.equal(reportError(new TypeError('x is not a function'), ['list'], streams), 70)
  assert.match(
    streams.stderr(),
    /^error\[INTERNAL\]: .*\n {2}TypeError: x is not a function\n {6}at .*render-error\.test\.ts/,
  )
})

test('with --json the error is one JSON object on stderr, and stdout stays empty', () => {
  const streams = collectedStreams()
  assert.equal(reportError(mismatch, ['list', '--json'], streams), 76)
  assert.equal(JSON.parse(streams.stderr()).error.code, 'DIGEST_MISMATCH')
  assert.equal(streams.stdout(), '')
})

test('what ended the work is told where cleaning up behind it failed as well, and gives the exit code', () => {
  for (const first of [mismatch, new TypeError('x is not a function')]) {
    const streams = collectedStreams()
    const closing = new SuppressedError(
      new Error('closing failed'),
      new SuppressedError(new Error('unlocking failed'), first),
    )
    assert.equal(reportError(closing, ['list'], streams), exitCodeOf(first))
    assert.ok(streams.stderr().includes(first.message), streams.stderr())
  }
})

test('the same under Node 22, which has no class for it, and where esbuild gives it one of its own', (t) => {
  const { SuppressedError: known } = globalThis
  t.after(() => Object.assign(globalThis, { SuppressedError: known }))
  Reflect.deleteProperty(globalThis, 'SuppressedError')
  const streams = collectedStreams()
  const closing = Object.assign(new Error('closing failed'), { name: 'SuppressedError', suppressed: mismatch })
  assert.equal(reportError(closing, ['list'], streams), exitCodeOf(mismatch))
  assert.ok(streams.stderr().startsWith('error[DIGEST_MISMATCH]'), streams.stderr())
})

test('a --json behind -- belongs to the plugin', () => {
  const streams = collectedStreams()
  reportError(mismatch, ['run', 'x', '--', '--json'], streams)
  assert.match(streams.stderr(), /^error\[DIGEST_MISMATCH\]/)
})

test('a thrown thing that is no error is shown too', () => {
  assert.match(renderError('just text'), /just text/)
  assert.equal(exitCodeOf(undefined), 70)
})

const causes: readonly [unknown, string][] = [
  [new Error('broken'), 'broken'],
  [new TypeError(''), 'TypeError'],
  [{ message: 'aborted' }, 'aborted'],
  [{ message: '', code: 'ECONNRESET' }, 'ECONNRESET'],
  [{ code: 'ECONNRESET' }, 'ECONNRESET'],
  [{ reason: 7 }, '{"reason":7}'],
  [{ message: {} }, '{"message":{}}'],
  [{}, '{}'],
  [{ big: 1n }, 'a reason without words'],
  [['a', 'b'], '["a","b"]'],
  [Object.create(null), '{}'],
  ['a text', 'a text'],
  [42, '42'],
  [null, 'null'],
  [false, 'false'],
  [Symbol('x'), 'Symbol(x)'],
]
for (const [cause, words] of causes)
  test(`a cause that is ${words} is shown in words`, () => {
    const text = renderError(coded('FETCH_FAILED', { message: 'no answer', cause }))
    assert.match(text, /because /)
    assert.ok(text.includes(`because ${words}`), text)
    assert.doesNotMatch(text, /\[object Object\]|undefined/)
  })

test('details that say nothing take no line', () => {
  const text = renderError(
    coded('CONFIG_INVALID', { message: 'no checks', details: { services: [], phase: '', file: undefined, left: 0 } }),
  )
  assert.equal(text, 'error[CONFIG_INVALID]: no checks\n  left  0')
})

test('text of several lines is shown as it was printed, and stays harmless', () => {
  const output = './main.go:3:1: syntax error\n\tnear \u001b[31mx'
  const text = renderError(coded('BUILD_FAILED', { message: 'm', details: { output } }))
  assert.match(text, /^ {2}output {2}\.\/main\.go:3:1: syntax error\n {10}\\u\{9\}near \\u\{1b\}\[31mx$/m)
})

test('what a machine reads as a list of records is told to people one a line', () => {
  const unknownKeys = [
    { file: 'octo.yaml', line: 3, key: 'kyes' },
    { file: '\u001b[31mx', line: undefined, key: 'tol' },
  ]
  const error = coded('CONFIG_INVALID', { message: 'm', details: { unknownKeys } })
  assert.match(
    renderError(error),
    /^ {2}unknownKeys {2}file octo\.yaml, line 3, key kyes\n {15}file \\u\{1b\}\[31mx, key tol$/m,
  )
  assert.deepEqual((errorToJson(error).error as { details: unknown }).details, { unknownKeys })
})
