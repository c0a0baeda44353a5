// The names of a repo are read once and kept; what is published while they are being read is not lost.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CatalogStore } from '../../../registry/db/store.ts'
import { Catalog } from '../../../registry/tree/catalog.ts'
import type { Name } from '../../../schemas/name.ts'
import { openMemoryMetadata } from '../../support/registry/memory-metadata/metadata.ts'

const [CORE, OLD, NEW] = ['core', 'old', 'new'] as Name[] as [Name, Name, Name]

/** A catalog whose names are read when the test says so. */
function aCatalog() {
  const reads: PromiseWithResolvers<Name[]>[] = []
  const stored: CatalogStore = {
    ...openMemoryMetadata().catalog,
    plugins() {
      const read = Promise.withResolvers<Name[]>()
      reads.push(read)
      return read.promise
    },
  }
  const catalog = new Catalog(stored)
  const names = async () => [...(await catalog.shards(CORE)).values()].flatMap((members) => [...members]).sort()
  return { catalog, reads, names }
}

test('a plugin that is published while the names are being read is among them', async () => {
  const { catalog, reads, names } = aCatalog()
  const reading = catalog.shards(CORE)
  const noting = catalog.note(CORE, NEW)
  reads[0]?.resolve([OLD])
  await Promise.all([reading, noting])
  assert.deepEqual(await names(), ['new', 'old'])
  assert.equal(reads.length, 1)
})

test('a plugin that is published before anybody asked is read with the others', async () => {
  const { catalog, reads, names } = aCatalog()
  await catalog.note(CORE, NEW)
  const found = names()
  reads[0]?.resolve([NEW, OLD])
  assert.deepEqual(await found, ['new', 'old'])
})

test('names that could not be read are read again', async () => {
  const { reads, names } = aCatalog()
  const failed = names()
  reads[0]?.reject(new Error('the database is busy'))
  await assert.rejects(failed, /busy/)
  const found = names()
  reads[1]?.resolve([OLD])
  assert.deepEqual(await found, ['old'])
})
