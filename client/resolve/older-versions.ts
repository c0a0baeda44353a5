// Brings the pages of a plugin document that a question needs: most are answered by the document itself, which lists the
// newest versions.
import { coded, throwDefect } from '../../schemas/errors.ts'
import { LIMITS } from '../../schemas/limits.ts'
import type { DocumentPage, PluginDocument } from '../../schemas/plugin-document.ts'
import { pageListing } from '../../schemas/plugin-pages.ts'
import { quote } from '../../schemas/quote.ts'
import { pluginName } from '../../schemas/release-name.ts'
import type { Version } from '../../schemas/version.ts'
import { isVersion } from '../../schemas/version.ts'
import type { FetchDocument } from '../network.ts'
import type { Question } from '../sources/offer.ts'
import type { RepoAddress } from '../sources/repo-address.ts'
import { fetchPage } from '../sources/signed/fetch-document.ts'
import type { PickOptions } from './pick-version.ts'
import { pickVersion } from './pick-version.ts'

type Need = {
  readonly question: Question
  readonly options: PickOptions
  /** The version of the lockfile, whose state counts even where another one is chosen. */
  readonly before: Version | undefined
}

/** Throws what fetchPage throws, and LIMIT_EXCEEDED for a range that very many pages do not answer. */
export async function withOlderVersions(
  document: PluginDocument,
  need: Need,
  { fetch, address }: { readonly fetch: FetchDocument; readonly address: RepoAddress },
): Promise<PluginDocument> {
  const exact = need.question.ranges.filter(isVersion)
  let known = document
  const bring = async (page: DocumentPage | undefined) => {
    const isLeft = page && known.pages?.includes(page)
    if (isLeft) known = await fetchPage(fetch, address, { document: known, page })
  }
  for (const version of [...(need.before ? [need.before] : []), ...exact]) await bring(pageListing(document, version))
  // Newest first: what the pages before did not answer, no newer version does.
  for (const [index, page] of (exact.length > 0 ? [] : (document.pages ?? [])).entries()) {
    if (isAnswered(known, need)) break
    if (index >= LIMITS.pagesPerRange) throw tooFar(known, need.question)
    await bring(page)
  }
  return known
}

function tooFar({ repo, plugin, versions }: PluginDocument, { ranges }: Question): Error {
  const oldest = versions.at(-1)?.version ?? ''
  return coded('LIMIT_EXCEEDED', {
    message: `${ranges.map(quote).join(' and ')} is answered by none of the ${versions.length} versions of ${quote(pluginName({ repo, plugin }))} down to ${quote(oldest)}, expected one on the newest ${LIMITS.pagesPerRange} pages`,
    details: { plugin, ranges, pages: LIMITS.pagesPerRange },
    hint: 'ask for an exact version, which needs one page alone',
  })
}

function isAnswered(document: PluginDocument, { question, options }: Need): boolean {
  try {
    pickVersion(document, question, options)
    return true
  } catch (error) {
    throwDefect(error)
    return false
  }
}
