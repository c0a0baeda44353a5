// Reads what a path holds: a key-value store of version 1 or 2, or an engine that makes secrets anew with a lease.
import { invalidOptions } from '../../sdk/index.ts'
import type { Answer, Fields } from './answer.ts'
import { fieldsOf } from './body.ts'
import type { Session, VaultOptions } from './login.ts'
import { parsePath } from './place.ts'
import { Refusal, refusedBy } from './refusal.ts'
import type { Vault } from './request.ts'
import { ask } from './request.ts'

export type Read = {
  readonly data: Fields
  /** The whole answer: lease and warnings. */
  readonly body: Fields
  /** Of a store of version 2. */
  readonly metadata?: Fields
}

type Place = { readonly path: string; readonly isVersioned: boolean }

/** Throws InvalidOptions and Refusal. */
export async function readSecrets(vault: Vault, session: Session, given: VaultOptions): Promise<Read> {
  const path = parsePath(given.path, 'path')
  const place = await findPlace(vault, session, { ...given, path })
  if (place) return (await readAt(vault, session, { ...given, path, place })).read
  return readByShape(vault, session, { ...given, path })
}

/** Undefined when the server does not say what is mounted there, which it need not. */
async function findPlace(vault: Vault, { token }: Session, given: VaultOptions): Promise<Place | undefined> {
  const { path, kv } = given
  if (kv === '1') return { path, isVersioned: false }
  const mount = given.mount === undefined ? undefined : `${parsePath(given.mount, 'mount')}/`
  if (kv === '2') return versioned(path, mount ?? firstPart(path))
  const answer = await ask(vault, { path: `sys/internal/ui/mounts/${path}`, token })
  const { path: found, type, options } = fieldsOf(answer.body.data) ?? {}
  if (answer.status !== 200 || typeof found !== 'string' || !`${path}/`.startsWith(found) || !found.endsWith('/'))
    return undefined
  const isVersioned = (type === 'kv' || type === 'generic') && fieldsOf(options)?.version === '2'
  return isVersioned ? versioned(path, found) : { path, isVersioned: false }
}

/** `secret/data/api`, which people copy from the API, means the same as `secret/api`. */
function versioned(path: string, mount: string): Place {
  if (!path.startsWith(mount) || path.length === mount.length)
    throw invalidOptions(`--path names nothing below the mount \`${mount}\``)
  const rest = path.slice(mount.length)
  return { path: `${mount}data/${rest.startsWith('data/') ? rest.slice('data/'.length) : rest}`, isVersioned: true }
}

function firstPart(path: string): string {
  return `${path.split('/', 1)[0]}/`
}

type Asked = VaultOptions & { readonly place: Place }
type Attempt = { readonly read: Read; readonly answer: Answer }

async function readAt(vault: Vault, session: Session, { place, version }: Asked): Promise<Attempt> {
  if (version !== undefined && !place.isVersioned)
    throw invalidOptions('--version needs a key-value store of version 2, and there is none at --path')
  const query = version === undefined ? {} : { query: `?version=${version}` }
  const answer = await ask(vault, { path: place.path, token: session.token, ...query })
  const { data, metadata } = partsOf(answer.body, place.isVersioned)
  if (answer.status === 404 && metadata) throw goneVersion(place.path, metadata)
  if (answer.status !== 200) throw refusedBy(answer, place.path)
  if (answer.body.wrap_info) throw new Refusal('failed', 'refused', `${place.path}: the server gives it wrapped only`)
  if (!data)
    throw metadata
      ? goneVersion(place.path, metadata)
      : new Refusal('failed', 'absent', `${place.path}: it holds no secrets`)
  return { answer, read: { data, body: answer.body, ...(metadata ? { metadata } : {}) } }
}

function partsOf(body: Fields, isVersioned: boolean): { data: Fields | undefined; metadata: Fields | undefined } {
  const data = fieldsOf(body.data)
  if (!isVersioned) return { data, metadata: undefined }
  return { data: fieldsOf(data?.data), metadata: fieldsOf(data?.metadata) }
}

/** Deleted, which can be undone, destroyed, which cannot. */
function goneVersion(path: string, { version, deletion_time: deleted, destroyed }: Fields): Refusal {
  const which = `${path}: version ${typeof version === 'number' ? version : '?'}`
  if (destroyed === true) return new Refusal('failed', 'destroyed', `${which} was destroyed`)
  const at =
    typeof deleted === 'string' && !Number.isNaN(Date.parse(deleted)) ? ` at ${new Date(deleted).toISOString()}` : ''
  return new Refusal('failed', 'deleted', `${which} was deleted${at}; \`vault kv undelete\` brings it back`)
}

/**
 * Where nobody says what is mounted: the path as it is, and as one of version 2. Tokens that may not know what is mounted are
 * often allowed only one of both, so the first that answers counts.
 */
async function readByShape(vault: Vault, session: Session, given: VaultOptions): Promise<Read> {
  const { path } = given
  const plain = { path, isVersioned: looksVersioned(path) }
  const first = await attempt(readAt(vault, session, { ...given, place: plain }))
  if (!(first instanceof Refusal)) return first.read
  if (!['absent', 'denied'].includes(first.reason) || plain.isVersioned || !path.includes('/')) throw first
  const second = await attempt(readAt(vault, session, { ...given, place: versioned(path, firstPart(path)) }))
  if (!(second instanceof Refusal)) return second.read
  throw ['absent', 'denied'].includes(second.reason) ? first : second
}

function looksVersioned(path: string): boolean {
  return path.split('/')[1] === 'data'
}

async function attempt(act: Promise<Attempt>): Promise<Attempt | Refusal> {
  try {
    return await act
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}
