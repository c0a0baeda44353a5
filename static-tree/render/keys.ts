// The document that names the keys of a repo, for whoever is about to compare them.
import type { KeyDocument } from '../../schemas/key-document.ts'
import { KEY_DOCUMENT_FORMAT } from '../../schemas/key-document.ts'
import type { Name } from '../../schemas/name.ts'
import type { TrustKey } from '../../schemas/trust-key.ts'
import { publicKeyLine } from '../../schemas/trust-key.ts'
import { keyDocumentPath } from '../paths.ts'
import type { TreeFile } from '../record.ts'

export function renderKeys(repo: Name, keys: readonly TrustKey[]): TreeFile {
  const document: KeyDocument = {
    format: KEY_DOCUMENT_FORMAT,
    repo,
    keys: keys
      .filter(({ revoked }) => revoked !== true)
      .map((key) => ({
        id: key.id,
        kind: key.kind,
        key: publicKeyLine(key),
        ...(key.from === undefined ? {} : { from: new Date(key.from).toISOString() }),
        ...(key.to === undefined ? {} : { to: new Date(key.to).toISOString() }),
      })),
  }
  return { path: keyDocumentPath(repo), bytes: `${JSON.stringify(document, undefined, 2)}\n` }
}
