// What can be asked of the API without changing anything.
import type { WhoamiAnswer } from '../../../schemas/api.ts'
import { coded } from '../../../schemas/errors.ts'
import { parseName } from '../../../schemas/name.ts'
import type { RegistryServices } from '../../context.ts'
import { principalOf } from '../http/authenticate.ts'
import type { Handler } from '../http/env.ts'
import { renderOpenApi } from '../http/openapi.ts'

const MAX_QUERY = 200

export function whoamiRoute(services: RegistryServices): Handler {
  return async (c) => {
    const { id, name, scopes, expiresAt } = await principalOf(c, services)
    const shown = scopes.map(({ repo, plugin, actions }) => ({ repo, plugin, actions: [...actions] }))
    const answer: WhoamiAnswer = { token: { id, name }, scopes: shown, expiresAt: new Date(expiresAt).toISOString() }
    return c.json(answer)
  }
}

/** Open to everyone, as the documents themselves are. */
export function searchRoute({ metadata }: RegistryServices): Handler {
  return async (c) => {
    const query = c.req.query('q') ?? ''
    const repo = c.req.query('repo')
    if (query.length > MAX_QUERY)
      throw coded('LIMIT_EXCEEDED', {
        message: `the search is longer than ${MAX_QUERY} characters`,
        details: { maxLength: MAX_QUERY },
      })
    const answer = await metadata.catalog.search(query, repo === undefined ? undefined : parseName(repo, 'repo'))
    return c.json(answer, 200, { 'Cache-Control': 'public, max-age=10' })
  }
}

export function openApiRoute({ config }: RegistryServices): Handler {
  const text = JSON.stringify(renderOpenApi(config.baseUrl), null, 2)
  return (c) => c.body(text, 200, { 'Content-Type': 'application/json', 'Cache-Control': 'public, max-age=300' })
}
