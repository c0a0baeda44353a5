// Whether processes that a test started are there, and whether they are gone. Waits by intervals only, so that a test may
// let every other timer of its process stand still.
import { readFile } from 'node:fs/promises'
import { setInterval as every } from 'node:timers/promises'

const DEADLINE_MS = 60_000
const LOOK_MS = 5

/** Waits until the file holds a process id, which a fixture writes there. */
export async function pidIn(file: string, withinMs = DEADLINE_MS): Promise<number> {
  const deadline = performance.now() + withinMs
  for await (const _look of every(LOOK_MS)) {
    const text = await readFile(file, 'utf8').catch(() => '')
    if (/^\d+\n$/.test(text)) return Number(text)
    if (performance.now() > deadline) break
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
  for await (const _look of every(LOOK_MS)) {
    if (!isRunning(pid) || (await isZombie(pid))) return true
    if (performance.now() > deadline) break
  }
  return false
}

async function isZombie(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return /\) Z /.test(stat)
}
