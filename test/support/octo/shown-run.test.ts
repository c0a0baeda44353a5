// The nearest thing to a run that a document can be held to.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refreshed } from './shown-run.ts'

const SHOWN = `$ octo check
  …
ok  api  … ms  8787 is open
ok  web  … ms  8788 is open

2 passed in … s
`
const PRINTED = `$ octo check
installing
ok  api  2 ms  8787 is open
ok  web  9 ms  8788 is open
2 passed in 1.5 s
`

test('a block whose lines were all printed in its order stays as it is, whatever was measured', () => {
  assert.equal(refreshed(SHOWN, PRINTED), SHOWN)
  assert.equal(refreshed(SHOWN, `before\n${PRINTED}after\n`), SHOWN)
  assert.equal(refreshed(SHOWN, PRINTED.replace('installing\n', '')), SHOWN)
})

test('what is printed otherwise, not at all, or between is written anew, and nothing else', () => {
  for (const [what, from, to, shown] of [
    [
      'other words',
      'web  9 ms  8788 is open',
      'web  9 ms  8788 is closed',
      SHOWN.replace('8788 is open', '8788 is closed'),
    ],
    ['nothing alike', '2 passed in 1.5 s', 'all is well', SHOWN.replace('2 passed in … s', 'all is well')],
    ['a line less', 'ok  api  2 ms  8787 is open\n', '', SHOWN.replace('ok  api  … ms  8787 is open\n', '')],
    [
      'a line more',
      'ok  web',
      'ok  job  7 ms  ended\nok  web',
      SHOWN.replace('ok  web', 'ok  job  … ms  ended\nok  web'),
    ],
  ] as const)
    assert.equal(refreshed(SHOWN, PRINTED.replace(from, to)), shown, what)
})

test('lines that were printed in another order are no run', () => {
  const [first = '', ...rest] = PRINTED.trimEnd().split('\n')
  assert.notEqual(refreshed(SHOWN, [...rest, first, ''].join('\n')), SHOWN)
})
