// Whether the row of a key holds the key that it is named for: under the id of one, another would be shown to everybody.
import { throwDefect } from '../../schemas/errors.ts'
import { parsePublicKey } from '../../schemas/trust-key.ts'
import type { RepoKey } from '../db/records.ts'

export function isSoundKey({ id, kind, pem }: RepoKey): boolean {
  try {
    const read = parsePublicKey(pem, id)
    return read.id === id && read.kind === kind
  } catch (error) {
    throwDefect(error)
    return false
  }
}
