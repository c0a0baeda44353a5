// How much a test tries: each kind of case and a few rounds with every `npm test`; every case with OCTO_EVERY_CASE=1, as .ci/run asks for;
// and with OCTO_FULL=1 the numbers of rounds that prove something as well.
import assert from 'node:assert/strict'

const isFullForm = process.env.OCTO_FULL === '1'

export const triesEveryCase = isFullForm || process.env.OCTO_EVERY_CASE === '1'

/** All rows of a table, or those whose titles the short form names. Each of these is there: one of a new title would be left out unseen. */
export function triedOf<Row extends readonly [string, ...unknown[]]>(
  rows: readonly Row[],
  short: readonly string[],
): readonly Row[] {
  const named = rows.filter(([title]) => short.includes(title))
  assert.deepEqual(named.map(([title]) => title).sort(), short.toSorted())
  return triesEveryCase ? rows : named
}

export function rounds({ short, full }: { readonly short: number; readonly full: number }): number {
  const wanted = Number(process.env.OCTO_ROUNDS)
  return wanted > 0 ? wanted : isFullForm ? full : short
}
