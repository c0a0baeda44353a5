// Asks credential repositories for what an identity needs, one after the other. What a repository itself logs in with is looked for in the
// same way, in the other ones. Each is asked the same only once for one call, so that many that need each other, in a circle too, are
// a number of questions that grows with the square of theirs.
import { canonicalJson } from '../../../schemas/canonical-json.ts'
import type { Typed } from '../../../schemas/contract/ocm/type-name.ts'
import { typedShape } from '../../../schemas/contract/ocm/type-name.ts'
import type { CodedError } from '../../../schemas/errors.ts'
import { coded, isCoded, throwDefect } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import type { Question } from '../request/routing.ts'

export type Identity = Readonly<Record<string, string>>

/** Asks a plugin; the answer is that of its contract. */
export type Ask = (question: Question, credentials?: Typed) => Promise<unknown>

/** Gives the credentials of the first that has some. Throws why the only ones that could be had were not. */
type Search = (identity: Identity) => Promise<Typed | undefined>

/** Those for whose login others are asked right now: the last one by this question, the others by those that led to it. */
type Seekers = readonly Typed[]
type NoLogin = { readonly failure?: unknown }

/** `repositories`: what each is to be asked about, in the order in which they are asked. */
export function searchCredentials(repositories: readonly Typed[], ask: Ask): Search {
  const answers = new Map<string, Promise<Typed | undefined>>()
  const needs = new Map<Typed, Promise<Identity | undefined>>()
  /** Of those that have one, or need none. */
  const logins = new Map<Typed, Typed | undefined>()
  /** Looked for in vain since the last one was found, which may help. */
  const without = new Map<Typed, NoLogin>()

  async function find(identity: Identity, seekers: Seekers): Promise<Typed | undefined> {
    let failure: CodedError | undefined
    for (const config of repositories) {
      if (config === seekers.at(-1)) continue
      // In a circle it has no login yet, and may want none for this.
      const isSeeking = seekers.includes(config)
      try {
        const own = isSeeking ? undefined : await loginOf(config, seekers)
        const found = await resolved(config, identity, own)
        if (found) return found
      } catch (error) {
        throwDefect(error)
        if (error.code === 'INTERRUPTED' || error.code === 'PLUGIN_TIMEOUT') throw error
        if (!isSeeking && !saysNone(error)) failure ??= unreachable(config, error)
      }
    }
    if (failure) throw failure
    return undefined
  }

  function resolved(config: Typed, identity: Identity, own: Typed | undefined): Promise<Typed | undefined> {
    const key = `${repositories.indexOf(config)} ${own === undefined ? '' : 'logged in'} ${canonicalJson(identity)}`
    const known = answers.get(key)
    if (known) return known
    const asked = ask({ endpoint: 'credentialRepository.resolve', request: { config, identity } }, own)
    const answer = asked.then((found) => typedShape.safeParse(found).data)
    answers.set(key, answer)
    return answer
  }

  /** Undefined where it needs none, or nobody has one: then it is asked without. */
  async function loginOf(config: Typed, seekers: Seekers): Promise<Typed | undefined> {
    if (logins.has(config) || repositories.length === 1) return logins.get(config)
    const vain = without.get(config)
    if (vain?.failure !== undefined) throw vain.failure
    if (vain) return undefined
    const login = await soughtLogin(config, seekers).catch((failure: unknown) => {
      without.set(config, { failure })
      throw failure
    })
    if (login === 'none') without.set(config, {})
    else logins.set(config, login)
    if (typeof login === 'object') without.clear()
    return typeof login === 'object' ? login : undefined
  }

  async function soughtLogin(config: Typed, seekers: Seekers): Promise<Typed | undefined | 'none'> {
    const identity = await needOf(config)
    return identity && ((await find(identity, [...seekers, config])) ?? 'none')
  }

  function needOf(config: Typed): Promise<Identity | undefined> {
    const known = needs.get(config)
    if (known) return known
    const question = { endpoint: 'credentialRepository.getConsumerIdentity', request: { config } }
    const answer = ask(question)
      .catch(noneOrThrow)
      .then((found) => (isSaid(found as Identity | null | undefined) ? (found as Identity) : undefined))
    needs.set(config, answer)
    return answer
  }

  return (identity) => find(identity, [])
}

export function isSaid(identity: Identity | null | undefined): identity is Identity {
  return identity !== undefined && identity !== null && Object.keys(identity).length > 0
}

/** For a promise's catch: who does not offer something, or has nothing, says so by that. */
export function noneOrThrow(error: unknown): undefined {
  if (isCoded(error) && saysNone(error)) return undefined
  throw error
}

function saysNone(error: CodedError): boolean {
  return error.code === 'PLUGIN_FAILED' && error.details.saysNone === true
}

function unreachable({ type }: Typed, cause: CodedError): CodedError {
  return coded(cause.code, {
    message: `the credential repository ${quote(type)} gives nothing: ${cause.message}`,
    details: { ...cause.details, repository: type },
    hint: cause.hint ?? 'give the credentials to the call: `--credentials FILE`',
    cause,
  })
}
