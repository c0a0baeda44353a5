// OCM's own plugin manager, which is a library in Go. `OCM_BENCH` names a program around it that answers JSON lines on standard
// input, each by a line `{"ms": [...]}`:
//   {"do": "scan", "dir": DIR}                                  registers the plugins of the folder, with a new manager
//   {"do": "cold", "dir": DIR}                                  from a registered plugin that does not run to the first answer
//   {"do": "warm", "dir": DIR, "calls": N}                      each of N calls, one after the other, on one that runs
//   {"do": "callers", "dir": DIR, "callers": M, "calls": N}     all of N calls by M callers at once
// A call lists the components of `{"type": "DummyRepository/v1", "baseUrl": "http://x"}` after `test-component-1`, with credentials.
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Scope } from '../scope.ts'
import { Missing } from '../scope.ts'

export type Asking = {
  readonly do: 'scan' | 'cold' | 'warm' | 'callers'
  readonly dir: string
  readonly calls?: number
  readonly callers?: number
}

export type Driver = (asking: Asking) => Promise<readonly number[]>

type Program = {
  readonly file: string
  readonly args?: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** What OCM_PLUGINS and OCM_BENCH name; throws Missing where they name nothing. */
export function ocmPlaces(): { readonly plugins: string; readonly manager: string } {
  const { OCM_PLUGINS: plugins, OCM_BENCH: manager } = process.env
  if (!plugins) throw new Missing('OCM_PLUGINS names no folder with the test plugins of OCM')
  if (!manager) throw new Missing('OCM_BENCH names no program that drives the manager of OCM')
  return { plugins, manager }
}

/** Ended with the scope. */
export function drive(scope: Scope, { file, args = [], env }: Program): Driver {
  const child = spawn(file, args, { env, cwd: scope.folder, stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  scope.onClose(async () => {
    child.stdin.end()
    await ended
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return async (asking) => {
    child.stdin.write(`${JSON.stringify(asking)}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error(`the driver ended: ${describeEnd(child)}`)
    return (JSON.parse(value) as { ms: readonly number[] }).ms
  }
}

function describeEnd({ exitCode, signalCode }: ChildProcess): string {
  return signalCode ?? `exit code ${exitCode}`
}
