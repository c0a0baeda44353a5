// Finds the credentials of a call that was given none: the plugin says by which identity they are looked for, and the credential repositories
// that the config names are asked for it, one after the other. What a repository itself logs in with is looked for in the same way, in
// the other ones. Answers THREATS.md: what is found stands in the header of the call, and in no sentence of an error or a log.
import type { Capability } from '../../schemas/contract/ocm/contracts.ts'
import type { Typed } from '../../schemas/contract/ocm/type-name.ts'
import { typedShape } from '../../schemas/contract/ocm/type-name.ts'
import type { CodedError } from '../../schemas/errors.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { Prepared } from './prepare-call.ts'
import type { Question, Route } from './routing.ts'
import { subjectOf } from './routing.ts'

type Identity = Readonly<Record<string, string>>

type Finding = {
  /** What each is to be asked about, in the order of the config: `{type, …}`. */
  readonly repositories: readonly Typed[]
  /** Asks a plugin; the answer is that of its contract. */
  readonly ask: (question: Question, credentials?: Typed) => Promise<unknown>
}

/** They give credentials themselves: what they log in with is looked for by `from`. */
const GIVERS: readonly Capability[] = ['credentialRepository', 'credentialPlugin']
/** Who has nothing for an identity says so. */
const HAS_NONE: readonly unknown[] = [404, 501]

/** Undefined where the plugin wants none, or nobody has any. Throws why the only ones that could be had were not. */
export async function findCredentials(wanting: Prepared, finding: Finding): Promise<Typed | undefined> {
  const { capability, endpoint } = wanting.route
  if (finding.repositories.length === 0 || endpoint.credentials === 'never' || GIVERS.includes(capability))
    return undefined
  const identity = await identityOf(wanting, finding)
  return isSaid(identity) ? await from(finding.repositories, identity, finding) : undefined
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

/** Of those repositories, and what each needs of the others. */
async function from(repositories: readonly Typed[], identity: Identity, finding: Finding): Promise<Typed | undefined> {
  let failure: CodedError | undefined
  for (const config of repositories) {
    try {
      const others = repositories.filter((one) => one !== config)
      const own = await ownOf(config, others, finding)
      const { data } = typedShape.safeParse(
        await finding.ask({ endpoint: 'credentialRepository.resolve', request: { config, identity } }, own),
      )
      if (data) return data
    } catch (error) {
      if (!isCoded(error)) throw error
      if (error.code === 'INTERRUPTED' || error.code === 'PLUGIN_TIMEOUT') throw error
      if (!hasNone(error)) failure ??= unreachable(config, error)
    }
  }
  if (failure) throw failure
  return undefined
}

async function ownOf(config: Typed, others: readonly Typed[], finding: Finding): Promise<Typed | undefined> {
  if (others.length === 0) return undefined
  const question = { endpoint: 'credentialRepository.getConsumerIdentity', request: { config } }
  const identity = (await finding.ask(question).catch(noneOrThrow)) as Identity | null | undefined
  return isSaid(identity) ? await from(others, identity, finding) : undefined
}

function isSaid(identity: Identity | null | undefined): identity is Identity {
  return identity !== undefined && identity !== null && Object.keys(identity).length > 0
}

function noneOrThrow(error: unknown): undefined {
  if (isCoded(error) && hasNone(error)) return undefined
  throw error
}

function hasNone(error: CodedError): boolean {
  return error.code === 'PLUGIN_FAILED' && HAS_NONE.includes(error.details.status)
}

function unreachable({ type }: Typed, cause: CodedError): CodedError {
  return coded(cause.code, {
    message: `the credential repository ${quote(type)} gives nothing: ${cause.message}`,
    details: { ...cause.details, repository: type },
    hint: cause.hint ?? 'give the credentials to the call: `--credentials FILE`',
    cause,
  })
}
