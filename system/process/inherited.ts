// Descriptors that whoever started octo had open and did not mean for it: log files, sockets, locks. A program that octo
// starts gets none but the standard streams. Light: a warm run loads it.
import { closeSync, existsSync, readdirSync } from 'node:fs'
import { flagsOf } from './descriptor-flags.ts'

/** Node itself sees to those below. */
const FIRST_TO_LOOK_AT = 16

/**
 * Closes every descriptor that a new program would inherit, but for those that a word names, as shells do for `<(command)`.
 * On Linux alone, and where /proc is: elsewhere nobody can ask which they are. Never throws.
 */
export function closeInherited(words: readonly string[]): void {
  const named = new Set(words.flatMap(descriptorsIn))
  for (const descriptor of openDescriptors())
    if (descriptor >= FIRST_TO_LOOK_AT && !named.has(descriptor)) closeIfPassedOn(descriptor)
}

function descriptorsIn(word: string): number[] {
  return [...word.matchAll(/\/dev\/fd\/(\d+)|\/proc\/self\/fd\/(\d+)/g)].map(([, short, long]) => Number(short ?? long))
}

function openDescriptors(): number[] {
  if (process.platform !== 'linux') return []
  try {
    return readdirSync('/proc/self/fd').map(Number)
  } catch {
    return []
  }
}

function closeIfPassedOn(descriptor: number): void {
  try {
    // One was open to list them, and an error takes longer than all the rest.
    if (existsSync(`/proc/self/fdinfo/${descriptor}`) && flagsOf(descriptor).isPassedOn) closeSync(descriptor)
  } catch {
    // It could not write what it had kept, and is closed.
  }
}
