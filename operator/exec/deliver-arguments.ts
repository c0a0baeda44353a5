// How the arguments of a config reach a plugin: as words of its command line, or in one JSON document on standard input.
// A secret never becomes a word, whatever the plugin declares: every user of a machine can read the words of every process.
import type { CheckArguments } from '../../config/model/config.ts'
import { secretArguments } from '../../schemas/arguments/secret.ts'
import { coded } from '../../schemas/errors.ts'
import type { ReleasedManifest } from '../../schemas/manifest.ts'
import { quote } from '../../schemas/quote.ts'
import { argumentVector } from './argument-vector.ts'

type Subject = {
  readonly plugin: string
  readonly manifest: Pick<ReleasedManifest, 'arguments' | 'input' | 'booleans' | 'argumentStyle'>
}

export type Delivery = {
  readonly words: readonly string[]
  /** What stands under `arguments` in the document; absent when the plugin gets none. */
  readonly document?: unknown
}

/** Throws ARGUMENTS_INVALID and LIMIT_EXCEEDED for words that no program can receive. */
export function deliverArguments(given: CheckArguments, { plugin, manifest }: Subject): Delivery {
  const secrets = secretArguments(manifest.arguments)
  const isDocument = manifest.input === 'json'
  if (given.kind === 'list') {
    if (secrets.any && given.value.length > 0) throw secretsInList(plugin)
    return { words: argumentVector(given, manifest), ...(isDocument ? { document: given.value } : {}) }
  }
  if (isDocument) return { words: [], document: given.value }
  const [secret, open] = divided(given.value, secrets.has)
  const words = argumentVector({ ...given, value: open }, manifest)
  return Object.keys(secret).length > 0 ? { words, document: secret } : { words }
}

type Values = Readonly<Record<string, unknown>>

function divided(values: Values, isSecret: (name: string) => boolean): [secret: Values, open: Values] {
  const entries = Object.entries(values)
  const those = (wanted: boolean) => Object.fromEntries(entries.filter(([name]) => isSecret(name) === wanted))
  return [those(true), those(false)]
}

/** Nobody but the plugin knows which words of a list are names and which are values. */
function secretsInList(plugin: string): Error {
  return coded('ARGUMENTS_INVALID', {
    message: `arguments of plugin ${quote(plugin)} are a list, expected a map: it takes secret ones, and a list is the command line, which every user of the machine can read`,
    details: { plugin },
    hint: `write \`args: {name: value, …}\`; \`octo info ${plugin}\` shows the names`,
  })
}
