// The first line of a config that octo writes: where editors find its schema. The registry that is added serves it; where that one does
// not, it is a file beside the config.
import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { configJsonSchema } from '../../../config/document/json-schema.ts'
import { onDisk } from '../../../system/files/errors.ts'

export const SCHEMA_FILE = 'octo.schema.json'

/** e.g. `# yaml-language-server: $schema=https://plugins.example.org/schemas/octo.schema.json`, with its line end. */
export function editorLine(address: string): string {
  return `# yaml-language-server: $schema=${address}\n`
}

/** One that is there already is kept. */
export function writeSchemaBeside(configPath: string): void {
  const path = join(dirname(configPath), SCHEMA_FILE)
  const text = `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`
  if (!existsSync(path)) onDisk(path, () => writeFileSync(path, text, { flag: 'wx' }))
}
