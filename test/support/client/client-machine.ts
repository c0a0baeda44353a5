// A machine with a client, and a registry that it trusts.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Client, ClientOptions, VerifiedExecutable } from '../../../client/index.ts'
import { openClient } from '../../../client/index.ts'
import type { OctoConfig } from '../../../config/model/config.ts'
import type { Lockfile } from '../../../schemas/lockfile.ts'
import type { Platform } from '../../../schemas/platform.ts'
import { aConfig } from '../builders/a-config.ts'
import type { ReleaseRecipe } from '../builders/test-authority.ts'
import { aRelease, issueKey } from '../builders/test-authority.ts'
import { tempFolder } from '../machine/temp-folder.ts'
import { startStaticRegistry } from '../registry/static-registry.ts'

/** The publisher whom every machine trusts. */
export const key = issueKey()
export const LINUX = 'linux_amd64' as Platform

export type ClientMachine = Awaited<ReturnType<typeof aMachine>>

/** A registry with these releases, an empty folder, and a client that trusts the registry. */
export async function aMachine(t: TestContext, recipes: readonly ReleaseRecipe[] = [{}], documentBytes?: number) {
  const releases = await Promise.all(recipes.map((recipe) => aRelease(key, recipe)))
  const registry = await startStaticRegistry(t, releases, documentBytes)
  const folder = tempFolder(t)
  const warnings: string[] = []
  const base: ClientOptions = {
    config: aConfig([{ url: registry.url(), trust: key }]),
    lockPath: join(folder, 'octo.lock'),
    storeRoot: join(folder, 'store'),
    platform: LINUX,
    report: { warn: (line) => void warnings.push(line) },
  }
  async function withClient<Result>(options: Partial<ClientOptions>, act: (client: Client) => Promise<Result>) {
    await using client = await openClient({ ...base, ...options })
    return await act(client)
  }
  /** Throws what the first plugin failed with; `installRest` reports it. */
  const install = async (options: Partial<ClientOptions> = {}) => {
    const report = await installRest(options)
    for (const { error } of report.failed) throw error
    return report
  }
  const installRest = (options: Partial<ClientOptions> = {}) => withClient(options, (client) => client.install())
  const readLock = () => JSON.parse(readFileSync(base.lockPath, 'utf8')) as Lockfile
  return { registry, releases, folder, warnings, base, withClient, install, installRest, readLock, config: configWith }

  function configWith(pins: readonly string[]): OctoConfig {
    return aConfig([{ url: registry.url(), trust: key }], pins)
  }
}

export const run = ({ path }: VerifiedExecutable) => execFileSync(path, ['!'], { encoding: 'utf8' })
export const one = (executables: readonly VerifiedExecutable[]): VerifiedExecutable => {
  assert.equal(executables.length, 1)
  return executables[0] as VerifiedExecutable
}
