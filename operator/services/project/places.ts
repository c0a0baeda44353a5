// Where a project keeps what octo knows of its services: state that stays, in a folder that only its user enters, and a socket in
// the runtime folder. A project is the first file of its config, where it really is.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { realPlace, stateFolder } from '../../../config/project-folder.ts'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import { isOursAlone } from '../../../system/files/own-folder.ts'
import { ownTemporaryFolder } from '../../../system/files/temporary-folder.ts'

type Environment = Readonly<Record<string, string | undefined>>

export type Places = {
  /** Stands for the project in marks and names. */
  readonly key: string
  readonly state: string
  /** Held by whoever supervises. */
  readonly lock: string
  readonly journal: string
  /** Says where whoever supervises listens. */
  readonly control: string
  /** Says below which folder the secrets of services lie. */
  readonly secrets: string
  /** What people are still to be told of. */
  readonly notifications: string
  /** What happened to services; older ones stand in a second file beside it. */
  readonly events: string
  readonly logs: string
  readonly supervisorLog: string
}

/** Throws IO_FAILED where there is no home. Nothing is made yet. */
export function placesOf(configPath: string, env: Environment): Places {
  const places = placesAt(realPlace(configPath), env)
  const asTyped = placesAt(configPath, env)
  // Earlier versions told projects apart by how somebody got there, and what they started may still run.
  return existsSync(asTyped.journal) && !existsSync(places.journal) ? asTyped : places
}

function placesAt(configPath: string, env: Environment): Places {
  const key = createHash('sha256').update(configPath).digest('hex').slice(0, 16)
  const folder = basename(dirname(configPath))
    .replaceAll(/[^A-Za-z0-9_-]/g, '')
    .slice(0, 24)
  const file = basename(configPath, extname(configPath))
    .replaceAll(/[^A-Za-z0-9_-]/g, '')
    .slice(0, 24)
  const state = join(stateFolder(env), 'octo', 'services', `${folder}-${file}-${key}`)
  const logs = join(state, 'logs')
  return {
    key,
    state,
    logs,
    lock: join(state, 'lock'),
    journal: join(state, 'journal'),
    control: join(state, 'control.json'),
    secrets: join(state, 'secrets-folder'),
    notifications: join(state, 'notifications.json'),
    events: join(state, 'events.jsonl'),
    supervisorLog: join(logs, 'supervisor.log'),
  }
}

/** What an instance of a service writes. */
export function logPath({ logs }: Places, id: string): string {
  return join(logs, `${id}.log`)
}

/** Makes the folders; throws IO_FAILED where one is not this user's alone. */
export function makePlaces({ state, logs }: Places): void {
  for (const folder of [state, logs]) makePrivateFolder(folder)
}

/** Linux takes 107 bytes. */
const MAX_SOCKET_BYTES = 103

/** A path for a socket that is short enough, in a folder that nobody else enters. */
export function socketPath(key: string, env: Environment): string {
  const { XDG_RUNTIME_DIR: own } = env
  const runtime = own?.startsWith('/') && isOursAlone(own) ? own : undefined
  const folder =
    runtime === undefined ? join(ownTemporaryFolder(env), `octo-services-${process.getuid?.()}`) : join(runtime, 'octo')
  makePrivateFolder(folder)
  const path = join(folder, `${key}.sock`)
  if (Buffer.byteLength(path) <= MAX_SOCKET_BYTES) return path
  throw coded('IO_FAILED', {
    message: `socket path ${quote(path)} is longer than ${MAX_SOCKET_BYTES} bytes, which the system does not take`,
    hint: 'set XDG_RUNTIME_DIR or TMPDIR to a folder with a shorter path',
  })
}

/** Throws IO_FAILED where it is, or becomes, not this user's alone. */
export function makePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  if (isOursAlone(path)) return
  throw coded('IO_FAILED', {
    message: `folder ${quote(path)} is not this user's alone`,
    details: { path },
    hint: `look who made it, then remove it or run \`chmod 700 ${path}\``,
  })
}
