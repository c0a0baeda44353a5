// What a plugin can do: as its program said when it was asked before, by what identifies the program, or asked now.
import type { Capabilities } from '../../../schemas/contract/ocm/capabilities.ts'
import { parseCapabilities } from '../../../schemas/contract/ocm/capabilities.ts'
import type { Digest } from '../../../schemas/digest.ts'
import type { OpenedProgram } from '../plugin.ts'
import type { Knowledge } from './known-files.ts'
import type { CapabilitiesRun } from './read-capabilities.ts'
import { readCapabilities } from './read-capabilities.ts'

export type LearnFacts = CapabilitiesRun & { readonly knowledge: Knowledge }

type Program = {
  readonly name: string
  /** Another program has another one. */
  readonly identity: Digest
  /** Not called for what is remembered. Whoever opened it disposes of it. */
  readonly open: () => OpenedProgram
}

/** Throws what a program that cannot be asked, or its document, is refused with. */
export async function learnCapabilities(
  { name, identity, open }: Program,
  { knowledge, ...run }: LearnFacts,
): Promise<Capabilities> {
  const known = knowledge.capabilities(identity)
  if (known !== undefined) return parseCapabilities(known, `capabilities of ${name}`)
  const { text, capabilities } = await readCapabilities(name, open(), run)
  knowledge.keepCapabilities(identity, text)
  return capabilities
}
