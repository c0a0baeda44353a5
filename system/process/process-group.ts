// A plugin and everything it starts is one process group, so that one signal reaches all of it: killing only the child
// leaves its children running. Groups that still live when octo ends are killed on the way out, with what left them.
import { execFile } from 'node:child_process'
import { constants } from 'node:os'
import { killStrays } from './strays.ts'
import { systemTool } from './system-tool.ts'

/** With the entry of an environment that only theirs has, where there is one. */
const living = new Map<number, string | undefined>()
let watching = false

/** Remembers a group until it is released; kills it if octo ends first, with what carries `entry` in its environment. */
export function holdGroup(pid: number, entry?: string): void {
  living.set(pid, entry)
  if (watching) return
  watching = true
  process.once('exit', killHeldGroups)
}

/** Kills every group that was not released yet; whoever waits for one sees it end. */
export function killHeldGroups(): void {
  for (const group of living.keys()) signalGroup(group, 'SIGKILL')
  killStrays([...living.values()].filter((entry) => entry !== undefined))
}

/** Kills what is left of the group and forgets it. */
export function releaseGroup(pid: number): void {
  signalGroup(pid, 'SIGKILL')
  living.delete(pid)
}

/** Nothing of it is left, or it may run on when octo ends. */
export function forgetGroup(pid: number): void {
  living.delete(pid)
}

/** Sends a signal to every process of the group; a group that is gone is fine. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  if (process.platform === 'win32') {
    endTree(pid)
    return
  }
  try {
    process.kill(-pid, signal)
  } catch (error) {
    // EPERM: what is left of the group belongs to another user, or is a zombie on macOS.
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

/** The exit code that shells give to a program that a signal ended. */
export function signalCode(signal: NodeJS.Signals): number {
  return 128 + (constants.signals[signal] ?? 0)
}

/** Windows has no groups to signal; its own tool ends a tree. */
function endTree(pid: number): void {
  execFile(systemTool('taskkill.exe'), ['/pid', String(pid), '/t', '/f'], () => undefined)
}
