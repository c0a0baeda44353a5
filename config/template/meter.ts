// What a template may cost, and what it may print: whoever runs one decides both.

/** What is left of what a template may cost. Throws once it is used up. */
export type Meter = {
  readonly spend: (steps: number) => void
  /** Characters of texts that functions make on the way. */
  readonly made: (characters: number) => void
  readonly printed: (characters: number) => void
  /** Steps that are left. */
  readonly left: () => number
}

/** As Go prints what is no plain value: `<no value>` for what is missing, `map[…]` and `[…]`. Otherwise it is an error. */
export type Printing = 'plain values' | 'everything'
