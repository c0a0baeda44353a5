// What can be asked of the API without changing anything.
import type { WhoamiAnswer } from '../../../schemas/api.ts'
import { coded } from '../../../schemas/errors.ts'
import { parseName } from '../../../schemas/name.ts'
import type { RegistryServices } from '../../context.ts'
import type { Handler } from '../http/env.ts'
import { renderOpenApi } from '../http/openapi.ts'
import type { SightHandler, TokenHandler } from '../http/route.ts'

const MAX_QUERY = 200

export const whoamiRoute: TokenHandler = (c, { id, name, scopes, expiresAt }) => {
  const shown = scopes.map(({ repo, plugin, actions }) => ({ repo, plugin, actions: [...actions] }))
  const answer: WhoamiAnswer = { token: { id, name }, scopes: shown, expiresAt: new Date(expiresAt).toISOString() }
  return c.json(answer)
}

/** Shows as much as the documents themselves do. */
export function searchRoute({ metadata }: Pick<RegistryServices, 'metadata'>): SightHandler {
  return async (c, { privateRepos }) => {
    const query = c.req.query('q') ?? ''
    const repo = c.req.query('repo')
    if (query.length > MAX_QUERY)
      throw coded('LIMIT_EXCEEDED', {
        message: `the search is longer than ${MAX_QUERY} characters`,
        details: { maxLength: MAX_QUERY },
      })
    const inRepo = repo === undefined ? undefined : parseName(repo, 'repo')
    const answer = await metadata.catalog.search(query, inRepo, privateRepos)
    return c.json(answer, 200, { 'Cache-Control': 'public, max-age=10' })
  }
}

export function openApiRoute({ config }: RegistryServices): Handler {
  const text = JSON.stringify(renderOpenApi(config.baseUrl), null, 2)
  return (c) => c.body(text, 200, { 'Content-Type': 'application/json', 'Cache-Control': 'public, max-age=300' })
}
