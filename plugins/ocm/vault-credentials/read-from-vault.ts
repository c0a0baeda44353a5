// One secret of the server as the properties of credentials. A token that was made for it is ended, unless what was read ends with it.
import { parseOptions } from '../../../sdk/options.ts'
import { InvalidOptions } from '../../../sdk/result.ts'
import { CallError } from '../../../sdk/service/index.ts'
import type { VaultOptions } from '../../vault-client/login.ts'
import { logIn, logOut } from '../../vault-client/login.ts'
import { openVault } from '../../vault-client/open-vault.ts'
import { options } from '../../vault-client/options.ts'
import type { Read } from '../../vault-client/read.ts'
import { readSecrets } from '../../vault-client/read.ts'
import { Refusal } from '../../vault-client/refusal.ts'
import { chooseSecrets } from '../../vault-client/secrets.ts'
import type { VaultConfig } from './vault-config.ts'

type Texts = Readonly<Record<string, string>>
type Row = VaultConfig['secrets'][number]
type Asking = {
  /** What the host gave to log in with. */
  readonly own: Texts
  readonly signal: AbortSignal
}

const [BAD_REQUEST, FORBIDDEN, NOT_FOUND, BAD_GATEWAY, UNAVAILABLE] = [400, 403, 404, 502, 503]
const STATUSES: Readonly<Record<string, number>> = { denied: FORBIDDEN, absent: NOT_FOUND }

/** Throws a CallError, which repeats no secret. */
export async function readFromVault(config: VaultConfig, row: Row, { own, signal }: Asking): Promise<Texts> {
  try {
    return await read(optionsOf(config, row, own), row, signal)
  } catch (error) {
    throw asCallError(error)
  }
}

async function read(given: VaultOptions, { properties }: Row, signal: AbortSignal): Promise<Texts> {
  const vault = openVault(given, signal)
  const session = await logIn(vault, given)
  let found: Read | undefined
  try {
    found = await readSecrets(vault, session, given)
    const secrets = chooseSecrets(found.data, Object.values(properties ?? {}))
    if (properties === undefined) return secrets
    return Object.fromEntries(Object.entries(properties).map(([name, secret]) => [name, secrets[secret] ?? '']))
  } finally {
    if (session.isOwn && !isLeased(found)) await logOut(vault, session)
  }
}

/** Secrets that were made with a token end with it. */
function isLeased(found: Read | undefined): boolean {
  return typeof found?.body.lease_id === 'string' && found.body.lease_id !== ''
}

/** As vault-client takes them, and checked as it does. */
function optionsOf(config: VaultConfig, { path }: Row, own: Texts): VaultOptions {
  const { address, namespace, kv, mount, plaintext, timeout, role } = config
  const login = {
    token: own.token,
    role_id: own.roleId,
    secret_id: own.secretId,
    username: own.username,
    password: own.password,
    auth_method: config.authMethod ?? methodOf(config, own),
    auth_mount: config.authMount,
    role,
    jwt_file: config.jwtFile,
  }
  const server = { address, namespace, plaintext, timeout, ca_file: config.caFile, server_name: config.serverName }
  const stated = Object.entries({ ...server, ...login, path, kv, mount }).filter(([, value]) => value !== undefined)
  return parseOptions(options, [], Object.fromEntries(stated))
}

function methodOf({ role }: VaultConfig, { token, roleId, username }: Texts): string {
  if (token !== undefined) return 'token'
  if (roleId !== undefined) return 'approle'
  if (username !== undefined) return 'userpass'
  return role === undefined ? 'token' : 'kubernetes'
}

function asCallError(error: unknown): unknown {
  if (error instanceof InvalidOptions) return new CallError(asDescribed(error.message), BAD_REQUEST)
  if (!(error instanceof Refusal)) return error
  const status = error.status === 'retry' ? UNAVAILABLE : (STATUSES[error.reason] ?? BAD_GATEWAY)
  return new CallError(error.message, status)
}

/** Its words are for a command line: what is `--ca-file` or `--jwt_file` there is `caFile` or `jwtFile` in a description. */
function asDescribed(message: string): string {
  return message.replace(/--([a-z]+(?:[-_][a-z]+)*)/g, (_option, name: string) => `\`${inOneWord(name)}\``)
}

function inOneWord(name: string): string {
  return name.replace(/[-_]([a-z])/g, (_both, letter: string) => letter.toUpperCase())
}
