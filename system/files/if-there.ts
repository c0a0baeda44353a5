// Files and folders that others may take away at any moment, or that were never made: their absence is no failure.
import { openSync, readdirSync } from 'node:fs'
import { isMissing } from './errors.ts'

/** The names in a folder; none where it is not there. Throws what the file system says. */
export function namesIfThere(folder: string): readonly string[] {
  return ifThere(() => readdirSync(folder)) ?? []
}

/** Open to be read; throws what the file system says. */
export function openIfThere(path: string): number | undefined {
  return ifThere(() => openSync(path, 'r'))
}

function ifThere<Found>(look: () => Found): Found | undefined {
  try {
    return look()
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
