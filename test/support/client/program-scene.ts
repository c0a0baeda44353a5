// A machine that provides programs of services, with a store of its own and nothing else installed.
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { ClientOptions, ProvenProgram } from '../../../client/index.ts'
import { openClient } from '../../../client/index.ts'
import { layoutOf } from '../../../client/store/layout.ts'
import type { ProgramSource } from '../../../config/model/program-source.ts'
import { aConfig } from '../builders/a-config.ts'
import { tempFolder } from '../machine/temp-folder.ts'
import { LINUX } from './client-machine.ts'

export function aProgramScene(t: TestContext, options: Partial<ClientOptions> = {}) {
  const folder = tempFolder(t)
  const base: ClientOptions = {
    config: aConfig([], []),
    lockPath: join(folder, 'project', 'octo.lock'),
    storeRoot: join(folder, 'store'),
    platform: LINUX,
    env: { HOME: folder, PATH: process.env.PATH ?? '' },
    ...options,
  }
  mkdirSync(join(folder, 'project'))
  return {
    ...{ folder, base, layout: layoutOf(base.storeRoot) },
    /** As each `octo start` does it: by a client of its own. */
    async provide(source: ProgramSource, more: Partial<ClientOptions> = {}, service = 'web'): Promise<ProvenProgram> {
      await using client = await openClient({ ...base, ...more })
      return await client.provideProgram({ service, source })
    },
  }
}

/** What the program prints, after the look that comes before each start. */
export function outputOf({ path, entry, words, recheck }: ProvenProgram): string {
  recheck()
  return execFileSync(path, [...entry, ...words], { encoding: 'utf8' })
}
