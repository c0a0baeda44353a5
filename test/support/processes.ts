// Whether processes that a test started are gone.
import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'

const DEADLINE_MS = 60_000

/** Waits until the file holds a process id, which a fixture writes there. */
export async function pidIn(file: string, withinMs = DEADLINE_MS): Promise<number> {
  const deadline = performance.now() + withinMs
  while (performance.now() < deadline) {
    const text = await readFile(file, 'utf8').catch(() => '')
    if (/^\d+\n$/.test(text)) return Number(text)
    await wait(5)
  }
  throw new Error(`no process id in ${file} after ${withinMs} ms`)
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** True once the process is gone; a killed one stays visible until its parent, or init, has collected it. */
export async function isGone(pid: number, withinMs = DEADLINE_MS): Promise<boolean> {
  const deadline = performance.now() + withinMs
  while (performance.now() < deadline) {
    if (!isRunning(pid) || (await isZombie(pid))) return true
    await wait(5)
  }
  return false
}

async function isZombie(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return /\) Z /.test(stat)
}
