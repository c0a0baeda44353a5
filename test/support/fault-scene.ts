// A registry process with published plugins, and a proxy in front of it that watches what is downloaded.
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { CheckedPlugins } from './checked-plugins.ts'
import { publishCheckedPlugins } from './checked-plugins.ts'
import type { RegistryChild } from './registry-child.ts'
import { prepareRegistryData, startRegistryChild } from './registry-child.ts'
import { tempFolder } from './temp-folder.ts'
import type { SigningKey } from './test-authority.ts'
import { issueKey } from './test-authority.ts'
import type { WatchingProxy } from './watching-proxy.ts'
import { startWatchingProxy } from './watching-proxy.ts'

export type FaultScene = {
  readonly registry: RegistryChild
  readonly dataDir: string
  readonly token: string
  readonly key: SigningKey
  readonly plugins: CheckedPlugins
  readonly proxy: WatchingProxy
  /** URL of the repo, through the proxy. */
  readonly url: string
}

export async function aFaultScene(
  t: TestContext,
  plan: { readonly count: number; readonly size: number },
): Promise<FaultScene> {
  const dataDir = join(tempFolder(t), 'data')
  const key = issueKey()
  const { token } = await prepareRegistryData(dataDir, key)
  const registry = await startRegistryChild(t, { dataDir })
  const plugins = await publishCheckedPlugins({ url: registry.url, token }, key, plan)
  const proxy = await startWatchingProxy(t, registry.url)
  return { registry, dataDir, token, key, plugins, proxy, url: `${proxy.url}/repos/core.yaml` }
}
