// Names of repos and plugins: one normal form, so that no two names can be taken for each other on any file system.
import { coded } from './errors.ts'
import { quote } from './quote.ts'

declare const nameBrand: unique symbol
/** One part of a full name: 1–64 of `a-z`, `0-9` and `-`, neither starting nor ending with `-`. */
export type Name = string & { readonly [nameBrand]: true }

export const NAME_PATTERN = /^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/

/** Reserved on Windows as file names, or taken by words of our own addresses and of octoctl's built-in operators. */
const RESERVED = new Set(
  'con prn aux nul com1 com2 com3 com4 com5 com6 com7 com8 com9 lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9 constructor'.split(
    ' ',
  ),
)
/** octoctl carries these operators hard-coded, so a repo can never offer them. */
export const OCTOCTL_OPERATORS: ReadonlySet<string> = new Set(['docker', 'podman', 'nerdctl'])

export function isName(text: unknown): text is Name {
  return typeof text === 'string' && text.length <= 64 && NAME_PATTERN.test(text) && !RESERVED.has(text)
}

/** Throws NAME_INVALID; `what` says whose name it is (`repo`, `plugin`). */
export function parseName(text: unknown, what: string): Name {
  if (isName(text)) return text
  throw coded('NAME_INVALID', {
    message: `${what} name ${quote(text)} is not allowed, expected 1–64 of \`a-z\`, \`0-9\`, \`-\` that start and end with a letter or digit${reservedNote(text)}`,
    details: { what },
  })
}

function reservedNote(text: unknown): string {
  return typeof text === 'string' && RESERVED.has(text) ? ', and this name is reserved' : ''
}
