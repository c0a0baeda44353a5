// Documents of the tree, each with its compressed variants. One that says the same already is left alone.
import { join } from 'node:path'
import type { TreeFile } from '../../static-tree/record.ts'
import type { Look } from '../../static-tree/write/variants.ts'
import { compress, isShown } from '../../static-tree/write/variants.ts'
import type { Staging } from './staging.ts'

/** Writes a document and its variants; false when they were there already. */
export async function putDocument(root: string, { path, bytes }: TreeFile, staging: Staging, look: Look) {
  const target = join(root, path)
  const body = Buffer.from(bytes)
  if (await isShown(target, body, look)) return false
  const { gz, br } = await compress(body)
  // One time on all three tells a reader which variants belong to a document while they change one after the other.
  const changedAt = new Date()
  await Promise.all([staging.write(`${target}.gz`, gz, changedAt), staging.write(`${target}.br`, br, changedAt)])
  await staging.write(target, body, changedAt)
  return true
}
