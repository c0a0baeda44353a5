// Peers from npm live in the project's cache folder, never among its dependencies; an installed one is used again.
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../child.ts'
import { Missing } from '../scope.ts'
import { NPM, settingsFor } from './own-settings.ts'

const CACHE = join(import.meta.dirname, '..', '..', '.octo', 'bench', 'peers')

type PeerPackage = {
  readonly name: string
  readonly version: string
  /** Versions that the peer's own ranges do not find in every registry. */
  readonly overrides?: Readonly<Record<string, string>>
}

/** Returns the folder of the installed package; throws Missing when it cannot be installed. */
export async function installPeer({ name, version, overrides = {} }: PeerPackage): Promise<string> {
  const folder = join(CACHE, `${name.replace('/', '+')}-${version}`)
  const installed = join(folder, 'node_modules', name)
  if (await exists(join(installed, 'package.json'))) return installed
  const staging = `${folder}.${process.pid}`
  await mkdir(staging, { recursive: true })
  try {
    await writeFile(join(staging, 'package.json'), JSON.stringify({ private: true, overrides }))
    await run({
      file: 'npm',
      args: installArguments(name, version),
      cwd: staging,
      env: settingsFor(NPM),
      timeoutMs: 180_000,
    })
    await rm(folder, { recursive: true, force: true })
    await rename(staging, folder)
  } catch (error) {
    throw new Missing(`npm could not install ${name}@${version}: ${error instanceof Error ? error.message : error}`)
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
  return installed
}

function installArguments(name: string, version: string): string[] {
  return [
    'install',
    '--save-exact',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    `${name}@${version}`,
  ]
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
