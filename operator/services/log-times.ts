// Notes now and then how far each log is, so that `octo logs --since` finds where to begin: services write their logs themselves,
// and need not say when.
import type { One } from './instances.ts'
import { logPath, noteTime, sizeOf } from './log-files.ts'
import type { Places } from './places.ts'

const NOTE_MS = 5000

export function openLogTimes(places: Places, all: () => readonly One[]): Disposable {
  const noted = new Map<string, number>()
  const timer = setInterval(() => {
    for (const { id, instance } of all()) if (instance.state === 'running') note(id)
  }, NOTE_MS)

  function note(id: string): void {
    const path = logPath(places, id)
    const size = sizeOf(path)
    if (size <= 0 || noted.get(id) === size) return
    noted.set(id, size)
    try {
      noteTime(path, Date.now())
    } catch {
      // On a full disk only the beginning of what is shown is less exact.
    }
  }

  return { [Symbol.dispose]: () => clearInterval(timer) }
}
