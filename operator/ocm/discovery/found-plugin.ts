// A service plugin that was found, of a repo, in a folder or in octo itself: why it may run, or why it is not used.
import type { Digest } from '../../../schemas/digest.ts'
import type { CodedError } from '../../../schemas/errors.ts'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import type { HostPlugin, ServicePlugin } from '../plugin.ts'

/** What proves it: a release that a key of its repo signed; the config, which trusts the folder or names the digest; or nothing. */
export type Proof = 'signature' | 'folder' | 'digest' | 'built in' | 'none'

export type Origin =
  | { readonly kind: 'folder'; readonly directory: string; readonly path: string }
  /** Version and signer, where it was had. */
  | { readonly kind: 'repo'; readonly repo?: string; readonly version?: string; readonly signer?: string }
  | { readonly kind: 'built in' }

type Seen<Plugin> = {
  readonly name: string
  readonly origin: Origin
  readonly proof: Proof
  /** Of its file, or of the artifact, where that is known. */
  readonly digest?: Digest
} & (
  | { readonly state: 'usable'; readonly plugin: Plugin }
  /** Why it is not used. */
  | { readonly state: 'refused'; readonly error: CodedError }
)

export type FoundPlugin = Seen<HostPlugin>
/** One that is a program. */
export type FoundProgram = Seen<ServicePlugin>

/** By whom a name is taken: the first that is proven has it. */
export type TakenNames = Map<string, Origin>

/** Throws PLUGIN_NAME_TAKEN. */
export function takeName(name: string, origin: Origin, taken: TakenNames): void {
  const first = taken.get(name)
  if (first === undefined) return void taken.set(name, origin)
  throw coded('PLUGIN_NAME_TAKEN', {
    message: `two plugins are called ${quote(name)}: that of ${inWords(first)} comes first, and that of ${inWords(origin)} is not used`,
    details: { plugin: name, first: inWords(first), second: inWords(origin) },
    hint:
      origin.kind === 'folder'
        ? 'give the file another name'
        : `take the pin out of \`operator.plugins\`, if that of ${inWords(first)} is meant`,
  })
}

function inWords(origin: Origin): string {
  if (origin.kind === 'folder') return `file ${quote(origin.path)}`
  return origin.kind === 'repo' ? `repo ${quote(origin.repo ?? '?')}` : 'octo itself'
}
