// The secrets that one call may show: arguments that the plugin's schema calls secret, and passwords in the addresses of proxies.
import type { VerifiedExecutable } from '../../client/index.ts'
import { INHERITED } from '../exec/environment.ts'
import { openHiding } from '../hiding.ts'
import { secretTextsAmong } from '../secret-texts.ts'

type Values = Readonly<Record<string, unknown>>
type Environment = Readonly<Record<string, string | undefined>>

/** A shorter one would take words out of every sentence. */
const SHORTEST = 4

/** Undefined where there are none. */
export function hidingOf(
  given: Values,
  { manifest }: Pick<VerifiedExecutable, 'manifest'>,
  env: Environment,
): ((text: string) => string) | undefined {
  const values = [
    ...secretTextsAmong(given, manifest.arguments),
    ...INHERITED.flatMap(({ name, mayHoldSecret }) => (mayHoldSecret ? passwordsIn(env[name]) : [])),
  ]
  if (values.length === 0) return undefined
  const hiding = openHiding(SHORTEST)
  hiding.add(values)
  return hiding.hideInSentence
}

function passwordsIn(address = ''): string[] {
  const password = /^(?:[a-z0-9+.-]+:\/\/)?[^/@]*?:([^/]*)@/i.exec(address)?.[1]
  if (password === undefined || password === '') return []
  try {
    return [password, decodeURIComponent(password)]
  } catch {
    return [password]
  }
}
