// What other users may read of a store that is shared with them.
import assert from 'node:assert/strict'
import { linkSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { openToReaders } from '../../../client/store/open-to-readers.ts'
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

test('what a carried store leads to elsewhere is opened to nobody', async (t) => {
  const { layout, folder } = await aSharedMachine(t)
  const outside = join(folder, 'outside')
  mkdirSync(outside, { mode: 0o700 })
  const files = ['linked', 'named twice'].map((name) => join(outside, name))
  for (const file of files) writeFileSync(file, 'a secret', { mode: 0o600 })
  symlinkSync(files[0] ?? '', join(layout.releases, 'linked'))
  linkSync(files[1] ?? '', join(layout.releases, 'named twice'))
  rmSync(layout.blobs, { recursive: true })
  symlinkSync(outside, layout.blobs)
  openToReaders(layout)
  assert.deepEqual(
    [outside, ...files].map((path) => modeOf(path) & 0o777),
    [0o700, 0o600, 0o600],
  )
})
