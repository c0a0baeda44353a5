// Several addresses of one host, tried side by side as RFC 8305 has it: the next one starts when the one before failed or took
// its head start, and none is given up for being slow. The first that connects wins.

export type Attempt<Opened> = {
  readonly opened: Promise<Opened>
  /** Ends the attempt, also when it has just succeeded. */
  cancel(): void
}

type Race<Candidate, Opened> = {
  readonly candidates: readonly Candidate[]
  readonly start: (candidate: Candidate) => Attempt<Opened>
  /** Runs `act` after the head start; gives the way to call that off. */
  readonly afterHeadStart: (act: () => void) => () => void
}

/** A slow route needs longer than this and still wins when no other answers. */
export const HEAD_START_MS = 250

/** Rejects with the only error, or with all of them. */
export function raceSideBySide<Candidate, Opened>(race: Race<Candidate, Opened>): Attempt<Opened> {
  const { candidates, start, afterHeadStart } = race
  const { promise, resolve, reject } = Promise.withResolvers<Opened>()
  const running = new Set<Attempt<Opened>>()
  const errors: unknown[] = []
  let next = 0
  let callOff = () => {}

  function finish(): void {
    callOff()
    next = candidates.length
    for (const attempt of running) attempt.cancel()
    running.clear()
  }

  function launch(): void {
    callOff()
    const candidate = candidates[next++]
    if (candidate === undefined) return
    const attempt = start(candidate)
    running.add(attempt)
    attempt.opened.then(
      (opened) => {
        // Cancelled in the very moment in which it succeeded.
        if (!running.delete(attempt)) return
        finish()
        resolve(opened)
      },
      (error) => {
        if (!running.delete(attempt)) return
        errors.push(error)
        if (next < candidates.length) launch()
        else if (running.size === 0) reject(errors.length === 1 ? error : new AggregateError(errors))
      },
    )
    if (next < candidates.length) callOff = afterHeadStart(launch)
  }

  launch()
  return {
    opened: promise,
    cancel() {
      finish()
      reject(new AggregateError(errors, 'called off'))
    },
  }
}

/** One of each family in turn, beginning with what the system puts first. */
export function interleaveFamilies<Address extends { readonly family: number }>(
  addresses: readonly Address[],
): readonly Address[] {
  const first = addresses[0]?.family
  const [preferred, other] = [true, false].map((wanted) =>
    addresses.filter(({ family }) => (family === first) === wanted),
  ) as [Address[], Address[]]
  return preferred
    .flatMap((address, index) => [address, ...other.slice(index, index + 1)])
    .concat(other.slice(preferred.length))
}
