// From the start of a plugin until it is known to be well: it says where it listens, and answers there, in time and before it ends.

import { setTimeout as pause } from 'node:timers/promises'
import type { Announcement, ListenAddress } from '../../../schemas/contract/ocm/announcement.ts'
import { renderAnnouncement } from '../../../schemas/contract/ocm/announcement.ts'
import { HEALTH_PATH } from '../../../schemas/contract/ocm/refusals.ts'
import { coded, isCoded } from '../../../schemas/errors.ts'
import { printable, quote } from '../../../schemas/quote.ts'
import { shownDuration } from '../../../schemas/shown-duration.ts'
import type { Connection } from '../../../system/http/connection.ts'
import { openConnection } from '../../../system/http/connection.ts'
import type { InstanceLimits } from './instance-facts.ts'
import { inWords, lastWords } from './last-words.ts'
import type { Exit, PluginProcess } from './plugin-process.ts'
import { isOwnSocket } from './runtime-folder.ts'

type Starting = {
  readonly plugin: string
  readonly process: Pick<PluginProcess, 'announced' | 'announcement' | 'ended' | 'last'>
  readonly limits: InstanceLimits
  readonly signal: AbortSignal
}

type Connected = { readonly address: ListenAddress; readonly connection: Connection }

const HEALTH_PAUSE_MS = 25
/** Servers of Go close what was not used for 15 s: ours are given up before. */
const KEPT_MS = 4000

/** Throws PLUGIN_EXITED, HANDSHAKE_TIMEOUT, HANDSHAKE_REFUSED, or why it was given up. */
export async function shakeHands(starting: Starting): Promise<Connected> {
  const { plugin, process, limits, signal } = starting
  const deadline = AbortSignal.timeout(limits.startMs)
  const stop = AbortSignal.any([deadline, signal])
  const address = listenAddress(await orEnd(process.announced), plugin)
  const connection = connect(address, limits)
  try {
    await orEnd(healthy(connection, stop))
    return { address, connection }
  } catch (error) {
    connection[Symbol.dispose]()
    throw error
  }

  /** What is waited for, or why it will not come. */
  async function orEnd<Result>(wanted: Promise<Result>): Promise<Result> {
    const stopped = Promise.withResolvers<never>()
    const onStop = () => stopped.reject(deadline.aborted ? late(starting) : signal.reason)
    if (stop.aborted) onStop()
    stop.addEventListener('abort', onStop, { once: true })
    const gone = process.ended.then((how) => {
      throw diedAtStart(plugin, how, process.last())
    })
    for (const one of [gone, stopped.promise, wanted]) one.catch(() => undefined)
    try {
      return await Promise.race([wanted, gone, stopped.promise])
    } finally {
      stop.removeEventListener('abort', onStop)
    }
  }
}

function listenAddress(announced: Announcement, plugin: string): ListenAddress {
  if (announced.kind === 'refused') throw refused(plugin, announced.problem)
  if (announced.kind === 'unix' && !isOwnSocket(announced.path))
    throw refused(plugin, `${quote(announced.path)} is no socket of this user`)
  return announced
}

export function connect(address: ListenAddress, { maxCalls }: InstanceLimits): Connection {
  const socketPath = address.kind === 'unix' ? address.path : undefined
  const base = new URL(socketPath === undefined ? renderAnnouncement(address) : 'http://unix')
  return openConnection(base, { socketPath, maxConnections: maxCalls, keptMs: KEPT_MS })
}

/** Any answer is one: OCM's plugins have nothing to say here but that they are there. */
async function healthy(connection: Connection, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await connection.send({ method: 'GET', path: HEALTH_PATH.slice(1), maxBytes: 64 * 1024, signal })
      return
    } catch (error) {
      if (!isCoded(error, 'FETCH_FAILED')) throw error
    }
    await pause(HEALTH_PAUSE_MS)
  }
  signal.throwIfAborted()
}

function diedAtStart(plugin: string, how: Exit, lines: readonly string[]): Error {
  return coded('PLUGIN_EXITED', {
    message: `plugin ${quote(plugin)} ended ${inWords(how)} before it said where it listens${lastWords(lines)}`,
    details: { plugin, exitCode: how.code, signal: how.signal, stderr: lines },
  })
}

function late({ plugin, limits, process }: Starting): Error {
  const what = process.announcement() ? 'answered nothing where it listens' : 'did not say where it listens'
  const lines = process.last()
  return coded('HANDSHAKE_TIMEOUT', {
    message: `plugin ${quote(plugin)} ${what} within ${shownDuration(limits.startMs)}${lastWords(lines)}`,
    details: { plugin, timeoutMs: limits.startMs, stderr: lines },
  })
}

function refused(plugin: string, problem: string): Error {
  return coded('HANDSHAKE_REFUSED', {
    message: `plugin ${quote(plugin)} is not connected to: ${printable(problem)}`,
    details: { plugin },
  })
}
