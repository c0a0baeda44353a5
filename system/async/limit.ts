// Several at a time: all or nothing, or each with its own end.
import type { CodedError } from '../../schemas/errors.ts'
import { throwDefect } from '../../schemas/errors.ts'

/** What became of one of several things: its result, or why there is none. */
export type Settled<Result> =
  | { readonly state: 'done'; readonly value: Result }
  | { readonly state: 'failed'; readonly error: CodedError }

/** Results in the order of the items; throws the first error once nothing runs any more. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  limit: number,
  act: (item: Item, index: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  const failures: unknown[] = []
  let next = 0
  async function work(): Promise<void> {
    while (next < items.length && failures.length === 0) {
      const index = next++
      try {
        results[index] = await act(items[index] as Item, index)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work))
  if (failures.length > 0) throw failures[0]
  return results
}

/** The same without giving up: what one item fails with is its own end. Defects are thrown. */
export function settleInParallel<Item, Result>(
  items: readonly Item[],
  limit: number,
  act: (item: Item) => Promise<Result>,
): Promise<readonly Settled<Result>[]> {
  return inParallel(items, limit, (item) => settled(() => act(item)))
}

export async function settled<Result>(act: () => Promise<Result>): Promise<Settled<Result>> {
  try {
    return { state: 'done', value: await act() }
  } catch (error) {
    throwDefect(error)
    return { state: 'failed', error }
  }
}

export function settledNow<Result>(act: () => Result): Settled<Result> {
  try {
    return { state: 'done', value: act() }
  } catch (error) {
    throwDefect(error)
    return { state: 'failed', error }
  }
}
