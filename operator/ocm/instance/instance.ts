// One running instance of a service plugin: started, found to be well, and ended with all that it started. Whatever happens, nothing
// of it is left: no process, no socket, no folder.
import type { ListenAddress } from '../../../schemas/contract/ocm/announcement.ts'
import type { Connection } from '../../../system/http/connection.ts'
import type { ServicePlugin } from '../plugin.ts'
import { shakeHands } from './handshake.ts'
import type { InstanceFacts, InstanceLimits } from './instance-facts.ts'
import { inWords, lastWords } from './last-words.ts'
import type { PluginProcess } from './plugin-process.ts'
import { startPluginProcess } from './plugin-process.ts'
import type { RuntimeFolder } from './runtime-folder.ts'
import { isOwnSocket, makeRuntimeFolder } from './runtime-folder.ts'

export type InstanceEnd = { readonly isClean: boolean; readonly reason: string }

export type Instance = {
  readonly pid: number
  readonly address: ListenAddress
  readonly connection: Connection
  /** Of its temporary files, which go with it. */
  readonly folder: string
  /** When nothing of it is left, or it is no concern of this process any more. Never rejects. */
  readonly ended: Promise<InstanceEnd>
  /** For one call; undefined when it is leaving, and none may begin. */
  enter(): CallUnderWay | undefined
  /** It may have ended just now. */
  lookSoon(): void
  /** It is leaving by itself: nothing is asked of it any more, and another one may follow it. */
  abandon(): void
  /** Asks it to go, and makes it. */
  end(): void
  /** Makes it go at once. */
  kill(): void
}

/** Until it is disposed of. */
export type CallUnderWay = Disposable & {
  /** By this code, as is counted. */
  failed(code: string): void
}

/** How a supervisor gets one. */
export type StartInstance = typeof startInstance

/** Nobody else is to be told that a call is under way. */
const NOTHING: CallUnderWay = { failed: () => undefined, [Symbol.dispose]: () => undefined }

const LEAVING_MS = 10_000

/** Throws PLUGIN_EXITED, HANDSHAKE_TIMEOUT, HANDSHAKE_REFUSED, and what a program that cannot be started throws. */
export async function startInstance(
  plugin: ServicePlugin,
  facts: InstanceFacts,
  signal: AbortSignal,
): Promise<Instance> {
  signal.throwIfAborted()
  const { limits } = facts
  const folder = makeRuntimeFolder(facts.env)
  const process = await startIn(folder, plugin, facts)
  try {
    const { address, connection } = await shakeHands({ plugin: plugin.name, process, limits, signal })
    return {
      pid: process.pid,
      address,
      connection,
      folder: folder.path,
      ended: cleanedUp(process, folder, connection),
      enter: () => (isThere(address) ? NOTHING : undefined),
      lookSoon: () => undefined,
      abandon: () => endLater(process, limits),
      end: () => process.end(limits.killGraceMs),
      kill: process.kill,
    }
  } catch (error) {
    process.kill()
    await cleanedUp(process, folder)
    throw error
  }
}

/** One that leaves takes its socket away before it ends, and another user may be the next to listen under that name. */
function isThere(address: ListenAddress): boolean {
  return address.kind !== 'unix' || isOwnSocket(address.path)
}

/** What is under way on it may end well before. */
function endLater(process: PluginProcess, { killGraceMs }: InstanceLimits): void {
  const timer = setTimeout(() => process.end(killGraceMs), LEAVING_MS).unref()
  void process.ended.then(() => clearTimeout(timer))
}

async function startIn(folder: RuntimeFolder, plugin: ServicePlugin, facts: InstanceFacts): Promise<PluginProcess> {
  try {
    return await startPluginProcess(plugin, facts, folder)
  } catch (error) {
    folder.remove(undefined, undefined)
    throw error
  }
}

/** When it has ended, by whatever. */
async function cleanedUp(process: PluginProcess, folder: RuntimeFolder, connection?: Connection): Promise<InstanceEnd> {
  const how = await process.ended
  connection?.[Symbol.dispose]()
  const announcement = process.announcement()
  folder.remove(process.pid, announcement?.kind === 'unix' ? announcement.path : undefined)
  return { isClean: how.code === 0, reason: `it ended ${inWords(how)}${lastWords(process.last())}` }
}
