// A program of an image that is run without the image: everything that it loads has to be in its own file. One that names a loader or
// libraries means those of its image, and those of this machine are others.
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { OtherParts } from '../artifact/program/other-parts.ts'
import { otherPartsOf } from '../artifact/program/other-parts.ts'

/** Throws IMAGE_UNFIT, and PROGRAM_UNSAFE for what does not parse. */
export async function requireStatic(program: Parameters<typeof otherPartsOf>[0]): Promise<void> {
  const problem = problemOf(await otherPartsOf(program))
  if (problem === undefined) return
  throw coded('IMAGE_UNFIT', {
    message: `${quote(program.name)} ${problem}, and octo runs the program alone, expected one that is linked statically`,
    details: { program: program.name },
    hint: 'run the whole image in a container: `octo start --operator docker`',
  })
}

function problemOf(parts: OtherParts): string | undefined {
  switch (parts.kind) {
    case 'none':
      return undefined
    case 'script':
      return 'is a script, whose interpreter is in the image'
    case 'foreign':
      return 'is no program of Linux'
    case 'loader':
      return `is linked with ${parts.names} of its image`
    case 'libraries':
      return `needs ${parts.names} of its image`
  }
}
