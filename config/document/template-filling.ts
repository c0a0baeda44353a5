// What goes into one value of a config while its templates are filled in: on whose behalf, which parts, and what it may cost.
import { quote } from '../../schemas/quote.ts'
import type { Meter } from '../template/meter.ts'
import type { Template } from '../template/syntax.ts'
import { invalid } from './invalid.ts'
import type { ScalarNode, TreeNode } from './node.ts'
import { isFromElsewhere, isRemote } from './node.ts'
import { refused } from './refused.ts'

export type TemplateVariables = {
  /** The merged document: `.configs…`, `.service…`, `.name`. */
  readonly root: TreeNode | undefined
  /** Where values were written that stand at another path: that path decides who may read them. */
  readonly homes?: ReadonlyMap<TreeNode, readonly string[]> | undefined
  /** For services that say `noTemplate`: texts stay as they are. */
  readonly asWritten?: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  /** `GOOS` and `GOARCH` of this machine. */
  readonly os: string
  readonly arch: string
  /** What all templates of a config may cost together. */
  readonly budget: TemplateBudget
}

type TemplateBudget = {
  lookUps: number
  characters: number
  steps: number
  readonly parsed: Map<ScalarNode, Template>
  /** Why it is spent, said once: thousands of further templates have nothing to add. */
  spent?: Error
}

const MAX_OF_ALL = { lookUps: 10_000, characters: 4 * 1024 * 1024, steps: 1_000_000 }

export function templateBudget(): TemplateBudget {
  return { ...MAX_OF_ALL, parsed: new Map() }
}

export type Filling = {
  readonly variables: TemplateVariables
  readonly depth: number
  /** The part from elsewhere on whose behalf values are looked up, perhaps by way of a local value. */
  readonly asker: TreeNode | undefined
  /** What was looked at: the first of them from elsewhere, the first environment variable, and the first that a local one wrote. */
  readonly parts: { fetched?: TreeNode; variable?: string; local?: TreeNode }
  /** What this one value or document may still cost, with all that it names. */
  readonly budget: { readonly of: Bounds; lookUps: number; steps: number; made: number }
}

type Bounds = {
  readonly what: 'one value' | 'one document'
  readonly lookUps: number
  readonly steps: number
  readonly made: number
  readonly printed: number
}

/** Templates that name values with templates grow by multiplication: a few hundred bytes can stand for gigabytes. */
const OF_VALUE: Bounds = { what: 'one value', lookUps: 1000, steps: 20_000, made: 256 * 1024, printed: 16 * 1024 }
const OF_DOCUMENT: Bounds = {
  what: 'one document',
  lookUps: 20_000,
  steps: 200_000,
  made: 1024 * 1024,
  printed: 256 * 1024,
}

/** Notes that a value was looked at; of those from elsewhere, the first that nobody trusts is remembered before all others. */
export function notePart(parts: Filling['parts'], node: TreeNode): void {
  if (!isRemote(node)) {
    parts.local ??= node
    return
  }
  if (!parts.fetched || (isFromElsewhere(node) && !isFromElsewhere(parts.fetched))) parts.fetched = node
}

export function newBudget(of: Bounds = OF_VALUE): Filling['budget'] {
  return { of, lookUps: of.lookUps, steps: of.steps, made: of.made }
}

export function budgetOfDocument(): Filling['budget'] {
  return newBudget(OF_DOCUMENT)
}

export function countLookUp(node: ScalarNode, { variables, budget }: Filling): void {
  const { what, lookUps } = budget.of
  if (budget.lookUps-- <= 0) throw tooMuch(node, `${what} look up more than ${lookUps} values`)
  if (variables.budget.lookUps-- <= 0) throw spent(node, variables, `look up more than ${MAX_OF_ALL.lookUps} values`)
}

/** `written`: characters of the template itself, which count for nothing while they are printed once. */
export function meterOf(
  node: ScalarNode,
  written: number,
  { variables, budget }: Pick<Filling, 'variables' | 'budget'>,
): Meter {
  const most = budget.of
  const { what } = most
  let length = -written
  const charge = (characters: number) => {
    variables.budget.characters -= characters
    if (variables.budget.characters < 0)
      throw spent(node, variables, `make more than ${MAX_OF_ALL.characters} characters`)
  }
  return {
    spend: (steps) => {
      budget.steps -= steps
      variables.budget.steps -= steps
      if (budget.steps < 0) throw tooMuch(node, `${what} take more than ${most.steps} steps`)
      if (variables.budget.steps < 0) throw spent(node, variables, `take more than ${MAX_OF_ALL.steps} steps`)
    },
    left: () => Math.min(budget.steps, variables.budget.steps),
    made: (characters) => {
      budget.made -= characters
      if (budget.made < 0) throw tooMuch(node, `${what} make more than ${most.made} characters on the way`)
      charge(characters)
    },
    printed: (characters) => {
      length += characters
      if (length > most.printed) throw tooMuch(node, `${what} make more than ${most.printed} characters`)
      charge(characters)
    },
  }
}

function spent(node: ScalarNode, { budget }: TemplateVariables, what: string): Error {
  budget.spent ??= tooMuch(node, `this config ${what}`)
  return budget.spent
}

function tooMuch(node: ScalarNode, what: string): Error {
  return invalid(node, `templates of ${what}`, { hint: 'name fewer values in templates' })
}

export function leaks(node: ScalarNode, name: string, fetched: TreeNode): Error {
  return refused(fetched, `read the environment variable ${quote(name)}, nor be part of a value that holds it`, {
    ...(isRemote(node) ? {} : { local: node }),
    hint: 'write the whole value into a local config',
  })
}
