// A machine with a client that takes its plugins from a plugin registry of OCM.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { ClientOptions } from '../../../client/index.ts'
import { openClient } from '../../../client/index.ts'
import type { Digest } from '../../../schemas/digest.ts'
import type { Lockfile } from '../../../schemas/lockfile.ts'
import type { ComponentKey } from '../../../schemas/trust-key.ts'
import { aConfig } from '../builders/a-config.ts'
import { aScript } from '../builders/test-authority.ts'
import { tempFolder } from '../machine/temp-folder.ts'
import { octoIn } from '../octo/in-process-octo.ts'
import type { ComponentRegistry, DraftComponent } from '../peers/component-registry.ts'
import {
  aListComponent,
  aPluginComponent,
  issueComponentKey,
  signatureOf,
  startComponentRegistry,
} from '../peers/component-registry.ts'
import { LINUX } from './client-machine.ts'

/** Made once: an RSA key takes a while. */
export const ocmKey = issueComponentKey()

export const AMD = aScript('for amd64')
export const ARM = aScript('for arm64')
export const FILES = { 'linux/amd64': AMD, 'linux/arm64': ARM }

export type Trust = { readonly keys?: readonly ComponentKey[]; readonly digests?: readonly Digest[] }

export async function aComponentScene(t: TestContext, rules: Parameters<typeof startComponentRegistry>[1] = {}) {
  const registry = await startComponentRegistry(t, rules)
  return { registry, ...aMachineFor(t, registry) }
}

/** With the key in `signer.pem`, and octo as it is typed there; what that keeps for all runs of a user goes with the folder. */
export async function aTypedComponentScene(t: TestContext) {
  const { registry, folder } = await aComponentScene(t)
  writeFileSync(join(folder, 'signer.pem'), ocmKey.pem)
  const octo = (...words: string[]) => octoIn({ cwd: folder, env: { TMPDIR: folder } }, words)
  return { registry, folder, octo }
}

/** Another machine, with nothing of the first. */
export function aMachineFor(t: TestContext, registry: ComponentRegistry) {
  const folder = tempFolder(t)
  const lockPath = join(folder, 'octo.lock')
  const warnings: string[] = []
  const base = (trust: Trust, pins: readonly string[] = ['hello'], url = registry.url): ClientOptions => ({
    config: aConfig(
      [{ name: 'acme', url, trust: { kind: 'component', keys: trust.keys ?? [], digests: trust.digests ?? [] } }],
      pins,
    ),
    ...{ lockPath, storeRoot: join(folder, 'store'), platform: LINUX, env: { HOME: folder } },
    report: { warn: (line) => void warnings.push(line) },
  })
  /** Throws what the first plugin failed with. */
  async function install(options: ClientOptions) {
    await using client = await openClient(options)
    const { executables, failed } = await client.install()
    for (const { error } of failed) throw error
    return executables
  }
  const readLock = () => JSON.parse(readFileSync(lockPath, 'utf8')) as Lockfile
  const writeLock = (lock: Lockfile) => writeFileSync(lockPath, JSON.stringify(lock))
  return { folder, lockPath, warnings, base, install, readLock, writeLock }
}

/** A list, signed by the key, of one plugin that is not signed itself. */
export function publishSigned(
  registry: ComponentRegistry,
  { plugin = aPluginComponent(FILES), digests = true, version = '1.0.0' } = {},
): { readonly list: DraftComponent; readonly plugin: DraftComponent } {
  const list = aListComponent([plugin], { digests, version })
  registry.put(plugin, { files: [AMD, ARM] })
  registry.put(list, { signatures: [signatureOf(list, ocmKey)] })
  return { list, plugin }
}
