// A directory with the files of a config, which is gone after the test, and a reading of it as a command does it.
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { OctoConfig } from '../../../config/model/config.ts'
import type { ConfigDeps, WholeConfig } from '../../../config/read-config.ts'
import { readWholeConfig } from '../../../config/read-config.ts'
import { readConfig } from '../builders/read-configs.ts'

export async function writeConfigFiles(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'octo-config-')))
  t.after(() => rm(directory, { recursive: true }))
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text)
  return directory
}

/** Reads `octo.yaml` of the files, or those named. */
export async function readFiles(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  { named, ...deps }: Partial<ConfigDeps> & { readonly named?: readonly string[] } = {},
): Promise<OctoConfig> {
  return readConfig(named, { cwd: await writeConfigFiles(t, files), env: {}, ...deps })
}

/** The same with all that the documents hold for others. */
export async function openWholeConfig(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  deps: Partial<ConfigDeps> = {},
): Promise<WholeConfig> {
  return readWholeConfig(undefined, { cwd: await writeConfigFiles(t, files), env: {}, ...deps })
}
