// `octo run` of a plugin that ran before, where octo cannot become the plugin: it is started and waited for.
import { runInteractive } from '../run/interactive.ts'
import type { WarmPlace } from './find.ts'
import { findWarmRun } from './find.ts'

/** The exit code, or undefined when the full path has to be taken. Throws nothing that the full path would not explain. */
export async function tryWarmRun(words: readonly string[], place: WarmPlace): Promise<number | undefined> {
  const found = findWarmRun(words, place)
  return found && runInteractive(found.executable, found.argv, place)
}
