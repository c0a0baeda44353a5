// Which files of a folder are plugins, as OCM has it: all in it and below it whose names have no dot, called by their names.
import type { Dirent } from 'node:fs'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import { isMissing, onDisk } from '../../../system/files/errors.ts'

export type PluginFile = { readonly name: string; readonly path: string }

const MAX_FILES = 1000
const MAX_DEPTH = 16

/** In the order of their paths; none where there is no folder. Throws LIMIT_EXCEEDED, or IO_FAILED for one that cannot be read. */
export function pluginFilesIn(directory: string): readonly PluginFile[] {
  const found: PluginFile[] = []
  walk(directory, 0, (file) => {
    if (found.length === MAX_FILES) throw tooMany(directory)
    found.push(file)
  })
  return found
}

function walk(folder: string, depth: number, visit: (file: PluginFile) => void): void {
  const entries = onDisk(folder, () => entriesOf(folder)).sort((one, other) => (one.name < other.name ? -1 : 1))
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && depth < MAX_DEPTH) walk(path, depth + 1, visit)
    else if (isPluginName(entry.name) && isFile(entry, path)) visit({ name: nameOf(entry.name), path })
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/** Windows finds no program without `.exe`. */
function isPluginName(name: string): boolean {
  return !nameOf(name).includes('.')
}

function nameOf(name: string): string {
  return process.platform === 'win32' ? name.replace(/\.exe$/i, '') : name
}

/** A link counts as what it leads to, but folders are not entered through one: it could lead around in a circle. */
function isFile(entry: Dirent, path: string): boolean {
  return entry.isFile() || (entry.isSymbolicLink() && leadsToFile(path))
}

/** One that leads nowhere, or only to itself, takes nothing from the others. */
function leadsToFile(link: string): boolean {
  try {
    return statSync(link).isFile()
  } catch {
    return false
  }
}

function tooMany(directory: string): Error {
  return coded('LIMIT_EXCEEDED', {
    message: `folder ${quote(directory)} holds more than ${MAX_FILES} files without a dot in their names`,
    details: { directory, limit: MAX_FILES },
    hint: 'name a folder that holds plugins and nothing else',
  })
}
