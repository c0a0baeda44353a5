// When this machine first proved a bundle by a key: the witness for releases whose key has passed the end of its window.
// Answers: a lockfile that somebody wrote by hand, and a stolen key that signs after it was retired.
import type { Digest } from '../../schemas/digest.ts'
import type { LockedPlugin } from '../../schemas/lockfile.ts'
import type { Layout } from './layout.ts'
import { readLastingRecord } from './own-record.ts'
import { writeOwnRecord } from './write-own-record.ts'

type Proof = { readonly bundle: Digest; readonly signer: LockedPlugin['signer'] }

/** Milliseconds since 1970; undefined when it is not known to have been proven here. */
export function provenSince(layout: Layout, { bundle, signer }: Proof): number | undefined {
  const found = readLastingRecord(layout.provenRecord(bundle))
  const body = (found?.body ?? {}) as Partial<Proof>
  return body.bundle === bundle && body.signer === signer ? found?.since : undefined
}

/** Only after the proof, by a key that is valid now. */
export function noteProven(layout: Layout, { bundle, signer }: Proof): void {
  if (provenSince(layout, { bundle, signer }) === undefined)
    writeOwnRecord(layout, layout.provenRecord(bundle), { bundle, signer })
}
