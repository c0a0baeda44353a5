// Starts an instance for several processes, with the lock that is held: what it is stands written before it says a word, so that
// nobody who dies meanwhile leaves one behind that others do not know of.
import { randomBytes } from 'node:crypto'
import { writeWhole } from '../../../system/files/atomic-file.ts'
import { NO_CALLS } from '../call/call-tally.ts'
import { shakeHands } from '../instance/handshake.ts'
import type { Instance } from '../instance/instance.ts'
import { startInstance } from '../instance/instance.ts'
import type { RuntimeFolder } from '../instance/runtime-folder.ts'
import { makeRuntimeFolder } from '../instance/runtime-folder.ts'
import { addWithLock } from './kept-tally.ts'
import type { LaunchedPlugin } from './launched.ts'
import { launchShared } from './launched.ts'
import type { SharedRecord } from './record.ts'
import { removeRecord, writeRecord } from './record.ts'
import { shareInstance } from './shared-instance.ts'
import { openUse } from './users.ts'
import type { Wanted } from './wanted.ts'

/** Keeps this process until the one that it killed is collected. */
const ALIVE_MS = 1000

/** Throws what startInstance throws. */
export async function startShared(wanted: Wanted): Promise<Instance> {
  const { plugin, facts, places, signal } = wanted
  const folder = makeRuntimeFolder(facts.env)
  const mark = `ocm/${folder.id}/${randomBytes(16).toString('hex')}`
  const known = recordOf(wanted, folder, mark)
  writeWhole(places.name, plugin.name, { staging: places.folder })
  writeRecord(places, known)
  const launched = await launchIn(folder, mark, wanted)
  try {
    const record = { ...known, process: launched.identity }
    writeRecord(places, record)
    const { limits } = facts
    const { address, connection } = await shakeHands({ plugin: plugin.name, process: launched, limits, signal })
    if (address.kind === 'unix') {
      const ready = { ...record, socket: address.path }
      const use = openUse(places)
      use.mark()
      writeRecord(places, ready)
      addWithLock(places, { ...NO_CALLS, starts: 1 })
      launched.release()
      const { begins: from } = launched
      const shared = { facts, places, isKept: wanted.isKept, connection, use, from, exit: launched.ended }
      const instance = shareInstance({ plugin: plugin.name, record: ready, ...shared })
      void launched.ended.then(instance.lookSoon)
      return instance
    }
    connection[Symbol.dispose]()
  } catch (error) {
    addWithLock(places, { ...NO_CALLS, failedStarts: 1 })
    await takeBack(wanted, folder, launched)
    throw error
  }
  // Whoever listens on a port cannot be told apart from others: each process has one of its own.
  await takeBack(wanted, folder, launched)
  return await startInstance(plugin, facts, signal)
}

async function launchIn(folder: RuntimeFolder, mark: string, wanted: Wanted): Promise<LaunchedPlugin> {
  try {
    return await launchShared({ ...wanted, folder, mark })
  } catch (error) {
    removeRecord(wanted.places)
    folder.remove(undefined, undefined)
    throw error
  }
}

function recordOf({ plugin, program, facts, isKept }: Wanted, folder: RuntimeFolder, mark: string): SharedRecord {
  return {
    v: 1,
    plugin: plugin.name,
    program: program.leading.at(-1) ?? program.argv0,
    digest: program.digest,
    mark,
    isKept,
    id: folder.id,
    folder: folder.path,
    startedAt: Date.now(),
    idleTimeoutMs: facts.idleTimeoutMs,
    killGraceMs: facts.limits.killGraceMs,
  }
}

async function takeBack({ places }: Wanted, folder: RuntimeFolder, launched: LaunchedPlugin): Promise<void> {
  const alive = setInterval(() => undefined, ALIVE_MS)
  launched.kill()
  await launched.ended
  clearInterval(alive)
  removeRecord(places)
  const announcement = launched.announcement()
  folder.remove(launched.pid, announcement?.kind === 'unix' ? announcement.path : undefined)
}
