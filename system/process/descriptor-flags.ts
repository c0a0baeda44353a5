// How a descriptor of this process was opened, as Linux tells it. Light: a warm run loads it.
import { constants, readFileSync } from 'node:fs'

/** Throws when there is no such descriptor, or no /proc. */
export function flagsOf(descriptor: number): { readonly waits: boolean; readonly isPassedOn: boolean } {
  const [, octal = ''] = /^flags:\t(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8')) ?? []
  const flags = Number.parseInt(octal, 8)
  return { waits: (flags & constants.O_NONBLOCK) === 0, isPassedOn: (flags & O_CLOEXEC) === 0 }
}

/** Closed when a program is started. Node does not name it. */
export const O_CLOEXEC = 0o2000000
