// The folders in which services find their secrets: in memory where the machine has such a place, for this user alone, one file for
// each secret. Where they are stands beside the journal, so that what a supervisor left that was killed is found by the next one,
// whatever its environment says. Answers THREATS.md: secrets stay nowhere.
import { readdirSync, rmdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readIfWhole, writeWhole } from '../../../system/files/atomic-file.ts'
import { isInMemory } from '../../../system/files/memory.ts'
import { isOursAlone } from '../../../system/files/own-folder.ts'
import { ownTemporaryFolder, problemOfTemporary } from '../../../system/files/temporary-folder.ts'
import { textIfReadable } from '../../../system/text-if-readable.ts'
import type { Places } from '../project/places.ts'
import { makePrivateFolder } from '../project/places.ts'

type Environment = Readonly<Record<string, string | undefined>>
export type Secrets = Readonly<Record<string, string>>

export type SecretFolders = {
  /** Each file is the old one or the new one at any moment. Gives the folder; throws NO_SPACE or IO_FAILED. */
  write(service: string, secrets: Secrets): string
  /** What lies there; undefined where nothing does. */
  read(service: string): Secrets | undefined
  remove(service: string): void
  /** Of all other services. */
  removeOthers(services: ReadonlySet<string>): void
  /** False where the machine has no place in memory: then they are on a disk. */
  isInMemory(): boolean
}

/** `shared` are folders in memory where every user may make one. */
export function openSecretFolders(places: Places, env: Environment, shared = ['/dev/shm']): SecretFolders {
  let root = recorded(places)

  function make(): string {
    if (root !== undefined && isOurPlace(root)) return root
    root = join(chooseBase(env, shared), 'secrets', places.key)
    for (const folder of wayTo(root)) makePrivateFolder(folder)
    writeWhole(places.secrets, root, { staging: places.state })
    return root
  }

  return {
    write(service, secrets) {
      const folder = join(make(), service)
      makePrivateFolder(folder)
      for (const [name, value] of Object.entries(secrets))
        if (textIfReadable(join(folder, name)) !== value)
          writeWhole(join(folder, name), value, { staging: folder, mode: 0o400 })
      for (const name of readdirSync(folder))
        if (!Object.hasOwn(secrets, name)) rmSync(join(folder, name), { recursive: true, force: true })
      return folder
    },
    read(service) {
      return root === undefined || !isOurPlace(root) ? undefined : secretsIn(join(root, service))
    },
    remove(service) {
      if (root === undefined || !isOurPlace(root)) return
      rmSync(join(root, service), { recursive: true, force: true })
      removeIfEmpty(root)
    },
    removeOthers(services) {
      if (root === undefined || !isOurPlace(root)) return
      for (const name of readdirSync(root))
        if (!services.has(name)) rmSync(join(root, name), { recursive: true, force: true })
      removeIfEmpty(root)
    },
    isInMemory: () => root !== undefined && isInMemory(root),
  }
}

/** What services of the project find now, by their names. */
export function secretsOfAll(places: Places): ReadonlyMap<string, Secrets> {
  const root = recorded(places)
  if (root === undefined || !isOurPlace(root)) return new Map()
  return new Map(readdirSync(root).map((service) => [service, secretsIn(join(root, service)) ?? {}]))
}

/** Those that were made for it: whoever can write into one of them can put another folder in the place of the last. */
function wayTo(root: string): readonly string[] {
  return [dirname(dirname(root)), dirname(root), root]
}

function isOurPlace(root: string): boolean {
  return wayTo(root).every(isOursAlone)
}

/** Of our own making, as only this user writes into the state. */
function recorded({ secrets }: Places): string | undefined {
  const path = readIfWhole(secrets)
  return path?.startsWith('/') ? path : undefined
}

function chooseBase({ XDG_RUNTIME_DIR: runtime, ...env }: Environment, shared: readonly string[]): string {
  if (runtime?.startsWith('/') && isOursAlone(runtime) && isInMemory(runtime)) return join(runtime, 'octo')
  const name = `octo-services-${process.getuid?.()}`
  const memory = shared.find(
    (folder) => isInMemory(folder) && !problemOfTemporary(folder) && isFree(join(folder, name)),
  )
  return join(memory ?? ownTemporaryFolder(env), name)
}

/** Anybody may have made a folder of that name there before. */
function isFree(folder: string): boolean {
  try {
    makePrivateFolder(folder)
    return true
  } catch {
    return false
  }
}

function secretsIn(folder: string): Secrets | undefined {
  if (!isOursAlone(folder)) return undefined
  const names = readdirSync(folder).filter((name) => !name.startsWith('.'))
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = textIfReadable(join(folder, name))
      return text === undefined ? [] : [[name, text]]
    }),
  )
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // Another service has secrets there, or nobody ever had.
  }
}
