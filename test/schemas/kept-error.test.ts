// An error that is kept holds nothing of what it came through.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { coded } from '../../schemas/errors.ts'
import { keptError } from '../../schemas/kept-error.ts'

const TURNS = 50

/** A document, by which only a function knows that is not called any more. */
function refusal() {
  const document = { lines: Array.from({ length: 1000 }, (_, at) => `line ${at}`) }
  const read = () => {
    throw coded('CONFIG_INVALID', { message: `nothing of ${document.lines.length} lines can be read` })
  }
  try {
    read()
  } catch (cause) {
    return { cause, document: new WeakRef(document) }
  }
  throw new Error('nothing was refused')
}

/** As it is told further out, where the document is not in hand. */
const placed = (cause: unknown) => coded('CONFIG_INVALID', { message: 'line 7: nothing can be read', cause })

for (const [what, told] of [
  ['an error', (cause: unknown) => cause as Error],
  ['the cause of an error', placed],
] as const)
  test(`what was in the hands of the functions that ${what} came through is let go`, async () => {
    const { cause, document } = refusal()
    const error = keptError(told(cause))
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    setFlagsFromString('--no-expose-gc')
    // A weak reference that was just made or asked holds until the next turn, and what lies on the stack by chance, as long as it lies there.
    for (let turn = 0; turn < TURNS && document.deref(); turn++) {
      await new Promise((resolve) => setImmediate(resolve))
      collect()
    }
    assert.equal(document.deref(), undefined)
    assert.match((cause as Error).stack ?? '', /nothing of 1000 lines can be read\n(?:.*\n)* +at read /)
    assert.match(error.message, /can be read$/)
  })
