// How many bytes a collection of the store frees.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { collect } from '../../../client/store/collect.ts'
import type { TreeKey } from '../../../client/store/layout.ts'
import { openStore } from '../../../client/store/open-store.ts'
import { openPart } from '../../../client/store/parts.ts'
import { linkRaw } from '../../../client/store/unpacked.ts'
import { digestOf, hexOf } from '../../../schemas/digest.ts'
import { aScript } from '../../support/builders/test-authority.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const script = aScript()
const digest = digestOf(script)
const key = `${hexOf(digest)}-raw-${'0'.repeat(32)}` as TreeKey
const LATER_MS = 25 * 3600 * 1000

const PLACES = [
  { folder: 'store', executable: 'hello' },
  { folder: 'blobs', executable: 'hello' },
  { folder: 'store', executable: 'blobs' },
]

for (const { folder, executable } of PLACES)
  test(`counts linked bytes once, with their blob, for \`${executable}\` in the store \`${folder}\``, async (t) => {
    const layout = openStore(join(tempFolder(t), folder))
    const part = openPart(layout, digest)
    part.restart({ url: 'x' })
    part.write(script)
    await part.commit(0o555)
    linkRaw(layout, { key, digest, size: script.length, format: 'raw', executable })
    const removed = await collect(layout, { now: Date.now() + LATER_MS })
    assert.deepEqual(
      removed.map(({ path, bytes }) => [path, bytes]),
      [
        [layout.tree(key), 0],
        [layout.blob(digest), script.length],
      ],
    )
  })
