// Hosts that share one plugin, each as if it were a process of its own, and what they leave behind.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { HostOptions } from '../../../operator/ocm/host.ts'
import { openPluginHost } from '../../../operator/ocm/host.ts'
import type { PluginLine } from '../../../operator/ocm/instance/lines.ts'
import type { ServicePlugin } from '../../../operator/ocm/plugin.ts'
import { runningPlugins } from '../../../operator/ocm/shared/list.ts'
import { sharing } from '../../../operator/ocm/shared/open.ts'
import type { SharedPlaces } from '../../../operator/ocm/shared/places.ts'
import { allSharedPlaces } from '../../../operator/ocm/shared/places.ts'
import type { Behaviour } from '../builders/service-plugin.ts'
import { aServicePlugin } from '../builders/service-plugin.ts'
import { killAllWith, processesWith } from '../machine/everywhere.ts'
import { tempFolder } from '../machine/temp-folder.ts'

export const LIST_CALL = { endpoint: 'listComponents', request: { repository: { type: 'Twin/v1' }, last: '' } }

type Options = Partial<HostOptions> & { readonly isKept?: boolean; readonly plugins?: readonly ServicePlugin[] }

export function sharedScene(t: TestContext, behaviour: Behaviour = {}) {
  const folder = tempFolder(t)
  const plugin = aServicePlugin(folder, 'twin', behaviour)
  const env = { TMPDIR: folder, PATH: process.env.PATH }
  const lines: PluginLine[] = []
  // Whatever a test says, nothing that it started is left.
  t.after(() => killAllWith(folder))
  return {
    folder,
    plugin,
    env,
    lines,
    host({ isKept = false, ...options }: Options = {}) {
      const host = openPluginHost({
        ...{ plugins: [plugin], env, cwd: folder, log: (line) => lines.push(line) },
        ...{ start: sharing(isKept), ...options },
      })
      const ask = async (more: object = {}): Promise<number> => {
        const { echoed } = (await host.call({ ...LIST_CALL, ...more })) as { echoed: { pid: number } }
        return echoed.pid
      }
      return { ask, close: () => host[Symbol.asyncDispose](), status: () => host.status()[0], host }
    },
    running: () => runningPlugins(env),
    places(): SharedPlaces {
      const [places] = allSharedPlaces(env)
      if (!places) throw new Error('nothing is shared')
      return places
    },
    /** Folders of instances, and of what is shared. */
    left: () => readdirSync(join(folder, `octo-ocm-${process.getuid?.()}`)),
    /** Processes of the plugin, with all that it started. */
    alive: () => processesWith(folder, 'environ'),
    log: (places: SharedPlaces) => readFileSync(places.stderr, 'utf8'),
  }
}
