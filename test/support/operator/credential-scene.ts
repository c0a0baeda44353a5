// Plugins made with our sdk of which one wants credentials and two give them: `outer` gives those of the shop to who logs in, and `inner`
// has that login. No secret stands in their program as it is.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { discoverPlugins } from '../../../operator/ocm/discover.ts'
import type { HostOptions } from '../../../operator/ocm/host.ts'
import { openPluginHost } from '../../../operator/ocm/host.ts'
import { openKnowledge } from '../../../operator/ocm/known-files.ts'
import type { PluginLine } from '../../../operator/ocm/lines.ts'
import { FROM_SOURCES } from '../machine/from-sources.ts'
import { tempFolder } from '../machine/temp-folder.ts'

export const [PASSWORD, LOGIN] = [secretOf('outer'), secretOf('inner')]
export const REPOSITORIES = [{ type: 'Outer/v1' }, { type: 'Inner/v1' }]
export const SHOP_CALL = { endpoint: 'listComponents', request: { repository: { type: 'Shop/v1' }, last: '' } }

function secretOf(name: string): string {
  return [name, 'pass', 'word', '1'].join('-')
}

const SDK = fileURLToPath(new URL('../../../sdk/service/index.ts', import.meta.url))

const SERVES: Readonly<Record<string, string>> = {
  shop: `componentLister({ type: 'Shop/v1',
    getIdentity: () => ({ identity: { type: 'OCIRegistry', hostname: 'shop.example' } }),
    listComponents: (_, { credentials, log }) => {
      log.info('asked with ' + JSON.stringify(credentials ?? null), { password: credentials?.properties?.password ?? '' })
      if (credentials?.properties?.refused) throw new CallError('no entry with ' + credentials.properties.refused, 403)
      return [credentials?.properties?.password ? 'logged in' : 'nobody']
    } })`,
  plain: `componentLister({ type: 'Plain/v1', listComponents: (_, { credentials }) => [String(credentials)] })`,
  outer: `credentialRepository({ type: 'Outer/v1',
    getConsumerIdentity: () => ({ type: 'Outer', hostname: 'outer.example' }),
    resolve: ({ identity }, { credentials }) => {
      if (credentials?.properties?.token !== secret('inner')) throw new CallError('not logged in', 401)
      if (identity.hostname !== 'shop.example') throw new CallError('none', 404)
      return { type: 'Credentials/v1', properties: { password: secret('outer') } }
    } })`,
  inner: `credentialRepository({ type: 'Inner/v1',
    resolve: ({ identity }) => {
      if (identity.hostname !== 'outer.example') throw new CallError('none', 404)
      return { type: 'Credentials/v1', properties: { token: secret('inner') } }
    } })`,
  broken: `credentialRepository({ type: 'Broken/v1', resolve: () => { throw new CallError('out of order', 503) } })`,
}

export async function credentialScene(t: TestContext) {
  const folder = tempFolder(t)
  const env = { PATH: process.env.PATH, TMPDIR: folder }
  // The programs lie beside the folder: a plugin loads nothing from outside of its own.
  const programs = tempFolder(t)
  const directory = join(programs, 'plugins')
  mkdirSync(directory)
  for (const [name, serves] of Object.entries(SERVES)) writePlugin(programs, name, serves)
  using knowledge = openKnowledge(tempFolder(t))
  const trusted = { path: directory, isTrusted: true, digests: [] }
  const found = await discoverPlugins([trusted], { knowledge, env, cwd: folder, timeoutMs: 60_000 })
  const plugins = found.flatMap((one) => (one.state === 'usable' ? [one.plugin] : []))
  assert.equal(plugins.length, Object.keys(SERVES).length, JSON.stringify(found))
  const lines: PluginLine[] = []
  const host = (options: Partial<HostOptions> = {}) =>
    openPluginHost({
      ...{ plugins, env, cwd: folder, limits: { startMs: 60_000 }, credentialRepositories: REPOSITORIES },
      ...{ log: (line) => lines.push(line), ...options },
    })
  return { folder, host, lines }
}

function writePlugin(programs: string, name: string, serves: string): void {
  const program = join(programs, `${name}.ts`)
  writeFileSync(
    program,
    `import { CallError, componentLister, credentialRepository, definePlugin } from ${JSON.stringify(SDK)}
const secret = (name: string) => [name, 'pass', 'word', '1'].join('-')
void definePlugin({ name: '${name}', version: '1.0.0', summary: 'is of a test', serves: [${serves}] }).main()\n`,
  )
  const words = [process.execPath, ...FROM_SOURCES, program].map((word) => `'${word}'`).join(' ')
  writeFileSync(join(programs, 'plugins', name), `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 })
}
