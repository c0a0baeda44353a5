// What other users may read of a store that is shared with them.
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { aSharedMachine } from '../../support/client/shared-machine.ts'
import { filesBelow } from '../../support/machine/temp-folder.ts'

const modeOf = (path: string) => statSync(path).mode

test('a shared store is read by all users, however strict the umask of whoever fills it is', async (t) => {
  const before = process.umask(0o077)
  const machine = aSharedMachine(t)
  await machine.catch(() => undefined)
  process.umask(before)
  const { blobs, releases, trees } = (await machine).layout
  const found = [blobs, releases, trees].map((place) => filesBelow(place).map((file) => join(place, file)))
  assert(found.every((files) => files.length > 0))
  for (const path of found.flat())
    assert.deepEqual([modeOf(path) & 0o444, modeOf(dirname(path)) & 0o555], [0o444, 0o555], path)
})
