// The pages, feeds and search of a registry with a real database, asked without a socket.
import type { TestContext } from 'node:test'
import { Hono } from 'hono'
import type { Sight } from '../../../registry/auth/read-gate.ts'
import { PUBLIC_SIGHT } from '../../../registry/auth/read-gate.ts'
import { indexWords } from '../../../registry/db/sqlite/search.ts'
import type { Env } from '../../../registry/server/http/env.ts'
import { guardedBy } from '../../../registry/server/http/route.ts'
import { pageRoutes } from '../../../registry/server/pages/pages.ts'
import { feedRoutes } from '../../../registry/server/routes/feeds.ts'
import { searchRoute } from '../../../registry/server/routes/reading.ts'
import { registrySettings } from '../../../registry/settings.ts'
import type { Name } from '../../../schemas/name.ts'
import { TreeRegistry } from './tree-registry.ts'

type Wish = { readonly baseUrl?: string; readonly sight?: Sight }

export async function pagesOf(t: TestContext, wish: Wish = {}) {
  const { baseUrl = 'https://plugins.example.com', sight = PUBLIC_SIGHT } = wish
  const registry = await TreeRegistry.create()
  t.after(() => registry[Symbol.asyncDispose]())
  registry.addRepo()
  const config = registrySettings({ dataDir: registry.dataDir, baseUrl })
  const pages = new Hono<Env>()
  const guards = { sight: async () => sight, principal: () => Promise.reject(new Error('no page asks for one')) }
  const deps = { metadata: registry.metadata, config }
  const search = { method: 'GET', path: '/api/v1/search', access: 'sight', handle: searchRoute(deps) } as const
  for (const route of [...pageRoutes(deps), ...feedRoutes(deps), search])
    pages.on(route.method, route.path, guardedBy(route, guards))
  const get = async (path: string) => {
    const answer = await pages.request(path)
    return { status: answer.status, headers: answer.headers, text: await answer.text() }
  }
  const index = (plugin: string, description: string) =>
    indexWords(registry.db, { repo: 'core' as Name, plugin: plugin as Name, category: 'health', description })
  return { registry, get, index }
}
