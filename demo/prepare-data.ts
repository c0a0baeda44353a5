// What must be there before the registry serves: a key pair, and the repo `core` that admits its releases.
import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { mustRun, runOcto } from './run-octo.ts'
import type { StartSettings } from './settings.ts'
import { configPath, dataDir, keyBase, typed } from './settings.ts'

const EXISTS = 73

/** Gives one line about the key. */
export async function prepareData(settings: StartSettings): Promise<{ readonly key: string }> {
  const publicKey = `${keyBase(settings)}.pub`
  const isNew = !existsSync(publicKey)
  await mkdir(dirname(publicKey), { recursive: true, mode: 0o700 })
  // A lockfile remembers the signer and the age of what it saw, and would rightly refuse a new key or an emptied registry.
  if (isNew || !existsSync(dataDir(settings)))
    await rm(join(dirname(configPath(settings)), 'octo.lock'), { force: true })
  if (isNew) await mustRun(settings, ['keygen', '--out', keyBase(settings)])
  await admit(settings, publicKey, isNew)
  return { key: `${typed(settings, publicKey)}${isNew ? ', made now' : ''}` }
}

async function admit(settings: StartSettings, publicKey: string, isNew: boolean): Promise<void> {
  const data = ['--data', dataDir(settings)]
  const create = ['registry', 'repo', 'create', 'core', '--key', publicKey, ...data]
  const { code } = await runOcto(settings, create)
  if (code === 0) return
  if (code !== EXISTS) await mustRun(settings, create)
  if (isNew) await mustRun(settings, ['registry', 'repo', 'key', 'add', 'core', publicKey, ...data])
}
