// Guards that no test misses, each with the reason why it stays: it cannot be reached on the machines that tests run on,
// or another guard behind it says the same and this one only says it sooner.

type Reason = {
  readonly file: string
  /** The beginning of the guard as `npm run mutate` shows it. */
  readonly guard: string
  readonly because: string
}

const REASONS: readonly Reason[] = []

export function reasonFor(file: string, guard: string): string | undefined {
  return REASONS.find((reason) => reason.file === file && guard.startsWith(reason.guard))?.because
}
