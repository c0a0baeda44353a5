// An error that is kept holds nothing of what it came through.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { coded } from '../../schemas/errors.ts'
import { keptError } from '../../schemas/kept-error.ts'

/** A document, by which only a function knows that is not called any more. */
function refusal() {
  const document = { lines: Array.from({ length: 1000 }, (_, at) => `line ${at}`) }
  const read = () => {
    throw coded('CONFIG_INVALID', { message: `nothing of ${document.lines.length} lines can be read` })
  }
  try {
    read()
  } catch (error) {
    return { error: keptError(error as Error), document: new WeakRef(document) }
  }
  throw new Error('nothing was refused')
}

test('what was in the hands of the functions that it came through is let go', async () => {
  const { error, document } = refusal()
  // A weak reference that was just made holds until the next turn.
  await new Promise((resolve) => setImmediate(resolve))
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  setFlagsFromString('--no-expose-gc')
  collect()
  assert.equal(document.deref(), undefined)
  assert.match(error.stack ?? '', /nothing of 1000 lines can be read\n(?:.*\n)* +at read /)
})
