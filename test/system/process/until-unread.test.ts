// An answer that goes on ends by a signal as before; that it ends with its reader is tried by the words that follow something.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { untilUnread } from '../../../system/process/until-unread.ts'

test('Ctrl-C ends it as well, and afterwards nothing is listened to', () => {
  const interruption = new AbortController()
  const before = process.stdout.listenerCount('error')
  {
    using read = untilUnread(interruption.signal)
    assert.equal(read.signal.aborted, false)
    interruption.abort()
    assert.equal(read.signal.aborted, true)
  }
  assert.equal(process.stdout.listenerCount('error'), before)
})
