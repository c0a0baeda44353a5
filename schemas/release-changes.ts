// What is not the same in two releases of a plugin, in words, as far as it concerns whoever uses it: arguments, needs, platforms, how it is
// run and who signed it. What the author says about it stands in the release's changelog.
import type { ArgumentFacts } from './arguments/list.ts'
import { atLeastOneOf, listArguments, takesMore } from './arguments/list.ts'
import { stableJson } from './json.ts'
import type { ReleasedManifest } from './manifest.ts'

type ComparedRelease = {
  readonly manifest: ReleasedManifest
  readonly platforms: readonly string[]
  /** How whoever shows it names the signer. */
  readonly signer: string
}

export type ReleaseChange = {
  readonly about: 'arguments' | 'needs' | 'platforms' | 'how it is run' | 'signer' | 'description'
  /** e.g. "`port` is required now". Names are the author's: make them printable, or escape them. */
  readonly text: string
}

/** In the order in which they matter: what stops a config that worked comes first. */
export function releaseChanges(before: ComparedRelease, after: ComparedRelease): readonly ReleaseChange[] {
  return [
    ...signerChanges(before, after),
    ...argumentChanges(before.manifest, after.manifest),
    ...runChanges(before.manifest, after.manifest),
    ...needChanges(before.manifest, after.manifest),
    ...listChanges(before.platforms, after.platforms).map((text) => ({ about: 'platforms' as const, text })),
    ...wordChanges(before.manifest, after.manifest),
  ]
}

function signerChanges(before: ComparedRelease, after: ComparedRelease): readonly ReleaseChange[] {
  return before.signer === after.signer
    ? []
    : [{ about: 'signer', text: `${code(after.signer)} in place of ${code(before.signer)}` }]
}

function argumentChanges(before: ReleasedManifest, after: ReleasedManifest): readonly ReleaseChange[] {
  const [old, now] = [before, after].map(({ arguments: schema }) => listArguments(schema)) as [Facts, Facts]
  const names = [...new Set([...now, ...old].map(({ name }) => name))]
  const texts = names.flatMap((name) => changesOfArgument(named(old, name), named(now, name)))
  const more = [...choiceChange(before, after), ...moreChange(before, after)]
  const unlisted =
    texts.length === 0 && more.length === 0 && stableJson(before.arguments ?? {}) !== stableJson(after.arguments ?? {})
  const all = [...texts, ...more, ...(unlisted ? ['their schema is another one'] : [])]
  return all.map((text) => ({ about: 'arguments', text }))
}

type Facts = readonly ArgumentFacts[]

function named(facts: Facts, name: string): ArgumentFacts | undefined {
  return facts.find((each) => each.name === name)
}

function changesOfArgument(old: ArgumentFacts | undefined, now: ArgumentFacts | undefined): readonly string[] {
  if (!now) return old ? [`${code(old.name)} is gone`] : []
  const name = code(now.name)
  if (!old) return [`${name} is new${now.isRequired ? ' and required' : ''}`]
  return [
    ...(old.isRequired === now.isRequired ? [] : [`${name} is ${now.isRequired ? '' : 'not '}required now`]),
    ...(old.type === now.type ? [] : [`${name} is ${code(now.type)}, and was ${code(old.type)}`]),
    ...(old.default === now.default ? [] : [`the default of ${name} is ${defaultOf(now)}, and was ${defaultOf(old)}`]),
  ]
}

function defaultOf({ default: value }: ArgumentFacts): string {
  return value === undefined ? 'none' : code(value)
}

function moreChange(before: ReleasedManifest, after: ReleasedManifest): readonly string[] {
  const [did, does] = [takesMore(before.arguments), takesMore(after.arguments)]
  if (did === does) return []
  return [does ? 'others than the named ones are taken too' : 'no others than the named ones are taken any more']
}

function choiceChange(before: ReleasedManifest, after: ReleasedManifest): readonly string[] {
  const [old, now] = [before, after].map((one) => atLeastOneOf(one.arguments).map(code).join(', '))
  if (old === now) return []
  return [now === '' ? `none of ${old} is needed any more` : `one of ${now} is needed now`]
}

const RUN_KEYS = [
  ...(['kind', 'category', 'protocol', 'output', 'input', 'booleans'] as const),
  ...(['argumentStyle', 'resident', 'timeoutMs', 'minimumOperator'] as const),
]

function runChanges(before: ReleasedManifest, after: ReleasedManifest): readonly ReleaseChange[] {
  return RUN_KEYS.filter((key) => before[key] !== after[key]).map((key) => ({
    about: 'how it is run',
    text: `${code(key)} is ${plain(after[key])}, and was ${plain(before[key])}`,
  }))
}

function needChanges(before: ReleasedManifest, after: ReleasedManifest): readonly ReleaseChange[] {
  return (['network', 'files', 'secrets'] as const).flatMap((kind) =>
    listChanges(before.needs[kind], after.needs[kind]).map((text) => ({ about: 'needs', text: `${kind}: ${text}` })),
  )
}

function wordChanges(before: ReleasedManifest, after: ReleasedManifest): readonly ReleaseChange[] {
  return (['license', 'homepage', 'source', 'description'] as const)
    .filter((key) => before[key] !== after[key])
    .map((key) => ({
      about: 'description',
      text: `${key === 'license' ? 'licence' : key} is ${plain(after[key])}, and was ${plain(before[key])}`,
    }))
}

function listChanges(before: readonly string[], after: readonly string[]): readonly string[] {
  return [
    ...after.filter((each) => !before.includes(each)).map((each) => `${code(each)} is new`),
    ...before.filter((each) => !after.includes(each)).map((each) => `${code(each)} is gone`),
  ]
}

function plain(value: string | number | undefined): string {
  return value === undefined ? 'not said' : code(String(value))
}

/** Whoever shows it may set what stands between backticks as code: there is none inside. */
function code(text: string): string {
  return `\`${text.replaceAll('`', "'")}\``
}
