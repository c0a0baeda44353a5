// The text of a proof that lies in a store under its digest: in the user's own, else in that of all users. What others have in its
// place has another digest.
import type { Digest } from '../../schemas/digest.ts'
import { digestOf } from '../../schemas/digest.ts'
import { readIfWhole } from '../../system/files/atomic-file.ts'
import type { Layout } from './layout.ts'

type Stores = { readonly layout: Layout; readonly shared?: Layout | undefined }

export function storedBundle(digest: Digest, { layout, shared }: Stores): string | undefined {
  return bundleIn(layout, digest) ?? (shared && bundleIn(shared, digest))
}

function bundleIn({ release }: Layout, digest: Digest): string | undefined {
  const text = readIfWhole(release(digest))
  return text !== undefined && digestOf(text) === digest ? text : undefined
}
