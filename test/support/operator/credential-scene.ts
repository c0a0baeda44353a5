// Plugins made with our sdk of which one wants credentials and two give them: `outer` gives those of the shop to who logs in, and `inner`
// has that login. No secret stands in their program as it is.
import type { TestContext } from 'node:test'
import type { HostOptions } from '../../../operator/ocm/host.ts'
import { openPluginHost } from '../../../operator/ocm/host.ts'
import type { PluginLine } from '../../../operator/ocm/instance/lines.ts'
import { sharing } from '../../../operator/ocm/shared/open.ts'
import { killAllWith } from '../machine/everywhere.ts'
import { sdkPlugins } from './sdk-plugins.ts'

export const [PASSWORD, LOGIN] = [secretOf('outer'), secretOf('inner')]
export const REPOSITORIES = [{ type: 'Outer/v1' }, { type: 'Inner/v1' }]
export const SHOP_CALL = { endpoint: 'listComponents', request: { repository: { type: 'Shop/v1' }, last: '' } }

function secretOf(name: string): string {
  return [name, 'pass', 'word', '1'].join('-')
}

const SERVES: Readonly<Record<string, string>> = {
  shop: `componentLister({ type: 'Shop/v1',
    getIdentity: () => ({ identity: { type: 'OCIRegistry', hostname: 'shop.example' } }),
    listComponents: (_, { credentials, log }) => {
      log.info('asked with ' + JSON.stringify(credentials ?? null), { password: credentials?.properties?.password ?? '' })
      if (credentials?.given) throw new CallError('no entry with ' + credentials.given.refused, 403)
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
  const { folder, env, plugins } = await sdkPlugins(t, SERVES)
  const lines: PluginLine[] = []
  const isLinux = process.platform === 'linux'
  if (isLinux) t.after(() => killAllWith(folder))
  const host = (options: Partial<HostOptions> = {}) =>
    openPluginHost({
      ...{ plugins, env, cwd: folder, limits: { startMs: 60_000 }, credentialRepositories: REPOSITORIES },
      ...{ log: (line) => lines.push(line), ...options },
    })
  /** Its plugins are those that were started for the one before, where processes can be told apart. */
  const laterHost = (options: Partial<HostOptions> = {}) =>
    host({ ...(isLinux ? { start: sharing(true) } : {}), ...options })
  return { folder, host, laterHost, lines }
}
