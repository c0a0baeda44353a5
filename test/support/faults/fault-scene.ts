// A registry with published plugins, and a proxy in front of it that watches what is downloaded.
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { SigningKey } from '../builders/test-authority.ts'
import { issueKey } from '../builders/test-authority.ts'
import { tempFolder } from '../machine/temp-folder.ts'
import type { CheckedPlugins } from '../operator/checked-plugins.ts'
import { publishCheckedPlugins } from '../operator/checked-plugins.ts'
import type { ApiTarget } from '../publisher/publish-release.ts'
import type { RegistryChild } from '../registry/registry-child.ts'
import { prepareRegistryData, startRegistryChild } from '../registry/registry-child.ts'
import { startTestRegistry } from '../registry/test-registry.ts'
import type { WatchingProxy } from './watching-proxy.ts'
import { startWatchingProxy } from './watching-proxy.ts'

export type FaultScene = {
  readonly key: SigningKey
  readonly plugins: CheckedPlugins
  readonly proxy: WatchingProxy
  /** URL of the repo, through the proxy. */
  readonly url: string
}

type Plan = { readonly count: number; readonly size: number }

/** For faults that come to others: the registry runs in this process. */
export async function aFaultScene(t: TestContext, plan: Plan): Promise<FaultScene> {
  const key = issueKey()
  const registry = await startTestRegistry(t, { key, baseUrl: 'http://registry.test' })
  return published(t, { target: registry, key, plan })
}

export type KillableScene = FaultScene & { readonly registry: RegistryChild; readonly dataDir: string }

/** The registry is a process of its own. */
export async function aKillableScene(t: TestContext, plan: Plan): Promise<KillableScene> {
  const dataDir = join(tempFolder(t), 'data')
  const key = issueKey()
  const { token } = await prepareRegistryData(dataDir, key)
  const registry = await startRegistryChild(t, { dataDir })
  return { registry, dataDir, ...(await published(t, { target: { url: registry.url, token }, key, plan })) }
}

type Publishing = { readonly target: ApiTarget; readonly key: SigningKey; readonly plan: Plan }

async function published(t: TestContext, { target, key, plan }: Publishing): Promise<FaultScene> {
  const plugins = await publishCheckedPlugins(target, key, plan)
  const proxy = await startWatchingProxy(t, target.url)
  return { key, plugins, proxy, url: `${proxy.url}/repos/core.yaml` }
}
