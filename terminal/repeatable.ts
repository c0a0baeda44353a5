// An option that may be given several times: as one option with several values it would swallow the word behind it.

/** For commander, which calls it with each value and what it gave for the one before. */
export function repeatable(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value]
}
