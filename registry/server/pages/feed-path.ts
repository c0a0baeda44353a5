// Where the feeds are: of all repos, of one, of one plugin.
import type { Name } from '../../../schemas/name.ts'

export type FeedOf = { readonly repo?: Name; readonly plugin?: Name }

/** e.g. `/feeds/core/check-tcp/newest.atom` */
export function feedPath({ repo, plugin }: FeedOf): string {
  return ['/feeds', repo, plugin, 'newest.atom'].filter((part) => part !== undefined).join('/')
}
