// `octo run` of a plugin that ran before, as a file of its own: octo becomes the plugin. It is bundled to one small file of
// plain JavaScript that loads `node:fs` and `node:path` alone, and touches neither standard streams nor anything else that
// the plugin would find changed. What is not exactly as it was is left to the full path, which also explains what is wrong.
import type { VerifiedExecutable } from '../../client/index.ts'
import { coded } from '../../schemas/errors.ts'
import type { Runtime } from '../../schemas/manifest.ts'
import { makeProcessDirectory } from '../../system/files/process-directory.ts'
import { octoVersion } from '../../system/octo-version.ts'
import { becomeProgram, canBecomeProgram } from '../../system/process/become-program.ts'
import { closeInherited } from '../../system/process/inherited.ts'
import { pluginEnvironment } from '../exec/environment.ts'
import type { FoundRuntime } from '../exec/executable.ts'
import { programOf, thisMachine } from '../exec/executable.ts'
import { fitsPlainRange } from '../exec/plain-range.ts'
import { findWarmRun } from './find.ts'

/**
 * `argv` without node and script. Becomes the plugin, which then has the process of octo; returns when the full path has to be
 * taken, with nothing left behind. Never throws.
 */
// allow(dead-export): the launcher calls it, in the bundle of this file
export function main([word, ...words]: readonly string[]): undefined {
  if (word !== 'run') return
  try {
    if (canBecomeProgram()) become(words)
  } catch {
    // The full path meets the same and says what it is.
  }
}

function become(words: readonly string[]): void {
  // A word that is no UTF-8 would reach the plugin as another one.
  if (words.some((word) => word.includes('\ufffd'))) return
  const place = { cwd: process.cwd(), env: process.env }
  const found = findWarmRun(words, place)
  if (!found || needsNewerOperator(found.executable)) return
  const { executable, argv } = found
  const { file, leading, argv0 } = programOf(executable, thisMachine(requirePlainVersion))
  using temporary = makeProcessDirectory(place.env)
  const { manifest, root } = executable
  const env = pluginEnvironment(place.env, { temporary: temporary.path, root, contract: manifest.output })
  closeInherited(argv)
  becomeProgram({ file, argv: [...leading, ...argv], argv0, env })
}

/** Also true where it would take semver to know. */
function needsNewerOperator({ manifest: { minimumOperator } }: VerifiedExecutable): boolean {
  return minimumOperator !== undefined && !fitsPlainRange(octoVersion(), `>=${minimumOperator}`)
}

function requirePlainVersion({ name, version }: Runtime, { plugin, known }: FoundRuntime): void {
  if (version === undefined || (known !== undefined && fitsPlainRange(known, version))) return
  throw coded('RUNTIME_MISSING', { message: `${plugin}: the version of ${name} is for the full path to judge` })
}
