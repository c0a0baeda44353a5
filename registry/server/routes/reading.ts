// What can be asked of the API without changing anything.
import type { WhoamiAnswer } from '../../../schemas/api.ts'
import type { RegistryServices } from '../../context.ts'
import type { Handler } from '../http/env.ts'
import { renderOpenApi } from '../http/openapi.ts'
import type { SightHandler, TokenHandler } from '../http/route.ts'
import { readSearch } from '../http/search-request.ts'

export const whoamiRoute: TokenHandler = (c, { id, name, scopes, expiresAt }) => {
  const shown = scopes.map(({ repo, plugin, actions }) => ({ repo, plugin, actions: [...actions] }))
  const answer: WhoamiAnswer = { token: { id, name }, scopes: shown, expiresAt: new Date(expiresAt).toISOString() }
  return c.json(answer)
}

/** Shows as much as the documents themselves do. */
export function searchRoute({ metadata }: Pick<RegistryServices, 'metadata'>): SightHandler {
  return async (c, { privateRepos }) => {
    const { query, repo, ...narrowing } = readSearch(c)
    const found = await metadata.catalog.search(query, repo, privateRepos, narrowing)
    const { without: _, ...answer } = found
    return c.json(answer, 200, { 'Cache-Control': 'public, max-age=10' })
  }
}

/** Rendered when it is asked for first: most registries are started and asked for other things. */
export function openApiRoute({ config }: RegistryServices): Handler {
  let text: string | undefined
  return (c) => {
    text ??= JSON.stringify(renderOpenApi(config.baseUrl), null, 2)
    return c.body(text, 200, { 'Content-Type': 'application/json', 'Cache-Control': 'public, max-age=300' })
  }
}
