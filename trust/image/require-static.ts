// A program of an image that is run without the image: everything that it loads has to be in its own file. One that names a loader or
// libraries means those of its image, and those of this machine are others.
import { coded } from '../../schemas/errors.ts'
import { readProgramHead } from '../../schemas/program-head.ts'
import { quote } from '../../schemas/quote.ts'
import { readElf } from '../artifact/program/elf.ts'
import { feedRanges } from '../artifact/program/ranges.ts'

type ImageProgram = {
  /** What errors call it. */
  readonly name: string
  /** Its first HEAD_BYTES. */
  readonly head: Uint8Array
  /** All of it, where more than its head is looked at. */
  readonly read: () => AsyncIterable<Uint8Array>
}

/** Throws IMAGE_UNFIT, and PROGRAM_UNSAFE for what does not parse. */
export async function requireStatic({ name, head, read }: ImageProgram): Promise<void> {
  const { format } = readProgramHead(head)
  if (format === 'script') throw unfit(name, 'is a script, whose interpreter is in the image')
  if (format !== 'elf') throw unfit(name, 'is no program of Linux')
  const feed = feedRanges(readElf(name))
  for await (const chunk of read()) {
    feed.push(chunk)
    if (feed.done) break
  }
  const { interpreter, needed } = feed.finish()
  if (interpreter !== undefined) throw unfit(name, `is linked with ${quote(interpreter)} of its image`)
  if (needed.length > 0) throw unfit(name, `needs ${needed.slice(0, 5).map(quote).join(', ')} of its image`)
}

function unfit(name: string, problem: string): Error {
  return coded('IMAGE_UNFIT', {
    message: `${quote(name)} ${problem}, and octo runs the program alone, expected one that is linked statically`,
    details: { program: name },
    hint: 'run the whole image in a container: `octo start --operator docker`',
  })
}
