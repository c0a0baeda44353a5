// Warnings of one config, bounded: a document with thousands of unknown keys must not cost thousands of look-ups for
// their nearest word. Unknown keys have room of their own, because elsewhere they are errors and may not be crowded out.

import type { CodedError } from '../../schemas/errors.ts'
import { isCoded } from '../../schemas/errors.ts'

export type ConfigWarning = {
  readonly file: string
  readonly line?: number
  readonly column?: number
  readonly message: string
  /** The key that nobody knows, when that is what the warning is about: an error where nobody watches. */
  readonly unknownKey?: string
  /** What is said of it as an error, where a warning says more. */
  readonly problem?: string
}

export type Warnings = {
  /** Builds the warning only while there is room for it. */
  readonly add: (warning: () => ConfigWarning) => void
  readonly addUnknownKey: (warning: () => ConfigWarning) => void
  /** A problem that leaves the rest readable: thrown, or kept where somebody wants all of them. */
  readonly report: (error: unknown) => void
  /** Arguments of a check that cannot be rendered are a problem of that check alone. */
  readonly keepsUnrendered: boolean
  /** All that were kept, and one that says how many more there are. */
  readonly all: () => readonly ConfigWarning[]
}

// allow(dead-export): the test goes beyond it
export const MAX_WARNINGS = 50

/** Told of each problem; where nobody is, the first one ends the reading. */
export type OnProblem = (problem: CodedError) => void

export function openWarnings(onProblem?: OnProblem, { keepsUnrendered = false } = {}): Warnings {
  const kept: ConfigWarning[] = []
  let more = 0
  const room = () => {
    let left = MAX_WARNINGS
    return (warning: () => ConfigWarning) => {
      if (left-- > 0) kept.push(warning())
      else more++
    }
  }
  return {
    add: room(),
    addUnknownKey: room(),
    keepsUnrendered,
    report(error) {
      if (!onProblem || !isCoded(error)) throw error
      onProblem(error)
    },
    all: () => (more === 0 ? kept : [...kept, { file: kept[0]?.file ?? '', message: `and ${more} more warnings` }]),
  }
}

/** What the reading gives; undefined where it was a problem that was reported. */
export function attempt<Value>({ report }: Pick<Warnings, 'report'>, read: () => Value): Value | undefined {
  try {
    return read()
  } catch (error) {
    report(error)
    return undefined
  }
}

/** As `report` of a reading whose problems its caller collects. */
export function throwProblem(error: unknown): never {
  throw error
}

/** What the reading gives of each; the problems of all are reported before it throws the first, as the whole is of no use without one. */
export function attemptEach<Item, Value>(
  items: readonly Item[],
  { report }: Pick<Warnings, 'report'>,
  read: (item: Item, index: number) => Value,
): Value[] {
  const problems: unknown[] = []
  const values = items.flatMap((item, index) => {
    try {
      return [read(item, index)]
    } catch (error) {
      problems.push(error)
      return []
    }
  })
  for (const problem of problems) report(problem)
  if (problems.length > 0) throw problems[0]
  return values
}
