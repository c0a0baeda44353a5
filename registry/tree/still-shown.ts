// What was to go out of sight and could not: a repo that became private, a release that was quarantined. Whoever runs the registry has to
// get to know, so such a failure is told from one that only keeps something new from being shown.
const STILL_SHOWN = new WeakSet<object>()

/** Throws what `act` throws, so that `isStillShown` knows it. */
export async function takingAway<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act()
  } catch (error) {
    if (typeof error === 'object' && error !== null) STILL_SHOWN.add(error)
    throw error
  }
}

export function isStillShown(error: unknown): boolean {
  return typeof error === 'object' && error !== null && STILL_SHOWN.has(error)
}
