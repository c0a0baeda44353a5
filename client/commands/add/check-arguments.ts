// The arguments that `octo add PLUGIN --service NAME` writes: those of `--args`, those that a person is asked for, and no secret as it
// is. They fit the plugin's schema before anything is written.
import type { CheckArguments } from '../../../config/model/config.ts'
import type { ArgumentProblem } from '../../../config/validate-arguments.ts'
import { argumentsInvalid, fitArguments } from '../../../config/validate-arguments.ts'
import type { ArgumentFacts } from '../../../schemas/arguments/list.ts'
import { atLeastOneOf, listArguments } from '../../../schemas/arguments/list.ts'
import { coded } from '../../../schemas/errors.ts'
import { printable, quote } from '../../../schemas/quote.ts'
import type { Data } from '../../../schemas/yaml/edit.ts'
import type { askOn } from '../../../terminal/ask-question.ts'

type Schema = Readonly<Record<string, unknown>>
type Texts = Readonly<Record<string, string>>

type Wanted = {
  readonly plugin: string
  readonly schema: Schema | undefined
  /** `name=value`, as they were typed. */
  readonly words: readonly string[]
  /** Absent where nobody can be asked. */
  readonly ask: ReturnType<typeof askOn>
}

/** The environment is the one place that a config names a secret by. */
const REFERENCE = /^\s*\{\{\s*\.env\.[A-Za-z_][A-Za-z0-9_]*\s*\}\}\s*$/
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/
/** How often somebody is asked for the same argument. */
const MAX_TRIES = 3

/** Throws ARGUMENTS_INVALID with all that is wrong, and USAGE for a secret that stands there as it is. */
export async function checkArguments(wanted: Wanted): Promise<Readonly<Record<string, Data>>> {
  const { plugin, ask } = wanted
  let texts = readWords(wanted)
  for (let tries = 0; ; tries += 1) {
    const { fitted, problems } = await fit(texts, wanted)
    if (problems.length === 0) return fitted
    const open = ask ? argumentsToAsk(problems, wanted) : []
    if (!ask || open.length === 0 || tries === MAX_TRIES) throw argumentsInvalid(plugin, problems, hintFor(wanted))
    for (const argument of open) texts = { ...texts, [argument.name]: await answer(argument, problems, ask) }
  }
}

function readWords({ words, schema }: Wanted): Texts {
  const texts = new Map<string, string>()
  const secrets = secretsOf(schema)
  for (const word of words) {
    const at = word.indexOf('=')
    const name = word.slice(0, Math.max(at, 0))
    if (name === '')
      throw coded('USAGE', { message: `${quote(word.slice(0, 40))} is no argument, expected \`--args NAME=VALUE\`` })
    if (texts.has(name)) throw coded('USAGE', { message: `the argument ${quote(name)} is given twice` })
    texts.set(name, word.slice(at + 1))
  }
  for (const [name, text] of texts) if (secrets.has(name) && !REFERENCE.test(text)) throw secretAsItIs(name)
  return Object.fromEntries(texts)
}

/** What it was is not repeated. */
function secretAsItIs(name: string): Error {
  return coded('USAGE', {
    message: `the argument ${quote(name)} is a secret, which a config names and does not hold`,
    details: { argument: name },
    hint: `keep it in an environment variable and name that: \`--args '${printable(name)}={{.env.NAME}}'\``,
  })
}

function secretsOf(schema: Schema | undefined): ReadonlySet<string> {
  return new Set(listArguments(schema).flatMap(({ name, isSecret }) => (isSecret ? [name] : [])))
}

type Fit = { readonly fitted: Readonly<Record<string, Data>>; readonly problems: readonly ArgumentProblem[] }

