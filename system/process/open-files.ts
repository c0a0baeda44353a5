// How many files and connections a process may have open, as the system says it (Linux).
import { readFileSync } from 'node:fs'

/** What it cannot raise by itself; undefined where nobody says it, infinite where there is no such limit. */
export function openFilesOf(pid: number | 'self'): number | undefined {
  const [, hard] = /^Max open files\s+\S+\s+(\S+)/m.exec(limitsText(pid)) ?? []
  if (hard === undefined) return undefined
  return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard)
}

function limitsText(pid: number | 'self'): string {
  try {
    return readFileSync(`/proc/${pid}/limits`, 'utf8')
  } catch {
    return ''
  }
}
