// A registry of our own: its data in the suite's folder, one repo with one key, a token, pinned to the server's core.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { run, serve } from '../child.ts'
import type { Scope } from '../scope.ts'
import { octo } from './octo.ts'

export const REPO = 'bench'

export type OctoRegistry = {
  readonly url: string
  readonly pid: number
  /** The static tree on disk. */
  readonly tree: string
  readonly token: string
  readonly keys: KeyFiles
}

export type KeyFiles = { readonly privateKey: string; readonly publicKey: string }

export type RegistrySetting = {
  readonly name: string
  /** Fills the data folder before the server starts. */
  readonly before?: (setting: { readonly data: string; readonly keys: KeyFiles }) => Promise<void>
}

export async function startRegistry(scope: Scope, { name, before }: RegistrySetting): Promise<OctoRegistry> {
  const data = scope.path(name)
  const keys = await makeKeys(scope.path(`${name}-keys`))
  await run(octo(['registry', 'repo', 'create', REPO, '--data', data, '--key', keys.publicKey]))
  const token = await makeToken(data)
  await before?.({ data, keys })
  const args = ['registry', 'serve', '--data', data, '--port', '0', '--host', '127.0.0.1']
  const server = await serve(octo(args, { core: 'server' }), /listening on (http:\/\/[\w.:]+)/)
  scope.onClose(server.stop)
  return { url: server.match[1] ?? '', pid: server.pid, tree: join(data, 'tree'), token, keys }
}

async function makeKeys(folder: string): Promise<KeyFiles> {
  await mkdir(folder, { recursive: true })
  await run(octo(['keygen'], { cwd: folder }))
  return { privateKey: join(folder, 'octo.key'), publicKey: join(folder, 'octo.pub') }
}

async function makeToken(data: string): Promise<string> {
  const { stdout } = await run(octo(['registry', 'token', 'create', '--data', data, '--repo', REPO, '--json']))
  return String((JSON.parse(stdout) as { token: string }).token)
}
