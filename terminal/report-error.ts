// The end of every failed command: the error where people or machines look for it, and the exit code of its kind.
import { paintFor, wantsColour } from './colour.ts'
import { errorToJson, exitCodeOf, renderError } from './render-error.ts'
import { processStreams } from './streams.ts'

/** Writes text to stderr, or with `--json` one JSON object to stdout, where a machine reads the answer. */
export function reportError(error: unknown, argv: readonly string[], streams = processStreams()): number {
  const { out, err, env } = streams
  const flags = ownFlags(argv)
  if (flags.includes('--json')) out.write(`${JSON.stringify(errorToJson(error), null, 2)}\n`)
  else {
    const flag = flags.includes('--no-color') ? false : undefined
    err.write(`${renderError(error, paintFor(wantsColour({ flag, env, stream: err })))}\n`)
  }
  return exitCodeOf(error)
}

/** What stands after `--` belongs to a plugin. */
function ownFlags(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--')
  return end < 0 ? argv : argv.slice(0, end)
}
