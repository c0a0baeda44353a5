// What a template may cost, what it may print, and whether that is structure: whoever runs one decides these.
import type { Value } from './value.ts'

/** What is left of what a template may cost. Throws once it is used up. */
export type Meter = {
  readonly spend: (steps: number) => void
  /** Characters of texts that functions make on the way. */
  readonly made: (characters: number) => void
  readonly printed: (characters: number) => void
  /** Steps that are left. */
  readonly left: () => number
}

const CHARACTERS_OF_A_STEP = 64

/** What one look at a value costs, which is more for a long text: otherwise few steps compare, search or join gigabytes. */
export function stepsFor(characters: number): number {
  return 1 + Math.floor(characters / CHARACTERS_OF_A_STEP)
}

/** As Go prints what is no plain value: `<no value>` for what is missing, `map[…]` and `[…]`. Otherwise it is an error. */
export type Printing = 'plain values' | 'everything'

/** For a template that makes the text of a document: values get into it as signs, which the values take the place of later. */
export type Structure = {
  /** Told where the template is, before something is evaluated there. */
  readonly at: (offset: number) => void
  /** A sign for a value, which is `text` where the sign is a part of a longer text. `isIndented`: so are all lines of it. */
  readonly sign: (value: Value, text: string, isIndented?: boolean) => string
  /** A text of the template itself, which is structure like all that its author wrote. */
  readonly written: (text: string) => Value
  /** A text with the values in place of their signs. */
  readonly shown: (structure: string) => string
  /** Around an action that prints: what it looks at goes into the signs that are made in it, and into nothing else. */
  readonly printing: (print: () => void) => void
  /** What was looked at decides what the document holds. */
  readonly decided: () => void
}
