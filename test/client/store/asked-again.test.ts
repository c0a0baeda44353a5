// What runs again and again is asked for each time: its record is read once, and whatever happens to its files is seen.
import assert from 'node:assert/strict'
import { chmodSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { requireGood } from '../../../client/store/check.ts'
import type { TreeKey } from '../../../client/store/layout.ts'
import { rememberedFiles } from '../../../client/store/memo.ts'
import { openStore } from '../../../client/store/open-store.ts'
import type { StoredArtifact, StoredFile } from '../../../client/store/stored-artifact.ts'
import { stageTree } from '../../../client/store/unpacked.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { inPieces } from '../../support/builders/archive-builder.ts'
import { filesBelow, tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'

const digest = digestOf('a tarball')
const key = `${digest.slice(7)}-tar.gz-${'0'.repeat(32)}` as TreeKey
const artifact: StoredArtifact = { key, digest, size: 9, format: 'tar.gz', executable: 'run' }
const files: readonly StoredFile[] = [{ path: 'run', size: 4, digest: digestOf('good') }]

test('reads the record of what runs again and again once, and looks at its files each time', async (context) => {
  const layout = openStore(join(tempFolder(context), 'store'))
  const staged = stageTree(layout, artifact)
  await staged.onFile({ path: 'run', executable: true }, inPieces(Buffer.from('good')))
  staged.publish()
  const folder = layout.tree(key)
  const ask = () => requireGood(layout, artifact, { name: 'tool', files })
  // Files are remembered once they are older than the coarsest clock of a file system.
  await until(() => {
    ask()
    return rememberedFiles(layout, artifact) !== undefined
  })
  ask()
  rmSync(layout.memo(key))
  ask()
  assert.deepEqual(filesBelow(layout.memos), [])

  chmodSync(folder, 0o755)
  writeFileSync(join(folder, 'added'), '')
  expectCode('STORE_CORRUPT', ask)
  rmSync(join(folder, 'added'))
  chmodSync(folder, 0o555)
  ask()

  const path = join(folder, 'run')
  const { atime, mtime } = statSync(path)
  chmodSync(path, 0o755)
  writeFileSync(path, 'evil')
  chmodSync(path, 0o555)
  utimesSync(path, atime, mtime)
  expectCode('STORE_CORRUPT', ask)
  // Another folder of the same artifact was never asked for.
  expectCode('STORE_CORRUPT', () =>
    requireGood(openStore(join(tempFolder(context), 'other')), artifact, { name: 'tool', files }),
  )
})
