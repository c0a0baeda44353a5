// The feeds of what is new, as finished documents with a validator: a reader that has the newest is told so in a line.
import { digestOf } from '../../../schemas/digest.ts'
import { coded } from '../../../schemas/errors.ts'
import type { Name } from '../../../schemas/name.ts'
import { parseName } from '../../../schemas/name.ts'
import { loginNeeded, repoNotFound } from '../../auth/hidden-repo.ts'
import type { Sight } from '../../auth/read-gate.ts'
import type { PagesDeps } from '../../context.ts'
import { namesEtag } from '../../read/conditions.ts'
import type { RequestOf } from '../http/env.ts'
import type { Route } from '../http/route.ts'
import { MAX_PAGES, readPage } from '../http/search-request.ts'
import { ATOM_TYPE, renderAtom } from '../pages/atom.ts'
import type { FeedOf } from '../pages/feed-path.ts'
import { seenRepo } from '../pages/seen-plugin.ts'

const MAX_ENTRIES = 50
const CACHE_CONTROL = 'public, max-age=60'

export function feedRoutes(deps: PagesDeps): readonly Route[] {
  const feed = (path: string, read: (c: RequestOf) => FeedOf): Route => ({
    method: 'GET',
    path,
    access: 'sight',
    handle: async (c, sight) => answer(c, await requireFeed(deps, read(c), sight), { deps, sight }),
  })
  const repo = (c: RequestOf) => parseName(c.req.param('repo'), 'repo')
  const plugin = (c: RequestOf) => parseName(c.req.param('plugin'), 'plugin')
  return [
    feed('/feeds/newest.atom', () => ({})),
    feed('/feeds/:repo/newest.atom', (c) => ({ repo: repo(c) })),
    feed('/feeds/:repo/:plugin/newest.atom', (c) => ({ repo: repo(c), plugin: plugin(c) })),
  ]
}

/** Throws REPO_NOT_FOUND, PLUGIN_NOT_FOUND or UNAUTHENTICATED: of a private repo the same as of one that does not exist. */
async function requireFeed({ metadata }: PagesDeps, of: FeedOf, sight: Sight): Promise<FeedOf> {
  const { repo, plugin } = of
  if (repo === undefined) return of
  if (!(await seenRepo({ metadata }, { repo, sight })))
    throw sight.isAnonymous && sight.hasPrivate ? loginNeeded(repo) : repoNotFound(repo)
  if (plugin !== undefined && !(await metadata.catalog.plugin(repo, plugin))) throw noPlugin(repo, plugin)
  return of
}

function noPlugin(repo: Name, plugin: Name): Error {
  return coded('PLUGIN_NOT_FOUND', {
    message: `repo \`${repo}\` offers no plugin \`${plugin}\``,
    details: { repo, plugin },
    hint: '`octo search` lists what the repos of a config offer',
  })
}

type For = { readonly deps: PagesDeps; readonly sight: Sight }

async function answer(c: RequestOf, of: FeedOf, { deps, sight }: For): Promise<Response> {
  const { metadata, config } = deps
  const page = readPage(c.req.query('page') || undefined)
  const asked = { ...of, limit: MAX_ENTRIES + 1, offset: (page - 1) * MAX_ENTRIES }
  const found = await metadata.catalog.news(asked, sight.privateRepos)
  const body = renderAtom({
    of,
    page,
    baseUrl: config.baseUrl,
    secret: await metadata.catalog.secret(),
    news: found.slice(0, MAX_ENTRIES),
    isCut: found.length > MAX_ENTRIES && page < MAX_PAGES,
  })
  const etag = `"${digestOf(body)}"`
  const headers = { ETag: etag, 'Cache-Control': CACHE_CONTROL }
  if (namesEtag(c.req.header('if-none-match') ?? '', etag)) return c.body(null, 304, headers)
  return c.body(body, 200, { ...headers, 'Content-Type': ATOM_TYPE })
}
