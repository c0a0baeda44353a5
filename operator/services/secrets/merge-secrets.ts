// The secrets of all sources of a service, as it is given them: files of all, variables and values of its config as the sources say.
// Of two that give one name, the later counts, and that is said. Pure; names are told, values never.
import type { ChangeRule } from '../../../config/model/service-spec.ts'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import type { Secrets } from './secret-folders.ts'

type Given = {
  /** The source, for people. */
  readonly label: string
  readonly secrets: Secrets
  readonly environment: Readonly<Record<string, string>>
  readonly values: Readonly<Record<string, string>>
}

export type MergedSecrets = {
  readonly files: Secrets
  readonly environment: Secrets
  /** By path in the config of the service. */
  readonly values: Secrets
  /** Names that several sources give. */
  readonly notes: readonly string[]
}

/** Throws CONFIG_INVALID where something that the config names is not given. */
export function mergeSecrets(sources: readonly Given[]): MergedSecrets {
  const from = new Map<string, string>()
  const notes: string[] = []
  for (const { label, secrets } of sources)
    for (const name of Object.keys(secrets)) {
      const before = from.get(name)
      if (before !== undefined) notes.push(`${quote(name)} is given by ${before} and by ${label}, which counts`)
      from.set(name, label)
    }
  const missing = sources.flatMap(({ label, secrets, environment, values }) =>
    [...Object.entries(environment), ...Object.entries(values)].flatMap(([where, name]) =>
      Object.hasOwn(secrets, name) ? [] : [`${label} gives no ${quote(name)}, which ${quote(where)} is for`],
    ),
  )
  const [problem] = missing
  if (problem !== undefined) throw coded('CONFIG_INVALID', { message: problem })
  return {
    files: Object.fromEntries(sources.flatMap(({ secrets }) => Object.entries(secrets))),
    environment: takenBy(sources, 'environment'),
    values: takenBy(sources, 'values'),
    notes,
  }
}

function takenBy(sources: readonly Given[], kind: 'environment' | 'values'): Secrets {
  return Object.fromEntries(
    sources.flatMap((source) =>
      Object.entries(source[kind]).map(([where, name]) => [where, source.secrets[name] ?? '']),
    ),
  )
}

/** Of the sources that gave something else than before; of all, where a secret is there no more. */
export function rulesOfChange(
  before: Secrets,
  now: Secrets,
  sources: readonly { readonly secrets: Secrets; readonly onChange: ChangeRule }[],
): ReadonlySet<ChangeRule> {
  const isGone = Object.keys(before).some((name) => !Object.hasOwn(now, name))
  const isOther = ([name, value]: readonly [string, string]) => now[name] === value && before[name] !== value
  const changed = sources.filter(({ secrets }) => isGone || Object.entries(secrets).some(isOther))
  return new Set(changed.map(({ onChange }) => onChange))
}
