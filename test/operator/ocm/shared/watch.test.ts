// What a process does beside its calls for an instance that others use as well.
import assert from 'node:assert/strict'
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { setImmediate as aMoment } from 'node:timers/promises'
import { LARGE_LOG_BYTES } from '../../../../operator/logs/log-files.ts'
import { sharedPlaces } from '../../../../operator/ocm/shared/places.ts'
import { placesNow, watchShared } from '../../../../operator/ocm/shared/watch.ts'
import { identityOf } from '../../../../system/process/identity.ts'
import { tempFolder } from '../../../support/machine/temp-folder.ts'
import { until } from '../../../support/machine/until.ts'

const skip = process.platform !== 'linux' && 'only Linux tells processes apart'

test('a log that cannot be put aside, as on a full disk, ends no call and no process', { skip }, async (t) => {
  const found = sharedPlaces(tempFolder(t), 'key')
  mkdirSync(found.folder)
  for (const path of [found.stdout, found.stderr]) writeFileSync(path, '')
  truncateSync(found.stderr, LARGE_LOG_BYTES)
  let tries = 0
  const places = {
    ...found,
    get folder(): string {
      tries++
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    },
  }
  const identity = identityOf(process.pid)
  assert.ok(identity)
  const watch = watchShared({
    ...{ places, process: identity, from: placesNow(found) },
    ...{ log: () => assert.fail(), onGone: () => assert.fail() },
  })
  t.after(() => watch.close())
  // What nobody catches ends the process in the same turn.
  await until(() => tries > 0)
  await aMoment()
  await until(() => tries > 1)
})
