// The end of every failed command: the error where people or machines look for it, and the exit code of its kind.
import { firstFailure } from '../schemas/errors.ts'
import { printableJson } from '../schemas/quote.ts'
import { paintFor, wantsColour } from './colour.ts'
import { errorToJson, exitCodeOf, renderError } from './render-error.ts'
import { processStreams, widthOf } from './streams.ts'

/** Writes text, or with `--json` one JSON object, to stderr; stdout holds data only. Gives the exit code. */
export function reportError(thrown: unknown, argv: readonly string[], { err, env } = processStreams()): number {
  const error = firstFailure(thrown)
  const flags = ownFlags(argv)
  const flag = flags.includes('--no-color') ? false : undefined
  const text = flags.includes('--json')
    ? printableJson(errorToJson(error))
    : renderError(error, paintFor(wantsColour({ flag, env, stream: err })), widthOf(err))
  err.write(`${text}\n`)
  return exitCodeOf(error)
}

/** What stands after `--` belongs to a plugin. */
function ownFlags(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--')
  return end < 0 ? argv : argv.slice(0, end)
}
