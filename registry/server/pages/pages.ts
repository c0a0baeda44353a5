// The pages for people: server-rendered, without scripts. Every value is escaped by the template it stands in.
import { Hono } from 'hono'
import type { PagesDeps } from '../../context.ts'
import type { App, Env, RequestOf } from '../http/env.ts'
import type { Html } from './layout.ts'
import { PAGE_HEADERS, STYLE_PATH } from './layout.ts'
import { linksOf } from './links.ts'
import { missingPage } from './missing-page.ts'
import { pluginPage } from './plugin-page.ts'
import { searchPage } from './search-page.ts'
import { startPage } from './start-page.ts'
import { STYLE } from './style.ts'

/** To be mounted at `/`. */
export function createPages(deps: PagesDeps): App {
  const pages: App = new Hono<Env>()
  const link = linksOf(deps)
  pages.get('/', (c) => show(c, startPage(deps)))
  pages.get('/search', (c) => show(c, searchPage(deps, c.req.query('q') ?? '')))
  pages.get('/plugins/:repo/:plugin', async (c) => {
    const { repo, plugin } = c.req.param()
    const page = await pluginPage(deps, repo, plugin)
    if (!page) return show(c, missingPage(link), 404)
    return show(c, page)
  })
  pages.get(STYLE_PATH, (c) =>
    c.body(STYLE, 200, {
      'Content-Type': 'text/css; charset=utf-8',
      'Cache-Control': 'public, max-age=31536000, immutable',
    }),
  )
  return pages
}

function show(c: RequestOf, page: Html, status: 200 | 404 = 200): Response | Promise<Response> {
  // What is missing now may be published in a moment.
  return c.html(page, status, status === 200 ? PAGE_HEADERS : { ...PAGE_HEADERS, 'Cache-Control': 'no-store' })
}
