// Looks a word of somebody else up in a table: `constructor` and `toString` are words that every object of JavaScript answers to.

/** What the table itself says of the word; undefined when it does not have it. */
export function ownValue<Value>(table: Readonly<Record<string, Value>>, word: string): Value | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined
}
