// Finds the credentials of a call that was given none: the plugin says by which identity they are looked for, and the credential
// repositories that the config names are asked for it. Answers THREATS.md: what is found stands in the header of the call, and in no
// sentence of an error or a log.
import type { Capability } from '../../../schemas/contract/ocm/contracts.ts'
import type { Typed } from '../../../schemas/contract/ocm/type-name.ts'
import type { Prepared } from '../request/prepare-call.ts'
import type { Question, Route } from '../request/routing.ts'
import { subjectOf } from '../request/routing.ts'
import type { Ask, Identity } from './search-credentials.ts'
import { isSaid, noneOrThrow, searchCredentials } from './search-credentials.ts'

type Finding = {
  /** What each is to be asked about, in the order of the config: `{type, …}`. */
  readonly repositories: readonly Typed[]
  readonly ask: Ask
}

/** They give credentials themselves: what they log in with is found with those that they are asked for. */
const GIVERS: readonly Capability[] = ['credentialRepository', 'credentialPlugin']

/** Undefined where the plugin wants none, or nobody has any. Throws why the only ones that could be had were not. */
export async function findCredentials(wanting: Prepared, finding: Finding): Promise<Typed | undefined> {
  const { capability, endpoint } = wanting.route
  if (finding.repositories.length === 0 || endpoint.credentials === 'never' || GIVERS.includes(capability))
    return undefined
  const identity = await identityOf(wanting, finding)
  return isSaid(identity) ? await searchCredentials(finding.repositories, finding.ask)(identity) : undefined
}

async function identityOf({ route, request }: Prepared, { ask }: Finding): Promise<Identity | undefined> {
  const question = identityQuestion(route, request)
  if (!question) return undefined
  const named = { plugin: route.plugin.name, ...(route.declared ? { type: route.declared.type } : {}) }
  const answer = await ask({ ...named, ...question }).catch(noneOrThrow)
  return (answer as { identity?: Identity | null } | null | undefined)?.identity ?? undefined
}

/** Reads of a repository do not say which one it is: then it is asked about its type. */
function identityQuestion(
  { capability, name, endpoint, declared }: Route,
  request: unknown,
): Pick<Question, 'endpoint' | 'request'> | undefined {
  if (capability === 'signingHandler') {
    const words = name === 'verify' ? 'getVerifierIdentity' : 'getSignerIdentity'
    return { endpoint: `${capability}.${words}`, request: { name: '', ...(request as object) } }
  }
  const type = subjectOf(request, endpoint) ?? (declared && { type: declared.type })
  return type === undefined ? undefined : { endpoint: `${capability}.getIdentity`, request: { type } }
}
