// verdaccio, the npm registry that teams host themselves, as it comes apart from what would slow it down here: no
// uplinks, no web pages, warnings only in the log, and tokens that need no password hash on every request.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { serve } from '../child.ts'
import { freePort } from '../free-port.ts'
import type { Scope } from '../scope.ts'
import { installPeer } from './install-peer.ts'

export const VERDACCIO_VERSION = '6.10.4'

export type Verdaccio = { readonly url: string; readonly pid: number; readonly token: string }

export async function serveVerdaccio(scope: Scope): Promise<Verdaccio> {
  const overrides = { 'node-fetch': '2.6.7' }
  const installed = await installPeer({ name: 'verdaccio', version: VERDACCIO_VERSION, overrides })
  const folder = scope.path('verdaccio')
  await mkdir(folder, { recursive: true })
  const config = join(folder, 'config.yaml')
  await writeFile(config, configuration(folder))
  const port = await freePort()
  const args = [join(installed, 'bin', 'verdaccio'), '--config', config, '--listen', `127.0.0.1:${port}`]
  const env = { HOME: folder, NODE_ENV: 'production' }
  const server = await serve({ file: process.execPath, args, cwd: folder, env, core: 'server' }, port)
  scope.onClose(server.stop)
  const url = `http://127.0.0.1:${port}`
  return { url, pid: server.pid, token: await signUp(url) }
}

async function signUp(url: string): Promise<string> {
  const name = 'bench'
  const response = await fetch(`${url}/-/user/org.couchdb.user:${name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password: 'side-by-side-2026', type: 'user', roles: [] }),
  })
  const { token } = (await response.json()) as { token?: string }
  if (!token) throw new Error(`verdaccio gave no token, expected 201, found ${response.status}`)
  return token
}

/** Publishes without npm, for what is set up and not measured. */
export async function publishToVerdaccio(server: Verdaccio, document: { readonly name: string }): Promise<void> {
  const response = await fetch(`${server.url}/${document.name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${server.token}` },
    body: JSON.stringify(document),
  })
  const answer = await response.text()
  if (!response.ok) throw new Error(`verdaccio refused ${document.name}: ${response.status} ${answer}`)
}

function configuration(folder: string): string {
  return `
storage: ${folder}/storage
auth:
  htpasswd:
    file: ${folder}/htpasswd
    max_users: 10
security:
  api:
    jwt:
      sign:
        expiresIn: 1d
uplinks: {}
packages:
  '**':
    access: $all
    publish: $authenticated
    unpublish: $authenticated
max_body_size: 2000mb
web:
  enable: false
middlewares: {}
log: { type: stdout, format: json, level: warn }
`
}
