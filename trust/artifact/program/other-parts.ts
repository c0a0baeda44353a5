// What a program loads beside its own file when it is started. What loads nothing runs wherever its platform is: in another image,
// or in a container of somebody else.
import { readProgramHead } from '../../../schemas/program-head.ts'
import { quote } from '../../../schemas/quote.ts'
import { readElf } from './elf.ts'
import { feedRanges } from './ranges.ts'

type Program = {
  /** What errors call it. */
  readonly name: string
  /** Its first HEAD_BYTES. */
  readonly head: Uint8Array
  /** All of it, where more than its head is looked at. */
  readonly read: () => AsyncIterable<Uint8Array>
}

export type OtherParts =
  | { readonly kind: 'none' }
  | { readonly kind: 'script' }
  /** No program of Linux. */
  | { readonly kind: 'foreign' }
  /** `names` are ready to be shown. */
  | { readonly kind: 'loader' | 'libraries'; readonly names: string }

/** Throws PROGRAM_UNSAFE for what does not parse. */
export async function otherPartsOf({ name, head, read }: Program): Promise<OtherParts> {
  const { format } = readProgramHead(head)
  if (format === 'script') return { kind: 'script' }
  if (format !== 'elf') return { kind: 'foreign' }
  const feed = feedRanges(readElf(name))
  for await (const chunk of read()) {
    feed.push(chunk)
    if (feed.done) break
  }
  const { interpreter, needed } = feed.finish()
  if (interpreter !== undefined) return { kind: 'loader', names: quote(interpreter) }
  if (needed.length > 0) return { kind: 'libraries', names: needed.slice(0, 5).map(quote).join(', ') }
  return { kind: 'none' }
}
