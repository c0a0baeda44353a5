// The pages for people: server-rendered, without scripts. Every value is escaped by the template it stands in.
import { isName, parseName } from '../../../schemas/name.ts'
import type { Sight } from '../../auth/read-gate.ts'
import type { PagesDeps } from '../../context.ts'
import type { Handler, RequestOf } from '../http/env.ts'
import type { Route, SightHandler } from '../http/route.ts'
import { readPage, readSearch } from '../http/search-request.ts'
import { apiPage } from './api-page.ts'
import type { Html } from './layout.ts'
import { PAGE_HEADERS, STYLE_PATH } from './layout.ts'
import { linksOf } from './links.ts'
import { openMarkdown } from './markdown/markdown.ts'
import { missingPage } from './missing-page.ts'
import { newestPage } from './newest-page.ts'
import { pluginPage } from './plugin-page.ts'
import { repoPage } from './repo-page.ts'
import { searchPage } from './search-page.ts'
import type { Asked } from './seen-plugin.ts'
import { startPage } from './start-page.ts'
import { STYLE } from './style.ts'
import { versionPage } from './version-page.ts'

/** Of what the address names; nothing for what it leaves out. */
type AskedPage = Asked & { readonly version: string }

export function pageRoutes(deps: PagesDeps): readonly Route[] {
  const link = linksOf(deps)
  const markdown = openMarkdown()
  const page = (path: string, handle: SightHandler): Route => ({ method: 'GET', path, access: 'sight', handle })
  const below = (path: string, render: (asked: AskedPage) => Promise<Html | undefined>): Route =>
    page(path, async (c, sight) => {
      const { repo = '', plugin = '', version = '' } = c.req.param()
      const found = await render({ repo, plugin, version, sight })
      if (found) return show(c, found)
      const status = (await mayLogIn(deps, repo, sight)) ? 401 : 404
      return show(c, missingPage(link, status), status)
    })
  return [
    page('/', (c, sight) => show(c, startPage(deps, sight))),
    page('/search', (c, sight) => show(c, searchPage(deps, readSearch(c), sight))),
    page('/newest', (c, sight) => show(c, newestPage(deps, { ...readNewest(c), sight }))),
    { method: 'GET', path: '/api', access: 'everyone', handle: showApi(deps) },
    below('/plugins/:repo', ({ repo, sight }) => repoPage(deps, { repo, sight })),
    below('/plugins/:repo/:plugin', (asked) => pluginPage(deps, asked, markdown)),
    below('/plugins/:repo/:plugin/:version', (asked) => versionPage(deps, asked, markdown)),
    { method: 'GET', path: STYLE_PATH, access: 'everyone', handle: showStyle },
  ]
}

/** Throws NAME_INVALID or USAGE. */
function readNewest(c: RequestOf) {
  const repo = c.req.query('repo') || undefined
  return {
    repo: repo === undefined ? undefined : parseName(repo, 'repo'),
    page: readPage(c.req.query('page') || undefined),
  }
}

function showApi(deps: PagesDeps): Handler {
  let page: Html | undefined
  return (c) => {
    page ??= apiPage(deps)
    return show(c, page)
  }
}

const showStyle: Handler = (c) =>
  c.body(STYLE, 200, {
    'Content-Type': 'text/css; charset=utf-8',
    'Cache-Control': 'public, max-age=31536000, immutable',
  })

/** A browser that nobody logged in asks for a login where a private repo may be meant, whether or not there is one. */
async function mayLogIn({ metadata }: PagesDeps, repo: string, { isAnonymous, hasPrivate }: Sight): Promise<boolean> {
  return isAnonymous && hasPrivate && !(isName(repo) && (await metadata.repos.visibility(repo)) === 'public')
}

function show(c: RequestOf, page: Html, status: 200 | 401 | 404 = 200): Response | Promise<Response> {
  if (status === 401) c.header('WWW-Authenticate', 'Basic realm="octo"')
  // What is missing now may be published in a moment.
  return c.html(page, status, status === 200 ? PAGE_HEADERS : { ...PAGE_HEADERS, 'Cache-Control': 'no-store' })
}
