// A plugin is started again long after it was proven: not where its key has been revoked since.
import type { Revocations } from '../config/revocations.ts'
import { coded } from '../schemas/errors.ts'
import { quote } from '../schemas/quote.ts'
import { releaseName } from '../schemas/release-name.ts'
import type { VerifiedExecutable } from './verified-executable.ts'

/** Throws SIGNER_NOT_ALLOWED. */
export function refuseRevoked({ repo, plugin, version, signer }: VerifiedExecutable, revocations: Revocations): void {
  if (signer === 'unsigned' || signer === 'pinned') return
  const document = revocations.of(repo, signer)
  if (document === undefined) return
  const name = releaseName({ repo, plugin, version })
  throw coded('SIGNER_NOT_ALLOWED', {
    message: `${quote(name)} is signed by key ${quote(signer)}, which ${quote(document)} calls revoked by now`,
    details: { plugin: name, key: signer, document, revoked: true },
    hint: `what runs of it goes on until \`octo stop\`; \`octo update ${plugin}\` takes a release by another key, once there is one`,
  })
}
