// A plugin's document from its repo, checked to be about this plugin of this repo.

import { coded, isCoded } from '../../../schemas/errors.ts'
import { LIMITS } from '../../../schemas/limits.ts'
import type { Name } from '../../../schemas/name.ts'
import type { DocumentPage, PluginDocument } from '../../../schemas/plugin-document.ts'
import { parsePluginDocument } from '../../../schemas/plugin-document.ts'
import { withPage } from '../../../schemas/plugin-pages.ts'
import { quote } from '../../../schemas/quote.ts'
import { pluginName } from '../../../schemas/release-name.ts'
import type { FetchDocument } from '../../network.ts'
import type { RepoAddress } from '../repo-address.ts'

/** Undefined when the repo does not offer the plugin; throws DOCUMENT_MISMATCH, FORMAT_INVALID or JSON_INVALID. */
export async function fetchPluginDocument(
  fetch: FetchDocument,
  address: RepoAddress,
  plugin: Name,
): Promise<PluginDocument | undefined> {
  const url = address.plugin(plugin)
  const text = await fetch(url, LIMITS.pluginDocumentBytes)
  if (text === undefined) return undefined
  const document = parsePluginDocument(text, url.href)
  if (document.repo === address.name && document.plugin === plugin) return document
  const [expected, found] = [`${address.name}/${plugin}`, pluginName(document)]
  throw coded('DOCUMENT_MISMATCH', {
    message: `${quote(url.href)} is about another plugin, expected ${quote(expected)}, found ${quote(found)}`,
    details: { url: url.href, expected, found },
  })
}

/** The document with one of its pages. Throws DOCUMENT_MISMATCH where the page is not what the document says of it. */
export async function fetchPage(
  fetch: FetchDocument,
  address: RepoAddress,
  { document, page }: { readonly document: PluginDocument; readonly page: DocumentPage },
): Promise<PluginDocument> {
  const url = address.page(document.plugin, page.page)
  const text = await fetch(url, page.size).catch((error: unknown) => {
    throw isCoded(error, 'LIMIT_EXCEEDED') ? otherPage(url, 'is larger than its document says', error) : error
  })
  if (text !== undefined) return withPage(document, page, text, url.href)
  throw otherPage(url, 'is not there, though its document names it')
}

function otherPage({ href }: URL, problem: string, cause?: unknown): Error {
  return coded('DOCUMENT_MISMATCH', {
    message: `${quote(href)} ${problem}`,
    details: { url: href },
    hint: 'it may have changed in this very moment: run the command again in a minute',
    cause,
  })
}
