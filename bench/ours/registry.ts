// A registry of our own: its data in the suite's folder, one repo with one key, a token, pinned to the server's core.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { run, serve } from '../child.ts'
import { freePort } from '../free-port.ts'
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

type RegistrySetting = {
  readonly name: string
  /** Fills the data folder before the server starts. */
  readonly before?: (made: { readonly data: string; readonly keys: KeyFiles; readonly url: string }) => Promise<void>
}

export async function startRegistry(scope: Scope, { name, before }: RegistrySetting): Promise<OctoRegistry> {
  const data = scope.path(name)
  const keys = await makeKeys(scope.path(`${name}-keys`))
  await run(octo(['registry', 'repo', 'create', REPO, '--data', data, '--key', keys.publicKey]))
  const token = await makeToken(data)
  const port = await freePort()
  await before?.({ data, keys, url: `http://127.0.0.1:${port}` })
  const args = ['registry', 'serve', '--data', data, '--port', String(port), '--log-level', 'warn']
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
  const words = ['registry', 'token', 'create', '--data', data, '--name', 'bench', '--scope', `${REPO}/*`, '--json']
  const { stdout } = await run(octo(words))
  return (JSON.parse(stdout) as { token: string }).token
}
