// What follows `--log-level LEVEL` when an operator plugin is called: the words of octoctl, for every operator alike.
import { coded } from '../../schemas/errors.ts'
import type { OperatorOptions, OperatorWord } from './operator.ts'

/** `typed`: services, or the command line that `exec` and `compose` pass on. Throws USAGE. */
export function operatorWords(word: OperatorWord, typed: readonly string[], options: OperatorOptions): string[] {
  refuseUnknownToPlugins(word, typed, options)
  const args = word === 'exec' ? withoutDashes(typed) : typed
  return [
    word,
    ...(options.dryRun ? ['--dry-run'] : []),
    ...(options.follow ? ['--follow'] : []),
    ...separator(word, args),
    ...args,
  ]
}

/** `exec web -- ls -la`: what stands behind the service is the command either way. */
function withoutDashes([service = '', ...command]: readonly string[]): readonly string[] {
  return [service, ...(command[0] === '--' ? command.slice(1) : command)]
}

/** Options of the other program must not be taken for the operator's. octoctl drops what stands behind `compose` without `--`. */
function separator(word: OperatorWord, args: readonly string[]): readonly string[] {
  if (word === 'compose') return args.length > 0 ? ['--'] : []
  return word === 'exec' && args.some((text) => text.startsWith('-')) ? ['--'] : []
}

/** octoctl's contract has no words for these. */
function refuseUnknownToPlugins(word: OperatorWord, typed: readonly string[], options: OperatorOptions): void {
  const { foreground, timeout, watch, since, tail, json } = options
  const [option] = Object.entries({ foreground, timeout, watch, since, tail, json }).flatMap(([name, value]) =>
    value === undefined || value === false ? [] : [`option \`--${name}\``],
  )
  const asked = option ?? (word === 'status' && typed.length > 0 ? 'the name of a service' : undefined)
  if (asked === undefined) return
  throw coded('USAGE', {
    message: `${asked} ${option === undefined ? 'behind' : 'of'} \`${word}\` is for the operator \`baremetal\`, and this config has another`,
    hint: 'leave it away, or add `--operator baremetal`',
  })
}
