// Names that people take for each other, the same for every database: a repo never holds two that fold to one.
import type { Name } from '../../schemas/name.ts'

export function foldName(plugin: Name): string {
  return plugin.replaceAll('-', '')
}
