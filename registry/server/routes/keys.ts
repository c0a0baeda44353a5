// The keys that a repo admits just now, for whoever is about to trust them: `/keys/core.json`. Read from the database, as few ask for it.
import { coded } from '../../../schemas/errors.ts'
import { isName } from '../../../schemas/name.ts'
import { quote } from '../../../schemas/quote.ts'
import { renderKeys } from '../../../static-tree/render/keys.ts'
import { loginNeeded, repoNotFound } from '../../auth/hidden-repo.ts'
import type { RegistryServices } from '../../context.ts'
import { keyringOf } from '../../publish/keyring.ts'
import { readProblemAnswer } from '../http/problem.ts'
import { contextOf } from '../http/request-context.ts'
import type { SightHandler } from '../http/route.ts'

export const KEYS_ROUTE = '/keys/:document'

/** A refusal is an answer here too, so that no cache gives to one what another one saw. */
export function keysRoute({ metadata, logger }: Pick<RegistryServices, 'metadata' | 'logger'>): SightHandler {
  return async (c, { privateRepos, isAnonymous, hasPrivate }) => {
    const refuse = (error: Error) => {
      const { status, headers, body } = readProblemAnswer(error, contextOf(c.env.incoming).id, logger)
      return new Response(c.req.method === 'HEAD' ? null : body, { status, headers })
    }
    const { document = '' } = c.req.param()
    const [, repo] = /^(.+)\.json$/.exec(document) ?? []
    if (!isName(repo)) return refuse(coded('NOT_FOUND', { message: `there is nothing at ${quote(c.req.path)}` }))
    const visibility = await metadata.repos.visibility(repo)
    if (visibility !== 'public' && !privateRepos.includes(repo))
      return refuse(isAnonymous && hasPrivate ? loginNeeded(repo) : repoNotFound(repo))
    const { bytes } = renderKeys(repo, keyringOf(await metadata.repos.keys(repo)))
    return c.body(bytes.toString(), 200, { 'Content-Type': 'application/json', 'Cache-Control': 'public, max-age=60' })
  }
}
