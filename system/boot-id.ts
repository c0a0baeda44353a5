// Which run of the machine this is. Imports Node's file system alone: a warm run starts with it.
import { readFileSync } from 'node:fs'

let boot: string | undefined
/** The same for as long as the machine runs, and for no other run of it or of another machine. */
export function bootId(): string {
  boot ??= readBootId()
  return boot
}

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    // Where no kernel names its boot, its time must do; a clock that is set meanwhile only costs a new hash.
    return `at ${Math.round((Date.now() / 1000 - process.getBuiltinModule('node:os').uptime()) / 10)}`
  }
}
