// A registry process with published plugins, and a proxy in front of it that watches what is downloaded.
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { SigningKey } from '../builders/test-authority.ts'
import { issueKey } from '../builders/test-authority.ts'
import { tempFolder } from '../machine/temp-folder.ts'
import type { CheckedPlugins } from '../operator/checked-plugins.ts'
import { publishCheckedPlugins } from '../operator/checked-plugins.ts'
import type { RegistryChild } from '../registry/registry-child.ts'
import { prepareRegistryData, startRegistryChild } from '../registry/registry-child.ts'
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
