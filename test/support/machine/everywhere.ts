// Looks for a text wherever others, or a later time, could find it: in all files below a folder, and in the command lines and variables
// of all processes of this machine.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Paths of the files that hold it. */
export function filesWith(folder: string, text: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => textOf(path).includes(text))
}

/** Processes that hold it there. */
export function processesWith(text: string, where: 'cmdline' | 'environ'): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && textOf(`/proc/${name}/${where}`).includes(text))
    .map(Number)
}

/** Kills those that hold it among their variables, but for those that end meanwhile. */
export function killAllWith(text: string): void {
  for (const pid of processesWith(text, 'environ')) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
}

/** The words that a process was started with, each with a NUL behind it; empty once it has ended. */
export function commandLineOf(pid: number): string {
  return textOf(`/proc/${pid}/cmdline`)
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    // It has ended, or is another user's.
    return ''
  }
}
