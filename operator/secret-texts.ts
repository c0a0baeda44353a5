// The texts that a secret may be read by wherever a program repeats it, for hiding.ts: numbers are written as texts as well. `true` and
// `false` say nothing without their name, and the names of an argument's parts stand in the schema that everybody can read.
import { secretArguments } from '../schemas/arguments/secret.ts'

/** Of all arguments that the plugin's schema calls secret, or that hold one. */
export function secretTextsAmong(
  given: Readonly<Record<string, unknown>>,
  schema: Readonly<Record<string, unknown>> | undefined,
): string[] {
  const secrets = secretArguments(schema)
  return Object.entries(given).flatMap(([name, value]) => (secrets.has(name) ? textsIn(value) : []))
}

export function textsIn(value: unknown): string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}
