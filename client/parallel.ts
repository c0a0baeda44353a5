// Several at a time, a few at once; after the first failure nothing new begins, and what runs is awaited.

/** Results in the order of the items; throws the first error once nothing runs any more. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  limit: number,
  act: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  const failures: unknown[] = []
  let next = 0
  async function work(): Promise<void> {
    while (next < items.length && failures.length === 0) {
      const index = next++
      try {
        results[index] = await act(items[index] as Item)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work))
  if (failures.length > 0) throw failures[0]
  return results
}
