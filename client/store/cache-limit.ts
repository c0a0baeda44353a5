// How large the store may grow before it makes room by itself, as the environment says it: one store serves all configs of a user,
// so none of these may say it.
import type { CodedError } from '../../schemas/errors.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'

type Environment = Readonly<Record<string, string | undefined>>

const GIB = 1024 ** 3
/** Some hundred plugins of the usual size, and little beside what other tools of the kind keep for ever. */
// allow(dead-export): the test asks what counts where nothing is said
export const DEFAULT_LIMIT_BYTES = 2 * GIB

const SIZE = /^(\d{1,6}(?:\.\d{1,3})?) ?([KMGT])(?:i?B)?$/i
const EXPONENTS = ['', 'k', 'm', 'g', 't']

/** Undefined where it is off; the error for a text that says neither a size nor `off`, with which nothing is removed. */
export function cacheLimitOf({ OCTO_CACHE_LIMIT: text }: Environment): number | CodedError | undefined {
  if (!text) return DEFAULT_LIMIT_BYTES
  if (text.toLowerCase() === 'off') return undefined
  const [, amount, unit = ''] = SIZE.exec(text) ?? []
  if (amount !== undefined) return Math.round(Number(amount) * 1024 ** EXPONENTS.indexOf(unit.toLowerCase()))
  return coded('USAGE', {
    message: `OCTO_CACHE_LIMIT is ${quote(text)}, expected a size such as \`2GiB\`, or \`off\``,
    details: { value: text },
    hint: '`export OCTO_CACHE_LIMIT=2GiB`',
  })
}
