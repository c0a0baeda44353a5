// Which limits an operator can set, and how they are written: `releasesPerHour` is `--limit releases-per-hour=NUMBER`. Limits
// of a reader, such as the size of an artifact, are not among them: clients would refuse what is beyond.
import { coded } from '../schemas/errors.ts'
import { quote } from '../schemas/quote.ts'
import type { RegistrySettings } from './settings.ts'

const SETTABLE = [
  'releasesPerHour',
  'newPluginsPerHour',
  'stateChangesPerHour',
  'openSessions',
  'proofMsPerHour',
  'refusedTriesPerHour',
] as const satisfies readonly (keyof RegistrySettings['limits'])[]

type LimitName = (typeof SETTABLE)[number]

const MOST = 1_000_000_000

/** e.g. `releases-per-hour` */
export function limitOption(name: LimitName): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

export const LIMIT_OPTIONS: readonly string[] = SETTABLE.map(limitOption)

/** Reads `releases-per-hour=20000`; the last of several counts. Throws USAGE. */
export function parseLimits(texts: readonly string[]): Partial<RegistrySettings['limits']> {
  return Object.fromEntries(texts.map(parseLimit))
}

function parseLimit(text: string): readonly [LimitName, number] {
  const [option = '', digits = ''] = text.split('=', 2)
  const name = SETTABLE.find((each) => limitOption(each) === option)
  const amount = Number(digits)
  if (name && /^\d{1,10}$/.test(digits) && amount >= 1 && amount <= MOST && text === `${option}=${digits}`)
    return [name, amount]
  throw coded('USAGE', {
    message: name
      ? `limit ${quote(option)} is a whole number from 1 to ${MOST}, found ${quote(text.slice(option.length + 1))}`
      : `there is no limit ${quote(option)}, expected ${LIMIT_OPTIONS.map(quote).join(', ')}`,
    hint: 'for example `--limit releases-per-hour=20000`',
  })
}
