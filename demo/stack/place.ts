// The folder in which a stack lives: config, sockets, database, octo's own store and state. With it, all of that is gone.
import { chmodSync, chownSync, mkdirSync, mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { chmod, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { shellWord } from '../../schemas/quote.ts'
import { temporaryFolder } from '../../system/files/temporary-folder.ts'

export type Place = AsyncDisposable & {
  readonly dir: string
  /** What makes octo keep everything here. */
  readonly env: Readonly<Record<string, string>>
}

type Environment = Readonly<Record<string, string | undefined>>

/** Names of sockets below it must stay under 104 bytes. */
const MAX_PARENT = 60

export function openPlace(root: string, environment: Environment): Place {
  const wanted = temporaryFolder(environment)
  const dir = mkdtempSync(join(isFit(wanted) ? wanted : '/tmp', 'octo-stack-'))
  if (isRoot()) chmodSync(dir, 0o711)
  const env = {
    OCTO_HOME: join(dir, 'store'),
    XDG_CACHE_HOME: join(dir, 'cache'),
    XDG_STATE_HOME: join(dir, 'state'),
    XDG_RUNTIME_DIR: join(dir, 'run'),
  }
  for (const folder of [env.XDG_RUNTIME_DIR, join(dir, 'sockets')]) mkdirSync(folder, { mode: 0o700 })
  writeFileSync(join(dir, 'octo'), octoScript(root, env), { mode: 0o755 })
  return { dir, env, [Symbol.asyncDispose]: () => remove(dir) }
}

/** Root lets another user run the database, who has to get there. */
function isFit(parent: string): boolean {
  return (
    parent.length <= MAX_PARENT && (!isRoot() || foldersTo(parent).every((folder) => statSync(folder).mode & 0o001))
  )
}

function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** The folder and all above it. */
function foldersTo(folder: string): string[] {
  const above = dirname(folder)
  return above === folder ? [folder] : [folder, ...foldersTo(above)]
}

/** Folders of a store are not writable, which keeps `rm` out. */
async function remove(dir: string): Promise<void> {
  for (const entry of await readdir(dir, { withFileTypes: true, recursive: true }))
    if (entry.isDirectory()) await chmod(join(entry.parentPath, entry.name), 0o700)
  await rm(dir, { recursive: true, force: true })
}

export const databaseFolder = (dir: string) => join(dir, 'database')

type Owner = { readonly uid: number; readonly gid: number }

/** For whoever the database runs as. */
export function makeDatabaseFolder({ dir }: Place, owner?: Owner): void {
  mkdirSync(databaseFolder(dir), { mode: 0o700 })
  if (owner) chownSync(databaseFolder(dir), owner.uid, owner.gid)
}

/** `./octo` is octo of the checkout, with what it keeps in this folder. */
function octoScript(root: string, env: Place['env']): string {
  const variables = Object.entries(env).map(([name, value]) => `export ${name}=${shellWord(value)}`)
  return `${['#!/bin/sh', ...variables, `exec ${shellWord(join(root, 'octo'))} "$@"`].join('\n')}\n`
}
