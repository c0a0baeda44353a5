// What is new as a feed (RFC 4287), in pages that lead from the newest to the oldest (RFC 5005 §3). Ids say nothing of where the registry is, so a feed that moves with its registry shows nobody
// its entries anew; links are made from the base address, never from a request.
import { createHmac } from 'node:crypto'
import { escapeMarkup } from '../../../schemas/escape-markup.ts'
import { pluginName } from '../../../schemas/release-name.ts'
import type { News } from '../../db/records.ts'
import type { FeedOf } from './feed-path.ts'
import { feedPath } from './feed-path.ts'
import { pluginPath, versionPath } from './page-paths.ts'
import { shownText } from './shown-text.ts'

export const ATOM_TYPE = 'application/atom+xml; charset=utf-8'

type Feed = {
  readonly of: FeedOf
  readonly baseUrl: string
  /** Of the registry: ids are made with it, so that none can be made for a guess. */
  readonly secret: string
  /** The last change first. */
  readonly news: readonly News[]
  /** From 1 on. */
  readonly page?: number
  /** There is more behind this page. */
  readonly isCut?: boolean
}

export function renderAtom({ of, baseUrl, secret, news, page = 1, isCut = false }: Feed): string {
  const what = of.plugin === undefined ? (of.repo ?? 'all repos') : `${of.repo}/${of.plugin}`
  const linkTo = (rel: string, number: number) =>
    `<link rel="${rel}" type="application/atom+xml" href="${text(baseUrl + feedPath(of, number))}"/>`
  // A feed needs a date also when nothing ever happened.
  const updated = Math.max(0, ...news.map(({ changedAt }) => changedAt))
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">',
    `<id>${idOf(secret, `feed ${of.repo ?? ''} ${of.plugin ?? ''}`)}</id>`,
    `<title>${text(`Newest releases of ${what}`)}</title>`,
    ...(isCut
      ? [`<subtitle>${text(`${news.length} changes; those before them stand on the next page`)}</subtitle>`]
      : []),
    `<updated>${timeOf(updated)}</updated>`,
    `<author><name>${text(of.repo ?? 'octo registry')}</name><uri>${text(baseUrl)}</uri></author>`,
    linkTo('self', page),
    ...(page > 1 ? [linkTo('previous', page - 1)] : []),
    ...(isCut ? [linkTo('next', page + 1)] : []),
    `<link rel="alternate" type="text/html" href="${text(baseUrl + pageOf(of))}"/>`,
    '<generator>octo</generator>',
    ...news.map((each) => entryOf(each, { baseUrl, secret })),
    '</feed>',
    '',
  ].join('\n')
}

function pageOf({ repo, plugin }: FeedOf): string {
  if (repo === undefined) return '/newest'
  return plugin === undefined ? `/newest?repo=${repo}` : pluginPath(repo, plugin)
}

function entryOf(news: News, { baseUrl, secret }: Pick<Feed, 'baseUrl' | 'secret'>): string {
  const { repo, plugin, version, publishedAt, changedAt, state, signer, kind, category } = news
  const name = pluginName({ repo, plugin })
  return [
    '<entry>',
    `<id>${idOf(secret, `release ${name}@${version}`)}</id>`,
    `<title>${text(`${name} ${version}${state === 'active' ? '' : ` (${state})`}`)}</title>`,
    `<published>${timeOf(publishedAt)}</published>`,
    `<updated>${timeOf(Math.max(publishedAt, changedAt))}</updated>`,
    `<author><name>${text(`${repo}, key ${signer}`)}</name></author>`,
    `<link rel="alternate" type="text/html" href="${text(baseUrl + versionPath(repo, plugin, version))}"/>`,
    `<category term="${text(kind)}"/>`,
    ...(category === null ? [] : [`<category term="${text(category)}"/>`]),
    `<summary>${text(summaryOf(news))}</summary>`,
    '</entry>',
  ].join('\n')
}

function summaryOf({ description, yanked, quarantined, deprecated }: News): string {
  const states = { quarantined, yanked, deprecated }
  const told = Object.entries(states).flatMap(([state, reason]) => (reason === null ? [] : [`${state}: ${reason}`]))
  return [description, ...told].join('\n')
}

/** The same for the same thing, for ever (RFC 9562 §5.8). */
function idOf(secret: string, thing: string): string {
  const bytes = createHmac('sha256', secret).update(thing).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}

function text(value: string): string {
  return escapeMarkup(shownText(value))
}
