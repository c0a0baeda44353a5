// A token for the questions: given, opened from its wrapping, or by a login. One that nobody else knows is ended afterwards, unless
// secrets end with it.
import { readFileSync } from 'node:fs'
import type { SecretsContext } from '../../sdk/index.ts'
import { invalidOptions } from '../../sdk/index.ts'
import type { Answer, Fields } from './answer.ts'
import { fieldsOf, numberOf } from './body.ts'
import type { options } from './options.ts'
import { parsePath } from './place.ts'
import { Refusal, refusedBy } from './refusal.ts'
import type { Vault } from './request.ts'
import { ask } from './request.ts'

export type VaultOptions = SecretsContext<typeof options>['options']

export type Session = {
  readonly token: string
  /** Nobody else has it: it is ours to end, and leases that are made with it end with it. */
  readonly isOwn: boolean
  /** Of a token of our own: how long it lives. 0 where it has no end. */
  readonly lifeMs: number
}

/** Throws InvalidOptions and Refusal. */
export async function logIn(vault: Vault, given: VaultOptions): Promise<Session> {
  if (given.auth_method === 'token') return tokenSession(vault, given)
  const { path, body } = await LOGINS[given.auth_method](vault, given)
  const mount = parsePath(given.auth_mount ?? given.auth_method, 'auth_mount')
  for (const value of Object.values(body)) vault.secrets.add(String(value))
  const answer = await ask(vault, { method: 'POST', path: `auth/${mount}/${path}`, body })
  if (answer.status !== 200) throw loginRefused(answer, given.auth_method)
  return ownSession(vault, answer.body.auth, `the login by ${given.auth_method}`)
}

type Login = { readonly path: string; readonly body: Fields }
type LoginMethod = Exclude<VaultOptions['auth_method'], 'token'>

const LOGINS: Readonly<Record<LoginMethod, (vault: Vault, given: VaultOptions) => Promise<Login>>> = {
  approle: async (vault, given) => {
    const secret = given.secret_id === undefined ? undefined : await secretId(vault, given, given.secret_id)
    const body = { role_id: needed(given.role_id, 'role_id'), ...(secret === undefined ? {} : { secret_id: secret }) }
    return { path: 'login', body }
  },
  userpass: async (_vault, given) => ({
    path: `login/${onePart(needed(given.username, 'username'))}`,
    body: { password: needed(given.password, 'password') },
  }),
  kubernetes: async (_vault, given) => ({
    path: 'login',
    body: { role: needed(given.role, 'role'), jwt: textFile(given.jwt_file, 'jwt_file') },
  }),
}

async function tokenSession(vault: Vault, given: VaultOptions): Promise<Session> {
  if (given.token !== undefined && given.token_file !== undefined)
    throw invalidOptions('--token and --token_file are both given, expected one of them')
  const token = given.token ?? (given.token_file === undefined ? undefined : textFile(given.token_file, 'token_file'))
  const plain = headerValue(needed(token, 'token'))
  vault.secrets.add(plain)
  if (!given.wrapped) return { token: plain, isOwn: false, lifeMs: 0 }
  const { auth } = await unwrap(vault, plain)
  return ownSession(vault, auth, 'the wrapping token')
}

async function secretId(vault: Vault, given: VaultOptions, text: string): Promise<string> {
  vault.secrets.add(text)
  if (!given.wrapped) return text
  const { data } = await unwrap(vault, headerValue(text))
  const inner = fieldsOf(data)?.secret_id
  if (typeof inner === 'string' && inner !== '') return inner
  throw new Refusal('failed', 'refused', 'the wrapping token held no `secret_id`')
}

/** It opens once: when it does not, somebody else may have read what it held. */
async function unwrap(vault: Vault, token: string): Promise<Fields> {
  const answer = await ask(vault, { method: 'POST', path: 'sys/wrapping/unwrap', token })
  if (answer.status === 200) return answer.body
  if (answer.status !== 400 && answer.status !== 403) throw refusedBy(answer, 'opening the wrapping token')
  throw new Refusal(
    'failed',
    'opened',
    'alarm: the wrapping token was opened before or has ended, so somebody else may know what it held: revoke that, and wrap another',
  )
}

function ownSession(vault: Vault, auth: unknown, what: string): Session {
  const { client_token: token, lease_duration: life } = fieldsOf(auth) ?? {}
  if (typeof token !== 'string' || token === '')
    throw new Refusal('failed', 'denied', `${what} gave no token; a second factor is not spoken here`)
  vault.secrets.add(token)
  return { token: headerValue(token), isOwn: true, lifeMs: numberOf(life) * 1000 }
}

/** Wrong credentials are 400 or 403, as the method likes. */
function loginRefused(answer: Answer, method: string): Refusal {
  const what = `login by ${method}`
  if (answer.status !== 400) return refusedBy(answer, what)
  return new Refusal('failed', 'denied', `${what}: refused (400)${answer.words === '' ? '' : `: ${answer.words}`}`)
}

/** Ends a token of our own; what went wrong, as a warning. */
export async function logOut(vault: Vault, { token }: Session): Promise<string[]> {
  try {
    const { status } = await ask(vault, { method: 'POST', path: 'auth/token/revoke-self', token })
    return status < 300 ? [] : [`the token was not revoked (${status}) and lives to its end`]
  } catch {
    return ['the token was not revoked, as the server did not answer, and lives to its end']
  }
}

function needed(value: string | undefined, option: string): string {
  if (value !== undefined && value !== '') return value
  throw invalidOptions(`--${option} is missing`)
}

function headerValue(text: string): string {
  if (/^[\x21-\x7e]+$/.test(text)) return text
  throw invalidOptions('a token holds characters that no token has')
}

function onePart(name: string): string {
  if (!name.includes('/')) return parsePath(name, 'username')
  throw invalidOptions('--username holds a `/`, which no name has')
}

function textFile(path: string, option: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw invalidOptions(`--${option} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}
