// Who signed a version that could be locked, or why nobody is believed: what a registry offers is not what would be taken.
import type { CodedError } from '../../schemas/errors.ts'
import type { LockedPlugin } from '../../schemas/lockfile.ts'
import { settled } from '../../system/async/limit.ts'
import type { ClientContext } from '../context.ts'
import type { Choice } from '../sources/offer.ts'
import { proveRelease } from '../sources/signed/prove-release.ts'

type Signer = {
  /** Undefined where it is found out only when it is locked. */
  readonly signer: string | undefined
  readonly refused: CodedError | undefined
}

/** What is locked was proven, perhaps while its key still counted. */
export async function signerOf(
  { repo, document, version }: Pick<Choice, 'repo' | 'document' | 'version'>,
  locked: LockedPlugin | undefined,
  context: ClientContext,
): Promise<Signer> {
  if (repo.trust.kind === 'unsigned') return { signer: 'unsigned', refused: undefined }
  if (repo.trust.kind !== 'keys' || version.version === locked?.version)
    return { signer: locked?.signer, refused: undefined }
  const place = { repo, plugin: document.plugin, version: version.version, bundle: version.bundle }
  const proof = await settled(() => proveRelease(place, context))
  return proof.state === 'done'
    ? { signer: proof.value.signer, refused: undefined }
    : { signer: undefined, refused: proof.error }
}
