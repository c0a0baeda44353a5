// A machine that uses plugins: a config with the repo's key pinned, a store of its own, a lockfile or none.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from '../child.ts'
import { run } from '../child.ts'
import { exists } from '../peers/install-peer.ts'
import type { Scope } from '../scope.ts'
import { octo } from './octo.ts'
import type { OctoRegistry } from './registry.ts'
import { REPO } from './registry.ts'

export type Consumer = {
  readonly octo: (words: readonly string[]) => Command
  readonly emptyStore: () => Promise<void>
  /** Makes sure that there is a lockfile. */
  readonly lock: () => Promise<void>
  readonly unlock: () => Promise<void>
}

type ConsumerSetting = {
  readonly name: string
  readonly registry: Pick<OctoRegistry, 'url' | 'keys'>
  readonly plugins: readonly string[]
}

export async function openConsumer(scope: Scope, { name, registry, plugins }: ConsumerSetting): Promise<Consumer> {
  const folder = scope.path(name)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'octo.yaml'), await configuration(registry, plugins))
  const home = join(folder, 'home')
  const command = (words: readonly string[]) => octo(words, { cwd: folder, env: { HOME: home }, core: 'load' })
  const lockfile = join(folder, 'octo.lock')
  return {
    octo: command,
    emptyStore: () => rm(home, { recursive: true, force: true }),
    unlock: () => rm(lockfile, { force: true }),
    lock: async () => {
      if (!(await exists(lockfile))) await run(command(['lock']))
    },
  }
}

async function configuration({ url, keys }: ConsumerSetting['registry'], plugins: readonly string[]): Promise<string> {
  const key = JSON.stringify(await readFile(keys.publicKey, 'utf8'))
  const pins = plugins.map((plugin) => `    ${plugin}: {version: "*"}`)
  const repo = `    ${REPO}: {url: "${url}/repos/${REPO}.yaml", keys: [${key}]}`
  return `${['operator:', '  repos:', repo, '  plugins:', ...pins].join('\n')}\n`
}
