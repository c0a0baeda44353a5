// `octo trust list`: the keys that this user trusts to sign config documents, and what for.
import type { TrustedKey } from '../../../config/trusted-keys/trusted-addresses.ts'
import { readTrustedKeys } from '../../../config/trusted-keys/trusted-keys.ts'
import { trustedKeysPath } from '../../../config/trusted-keys/trusted-keys-path.ts'
import { documentKeyId } from '../../../schemas/document-key.ts'
import { shownAddress } from '../../../schemas/shown-address.ts'
import type { Run } from '../../../terminal/program.ts'

export async function listCommand({ terminal }: Run<object>): Promise<number> {
  const keys = await readTrustedKeys(trustedKeysPath(process.env))
  if (terminal.json) terminal.result({ json: { keys: keys.map(rowOfKey) }, text: () => '' })
  else if (keys.length === 0)
    terminal.info('no key is trusted to sign config documents; `octo trust add KEYFILE ADDRESS` does that')
  else
    terminal.table({
      columns: [{ title: 'key' }, { title: 'says it is', shrinks: true }, { title: 'counts for', shrinks: true }],
      rows: keys.map(({ key, names, addresses }) => [
        documentKeyId(key),
        names.join(', ') || '–',
        addresses.map(shownAddress).join(', '),
      ]),
    })
  return 0
}

export function rowOfKey({ key, names, addresses }: TrustedKey) {
  return { kind: key.kind, fingerprint: documentKeyId(key), names, addresses: addresses.map(shownAddress) }
}
