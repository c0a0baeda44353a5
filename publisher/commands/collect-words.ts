// A flag that may be given several times: as one flag with several values it would swallow the folder behind it.

/** For commander, which calls it with each value. */
export function collectWords(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value]
}
