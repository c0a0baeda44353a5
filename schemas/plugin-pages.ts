// The older versions of a plugin that has too many for one document: pages of the same entries, which the document names with
// digest and size. Nobody reads them but who needs an old version.
import { z } from 'zod'
import { digestOf } from './digest.ts'
import { coded } from './errors.ts'
import { parseJson } from './json.ts'
import { LIMITS } from './limits.ts'
import type { DocumentPage, DocumentVersion, PluginDocument } from './plugin-document.ts'
import { documentVersionShape } from './plugin-document.ts'
import { quote } from './quote.ts'
import { parseShape } from './shape.ts'
import { nameShape } from './shapes.ts'
import { isAtLeast, newestFirst } from './version.ts'

export const PLUGIN_PAGE_FORMAT = 'octo.plugin-page/v1'

export const pluginPageShape = z.object({
  format: z.literal(PLUGIN_PAGE_FORMAT),
  repo: nameShape,
  plugin: nameShape,
  /** Newest first, by semantic version precedence. */
  versions: z.array(documentVersionShape).min(1).max(LIMITS.versionsPerPlugin),
})

/** Throws JSON_INVALID, FORMAT_INVALID or LIMIT_EXCEEDED. */
// allow(dead-export): the examples of docs/FORMATS.md are read by it
export function parsePluginPage(text: string, name: string): z.output<typeof pluginPageShape> {
  return parseShape(pluginPageShape, parseJson(text, name, LIMITS.pluginPageBytes), { name })
}

/** The page that lists the version, if any does. */
export function pageListing({ pages = [] }: PluginDocument, version: DocumentVersion['version']) {
  return pages.find(({ newest, oldest }) => isAtLeast(newest, version) && isAtLeast(version, oldest))
}

/** The document with the versions of one of its pages, which is then no page of it any more. Throws DOCUMENT_MISMATCH. */
export function withPage(document: PluginDocument, page: DocumentPage, text: string, name: string): PluginDocument {
  const found = digestOf(text)
  if (found !== page.digest)
    throw coded('DOCUMENT_MISMATCH', {
      message: `${quote(name)} is not the page that its document names, expected \`${page.digest}\`, found \`${found}\``,
      details: { source: name, expected: page.digest, found },
      hint: 'it may have changed in this very moment: run the command again in a minute',
    })
  const { repo, plugin, versions } = parsePluginPage(text, name)
  if (repo !== document.repo || plugin !== document.plugin)
    throw coded('DOCUMENT_MISMATCH', {
      message: `${quote(name)} is about another plugin, expected \`${document.repo}/${document.plugin}\`, found \`${repo}/${plugin}\``,
      details: { source: name },
    })
  const rest = (document.pages ?? []).filter((other) => other !== page)
  const all = newestFirst([...document.versions, ...versions])
  return { ...document, versions: all, pages: rest }
}
