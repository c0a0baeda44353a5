// Kills the program of a service while `octo status --watch` runs, and waits until it is back.

import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { coded } from '../../schemas/errors.ts'
import { shownDuration } from '../../schemas/shown-duration.ts'
import type { StackScreen } from './screen.ts'

const PATIENCE_MS = 60_000
/** It stands below all others, as it waits for them: with its row, a table is whole. */
const LAST = 'web'

/** Resolves when the service is healthy again, or with `signal`; throws OS_FAILED when it does not come back. */
export async function killAndWatch(screen: StackScreen, service: string, signal: AbortSignal): Promise<void> {
  const watch = await screen.launch(['status', '--watch'])
  const closed = once(watch, 'close')
  const stop = () => watch.kill('SIGINT')
  const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)])
  patience.addEventListener('abort', stop)
  watch.stderr?.resume()
  let killed: string | undefined
  let now: Row | undefined
  for await (const line of linesOf(watch)) {
    screen.print(line)
    now = rowOf(service, line) ?? now
    if (!now || !line.startsWith(`${LAST} `)) continue
    if (killed === undefined) killed = kill(screen, service, now)
    else if (now.isHealthy && now.pid !== killed) stop()
  }
  patience.removeEventListener('abort', stop)
  await closed
  if (signal.aborted || (now?.isHealthy && now.pid !== killed)) return
  throw coded('OS_FAILED', {
    message: `\`${service}\` was killed and did not come back within ${shownDuration(PATIENCE_MS)}`,
    details: { service },
  })
}

function linesOf({ stdout }: ChildProcess): AsyncIterable<string> | readonly string[] {
  return stdout ? createInterface({ input: stdout }) : []
}

type Row = { readonly isHealthy: boolean; readonly pid: string | undefined }

function rowOf(service: string, line: string): Row | undefined {
  const [name, state, health, pid] = line.split(/ +/)
  return name === service ? { isHealthy: state === 'running' && health === 'healthy', pid } : undefined
}

function kill(screen: StackScreen, service: string, { pid }: Row): string {
  screen.typed(`kill -9 ${pid}  # ${service}`)
  process.kill(Number(pid), 'SIGKILL')
  return String(pid)
}