/** A reference fits whatever is wanted there: what it stands for is known when the check runs. */
async function fit(texts: Texts, { plugin, schema }: Wanted): Promise<Fit> {
  const value = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, readValue(name, text, schema)]))
  const filled = Object.keys(value).map((name) => `/${pointerStep(name)}`)
  const given: CheckArguments = { kind: 'map', value, texts: {}, filled }
  const { fitted, problems } = await fitArguments(given, { plugin, schema })
  const references = Object.keys(texts).filter((name) => REFERENCE.test(texts[name] ?? ''))
  const isOfReference = ({ pointer }: ArgumentProblem) => references.some((name) => pointer === `/${pointerStep(name)}`)
  return {
    fitted: { ...(fitted.value as Readonly<Record<string, Data>>), ...asTyped(texts, references) },
    problems: problems.filter((problem) => !isOfReference(problem)),
  }
}

function asTyped(texts: Texts, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, texts[name] ?? '']))
}

/** Lists and maps are written as JSON; all else is a text until the schema asks for something else. */
function readValue(name: string, text: string, schema: Schema | undefined): unknown {
  const types = [property(schema, name).type].flat()
  if (!/^\s*[[{]/.test(text) || REFERENCE.test(text) || !types.some((type) => type === 'array' || type === 'object'))
    return text
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw coded('USAGE', { message: `the argument ${quote(name)} is no JSON`, details: { argument: name }, cause })
  }
}

function property(schema: Schema | undefined, name: string): Schema {
  const properties = (schema?.properties ?? {}) as Readonly<Record<string, unknown>>
  const found = Object.hasOwn(properties, name) ? properties[name] : undefined
  return typeof found === 'object' && found !== null ? (found as Schema) : {}
}

function pointerStep(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** Those that are missing, and those whose answer did not fit. */
function argumentsToAsk(problems: readonly ArgumentProblem[], { schema }: Wanted): readonly ArgumentFacts[] {
  const names = new Set(
    problems.flatMap(({ pointer, missing = [] }) =>
      // Of several that would do, the one that its author named first.
      pointer === '' ? missing.slice(0, 1) : (pointer.split('/')[1]?.replaceAll('~1', '/').replaceAll('~0', '~') ?? []),
    ),
  )
  const one = new Set(atLeastOneOf(schema))
  return listArguments(schema).filter(({ name, isRequired }) => (isRequired || one.has(name)) && names.has(name))
}

type Ask = NonNullable<Wanted['ask']>

async function answer(argument: ArgumentFacts, problems: readonly ArgumentProblem[], ask: Ask): Promise<string> {
  const { name, description, type, isSecret, choices } = argument
  const problem = problems.find(({ pointer }) => pointer === `/${pointerStep(name)}`)
  const said = [name, isSecret ? 'the environment variable that holds it' : type, description, problem?.text]
  const question = said.filter((part) => part !== undefined && part !== '').join(' · ')
  if (choices?.every((choice) => typeof choice === 'string'))
    return ask({ name: question, type: 'select', options: choices as readonly string[] })
  if (type === 'boolean') return ask({ name: question, type: 'confirm', options: [] })
  const text = await ask({ name: question, type: 'text', options: [] })
  if (!isSecret) return text
  if (VARIABLE.test(text)) return `{{.env.${text}}}`
  throw coded('USAGE', {
    message: `${quote(name)} is a secret, expected the name of an environment variable`,
    details: { argument: name },
    hint: 'letters, digits and `_`: `DB_PASSWORD`',
  })
}

function hintFor({ plugin, schema, words }: Wanted): string {
  const given = words.map((word) => word.slice(0, Math.max(word.indexOf('='), 0)))
  const several = atLeastOneOf(schema)
  const [one] = several.some((name) => given.includes(name)) ? [] : several
  const missing = listArguments(schema).filter(
    ({ name, isRequired }) => (isRequired && !given.includes(name)) || name === one,
  )
  const typed = missing.map(({ name, isSecret }) =>
    isSecret ? `--args '${printable(name)}={{.env.NAME}}'` : `--args ${printable(name)}=VALUE`,
  )
  const shows = `\`octo info ${plugin}\` shows the arguments`
  return typed.length === 0 ? shows : `give them by \`${typed.join(' ')}\`; ${shows}`
}
