// What is handed over of what was read: the named secrets or all, as texts under names that the contract takes.

import type { Fields } from './answer.ts'
import { textOf } from './body.ts'
import { Refusal } from './refusal.ts'

// Written out again, since the module of the contract loads far more than a plugin needs; a test keeps both equal.
// allow(dead-export): the test that keeps both equal
export const NAME_PATTERN = '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$'
// allow(dead-export): the test that keeps both equal
export const MAX_SECRETS = 256
// allow(dead-export): the test that keeps both equal
export const MAX_VALUE = 256 * 1024

/** Throws Refusal, which names a name and never a value. */
export function chooseSecrets(data: Fields, keys: readonly string[]): Record<string, string> {
  const names = keys.length > 0 ? [...new Set(keys)] : Object.keys(data)
  const missing = names.filter((name) => !Object.hasOwn(data, name))
  if (missing.length > 0)
    throw new Refusal('failed', 'absent', `there is no ${missing.slice(0, 5).map(quoted).join(', ')} among the secrets`)
  const odd = names.find((name) => name === '__proto__' || !new RegExp(NAME_PATTERN).test(name))
  if (odd !== undefined)
    throw new Refusal(
      'failed',
      'name',
      `${quoted(odd)} is no name that can be handed over: choose others with \`keys\``,
    )
  if (names.length > MAX_SECRETS)
    throw new Refusal(
      'failed',
      'size',
      `there are ${names.length} secrets, expected at most ${MAX_SECRETS}: choose some with \`keys\``,
    )
  const secrets = Object.fromEntries(names.map((name) => [name, textOf(data[name])]))
  const large = names.find((name) => (secrets[name] ?? '').length > MAX_VALUE)
  if (large === undefined) return secrets
  throw new Refusal('failed', 'size', `${quoted(large)} is longer than ${MAX_VALUE} characters`)
}

function quoted(name: string): string {
  const safe = name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?')
  return `\`${safe.length > 80 ? `${safe.slice(0, 80)}…` : safe}\``
}
