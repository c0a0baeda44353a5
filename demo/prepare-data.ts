// What must be there before the registry serves: a key pair, and the repos that admit its releases.
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { coded } from '../schemas/errors.ts'
import { makeFolder } from '../system/files/make-folder.ts'
import { explainRefusal, requireAccess } from '../system/files/refusal.ts'
import { mustRun, runOcto } from './run-octo.ts'
import type { StartSettings } from './settings.ts'
import { configPath, dataDir, keyBase, typed } from './settings.ts'

const EXISTS = 73

/** Gives one line about the key. */
export async function prepareData(settings: StartSettings): Promise<{ readonly key: string }> {
  makeFolders(settings)
  const publicKey = `${keyBase(settings)}.pub`
  const isNew = !existsSync(publicKey)
  // A lockfile remembers the signer and the age of what it saw, and would rightly refuse a new key or an emptied registry.
  if (isNew || !existsSync(dataDir(settings)))
    await rm(join(dirname(configPath(settings)), 'octo.lock'), { force: true })
  if (isNew) await mustRun(settings, ['keygen', '--out', keyBase(settings)])
  for (const repo of settings.repos) await admit(settings, { repo, publicKey, isNew })
  return { key: `${typed(settings, publicKey)}${isNew ? ', made now' : ''}` }
}

/** What the plugins are built to stays beside their sources, wherever the data goes. Throws FILE_NOT_FOUND without sources, and IO_FAILED. */
export function requireOwnCheckout({ root, plugins }: Pick<StartSettings, 'root' | 'plugins'>): void {
  if (!existsSync(join(root, 'octo.ts')))
    throw coded('FILE_NOT_FOUND', {
      message: '`octo demo` builds the plugins of a checkout of octo, and this octo was installed without sources',
      details: { root },
      hint: 'start it in a clone of octo, or begin with a plugin of your own: `octo init my-check --template shell`',
    })
  const hint = 'the plugins are built in the checkout: start it from a clone of your own'
  for (const plugin of plugins) requireAccess(join(root, plugin), hint)
}

/** Throws IO_FAILED. */
function makeFolders(settings: StartSettings): void {
  const hint = 'name a folder that you may write: `npm start -- --dir FOLDER`'
  try {
    for (const folder of [settings.dir, dirname(keyBase(settings))]) {
      makeFolder(folder, 0o700)
      requireAccess(folder, hint)
    }
  } catch (error) {
    throw explainRefusal(error, hint)
  }
}

type Admission = { readonly repo: string; readonly publicKey: string; readonly isNew: boolean }

async function admit(settings: StartSettings, { repo, publicKey, isNew }: Admission): Promise<void> {
  const data = ['--data', dataDir(settings)]
  const create = ['registry', 'repo', 'create', repo, '--key', publicKey, ...data]
  const { code } = await runOcto(settings, create)
  if (code === 0) return
  if (code !== EXISTS) await mustRun(settings, create)
  if (isNew) await mustRun(settings, ['registry', 'repo', 'key', 'add', repo, publicKey, ...data])
}
