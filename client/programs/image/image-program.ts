// The program of a service out of the files of an image: the one file that its entrypoint, or the config, names. It runs on this
// machine without the rest of the image, so that it has to be a program that needs nothing of it. The digest in the local config proves
// the image, and this machine's note which file that was; a tag alone proves nothing and is never run.
import type { ImageSource } from '../../../config/model/program-source.ts'
import type { Digest } from '../../../schemas/digest.ts'
import { coded, throwDefect } from '../../../schemas/errors.ts'
import type { ImageName } from '../../../schemas/image-name.ts'
import { showImageName } from '../../../schemas/image-name.ts'
import { omitUndefined } from '../../../schemas/omit-undefined.ts'
import { quote } from '../../../schemas/quote.ts'
import type { ClientContext } from '../../context.ts'
import type { ProgramDefaults } from '../../proven-program.ts'
import { keyOfMaking, madeBefore, noteMade } from '../../store/made-programs.ts'
import { proveKept } from '../keep-program.ts'
import type { BroughtProgram } from '../kept-program.ts'
import { openImageRegistry } from './image-registry.ts'
import { takeProgram } from './take-program.ts'

/** Throws SOURCE_UNPINNED, NO_MATCHING_PLATFORM, IMAGE_UNFIT, OFFLINE, and what fetching and trust/ throw. */
export async function provideFromImage(
  source: ImageSource,
  service: string,
  context: ClientContext,
): Promise<BroughtProgram> {
  const { image, binary } = source
  const { digest } = image
  if (digest === undefined) throw await unpinned(image, context)
  const { layout, platform } = context
  const key = keyOfMaking({ image: digest, binary: binary ?? null, platform })
  const origin = showImageName(image)
  const before = await broughtBefore(key, origin, context)
  if (before) return before
  using registry = await openImageRegistry(image, context)
  const taken = await takeProgram({ registry, image: { ...image, digest }, binary, service }, context)
  const { file, defaults } = taken
  const kept = await proveKept({ name: origin, platform, digest: taken.digest, file }, context)
  if (kept) {
    noteMade(layout, key, { digest: taken.digest, file, more: defaults })
    return { ...kept, origin, defaults }
  }
  throw coded('STORE_CORRUPT', { message: `what was just taken out of ${quote(origin)} is gone`, details: { digest } })
}

async function broughtBefore(key: Digest, origin: string, context: ClientContext): Promise<BroughtProgram | undefined> {
  const made = madeBefore<ProgramDefaults>(context.layout, key)
  if (!made) return undefined
  const { digest, file, more: defaults } = made
  const kept = await proveKept({ name: origin, digest, file, platform: context.platform }, context)
  return kept && { ...kept, origin, defaults }
}

/** With what to pin, where the registry says it. */
async function unpinned(image: ImageName, context: ClientContext): Promise<Error> {
  const name = showImageName(image)
  const found = await digestNow(image, context)
  const means = found === undefined ? '' : `; the registry means \`${found}\` by it now`
  return coded('SOURCE_UNPINNED', {
    message: `image ${quote(name)} is named by a tag, which may mean another image tomorrow${means}`,
    details: { image: name, ...omitUndefined({ digest: found }) },
    hint:
      found === undefined
        ? 'write its digest behind it: `image: NAME:TAG@sha256:…`'
        : `if that is the one that you want, write \`image: ${name}@${found}\` into the local config`,
  })
}

async function digestNow(image: ImageName, context: ClientContext): Promise<Digest | undefined> {
  if (context.network.offline) return undefined
  try {
    using registry = await openImageRegistry(image, context)
    return await registry.digestOfTag(image.tag ?? 'latest')
  } catch (error) {
    throwDefect(error)
    return undefined
  }
}
