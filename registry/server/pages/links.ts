// Where links of pages lead: below the path at which the registry is mounted on its host.
import { basePath, parseBaseUrl } from '../../../static-tree/base-url.ts'
import type { PagesDeps } from '../../context.ts'

/** From a path of the registry, `/search`, to what a browser asks for, `/octo/search`. */
export type Link = (path: string) => string

export function linksOf({ config }: Pick<PagesDeps, 'config'>): Link {
  const site = basePath(parseBaseUrl(config.baseUrl))
  return (path) => `${site}${path}`
}
