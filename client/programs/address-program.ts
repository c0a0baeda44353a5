// A program from an address: what is served there is the program, or an archive that holds it, when it has the digest that a local
// config gives.
import type { AddressSource } from '../../config/model/program-source.ts'
import { coded } from '../../schemas/errors.ts'
import { LIMITS } from '../../schemas/limits.ts'
import { pickPlatform } from '../../schemas/platform.ts'
import { quote } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import type { ClientContext } from '../context.ts'
import { shownDownload } from '../report.ts'
import { fetchUnsized, fileNameOf } from '../sources/unsized-file.ts'
import { bringBlob, proveKept } from './keep-program.ts'
import type { BroughtProgram } from './kept-program.ts'

const OTHER_DIGEST = 'compare it with what its maker says, before you write another `sha256` into the config'

/** Throws NO_MATCHING_PLATFORM, OFFLINE, DIGEST_MISMATCH, and what fetching and trust/ throw. */
export async function provideAddressed(
  { files }: AddressSource,
  service: string,
  context: ClientContext,
): Promise<BroughtProgram> {
  const offered = files.map(({ platform }) => platform)
  const platform = pickPlatform(context.platform, offered, `binary of service ${service}`, {
    shown: `the binary of service ${quote(service)}`,
    hint: `where there is one, name its address below \`${context.platform}\` of the \`binary\` in the config`,
  })
  const chosen = files.find((one) => one.platform === platform)
  if (!chosen) throw coded('INTERNAL', { message: 'a platform was picked that nobody offered' })
  const { url, digest, binary } = chosen
  const origin = shownAddress(url)
  const kept = { name: origin, digest, platform, file: fileNameOf(url), binary }
  const before = await proveKept(kept, context)
  if (before) return { ...before, origin }
  const program = await shownDownload(context.report, service, async (shown) => {
    const bring = (path: string) =>
      fetchUnsized({ path, url: new URL(url), maxBytes: LIMITS.artifactBytes, shown }, context.network)
    await bringBlob({ digest, subject: origin, bring, hint: OTHER_DIGEST }, context)
    return await proveKept(kept, context)
  })
  if (program) return { ...program, origin }
  throw coded('STORE_CORRUPT', { message: `what was just brought from \`${origin}\` is gone`, details: { digest } })
}
