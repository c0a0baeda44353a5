// Where the feeds are: of all repos, of one, of one plugin.
import type { Name } from '../../../schemas/name.ts'

export type FeedOf = { readonly repo?: Name; readonly plugin?: Name }

/** e.g. `/feeds/core/check-tcp/newest.atom`, and with `?page=2` what came before that. */
export function feedPath({ repo, plugin }: FeedOf, page = 1): string {
  const path = ['/feeds', repo, plugin, 'newest.atom'].filter((part) => part !== undefined).join('/')
  return page === 1 ? path : `${path}?page=${page}`
}
