// Warnings of one config, bounded: a document with thousands of unknown keys must not cost thousands of look-ups for
// their nearest word.
import type { ConfigWarning } from './config.ts'

export type Warnings = {
  /** Builds the warning only while there is room for it. */
  readonly add: (warning: () => ConfigWarning) => void
  /** All that were kept, and one that says how many more there are. */
  readonly all: () => readonly ConfigWarning[]
}

export const MAX_WARNINGS = 50

export function openWarnings(): Warnings {
  const kept: ConfigWarning[] = []
  let more = 0
  return {
    add(warning) {
      if (kept.length < MAX_WARNINGS) kept.push(warning())
      else more++
    },
    all: () => (more === 0 ? kept : [...kept, surplus(more, kept)]),
  }
}

function surplus(more: number, kept: readonly ConfigWarning[]): ConfigWarning {
  return { file: kept[0]?.file ?? '', message: `and ${more} more warnings` }
}
