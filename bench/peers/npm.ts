// npm, pinned and run by the project's own Node, with settings, home and cache of its own.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from '../child.ts'
import type { Scope } from '../scope.ts'
import { installPeer } from './install-peer.ts'
import type { Verdaccio } from './verdaccio.ts'

export const NPM_VERSION = '11.19.1'

export type Npm = (words: readonly string[], cwd: string) => Command

export async function openNpm(scope: Scope, registry: Verdaccio): Promise<Npm> {
  const installed = await installPeer({ name: 'npm', version: NPM_VERSION })
  const home = scope.path('npm-home')
  await mkdir(home, { recursive: true })
  await writeFile(join(home, '.npmrc'), settings(registry))
  const cli = join(installed, 'bin', 'npm-cli.js')
  const env = { HOME: home, npm_config_userconfig: join(home, '.npmrc') }
  return (words, cwd) => ({ file: process.execPath, args: [cli, ...words], cwd, env, core: 'load' })
}

function settings({ url, token }: Verdaccio): string {
  const lines = [`registry=${url}/`, `${url.replace('http:', '')}/:_authToken=${token}`]
  return [...lines, 'audit=false', 'fund=false', 'update-notifier=false', 'ignore-scripts=true', 'progress=false'].join(
    '\n',
  )
}
