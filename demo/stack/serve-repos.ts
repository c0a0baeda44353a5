// The registry of the stack, with the checks of `core` and the service of `shop` really published to it.
import { prepareData } from '../prepare-data.ts'
import { publishCore } from '../publish-core.ts'
import { ensurePublishToken } from '../publish-token.ts'
import { startRegistry } from '../registry-process.ts'
import type { StartSettings } from '../settings.ts'
import { registryUrl } from '../settings.ts'
import type { Place } from './place.ts'
import { STACK_PLUGINS } from './stack-settings.ts'

type ServedRepos = AsyncDisposable & { readonly url: string; readonly published: number }

export async function serveRepos(root: string, { dir, env }: Place): Promise<ServedRepos> {
  const settings: StartSettings = {
    root,
    dir,
    env,
    port: 0,
    demoPort: 0,
    once: true,
    repos: ['core', 'shop'],
    plugins: STACK_PLUGINS,
  }
  await prepareData(settings)
  const registry = await startRegistry(settings)
  try {
    const listening = { ...settings, port: registry.port }
    await ensurePublishToken(listening)
    const published = await publishCore(listening)
    return {
      url: registryUrl(listening),
      published: published.length,
      [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose](),
    }
  } catch (error) {
    await registry[Symbol.asyncDispose]()
    throw error
  }
}
