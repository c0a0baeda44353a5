// Where a native program may look for the code that it loads: places of the administrator, and its own plugin's folder.
import { problemOfPlace } from '../../../schemas/fixed-place.ts'

/** Where the loader stands when it replaces a word such as `$ORIGIN`: a folder of the artifact, `` for its root. */
export type Origin = { readonly folder: string; readonly words: readonly string[] }

/** What is wrong with one entry of a search path, as the end of a sentence; undefined when nothing is. */
export function problemOfEntry(entry: string, origins: readonly Origin[]): string | undefined {
  if (entry === '') return 'is empty, which means the working directory'
  if (/[^\x20-\x7e]/.test(entry)) return 'holds characters that are not ASCII'
  for (const { folder, words } of origins) {
    const word = words.find((candidate) => entry === candidate || entry.startsWith(`${candidate}/`))
    if (word !== undefined) return problemOfClimb(folder, entry.slice(word.length))
  }
  if (/[$@]/.test(entry)) return 'holds a word that only the machine fills in'
  return problemOfPlace(trimmed(entry))
}

/** `rest` is empty or begins with `/`. */
function problemOfClimb(folder: string, rest: string): string | undefined {
  if (/[$@]/.test(rest)) return 'holds a word that only the machine fills in'
  let depth = folder === '' ? 0 : folder.split('/').length
  for (const part of rest.split('/')) {
    if (part === '..') depth--
    else if (part !== '' && part !== '.') depth++
    if (depth < 0) return "leads out of the plugin's folder"
  }
  return undefined
}

function trimmed(entry: string): string {
  return entry.length > 1 ? entry.replace(/\/$/, '') : entry
}
