// The known word that a mistyped one was probably meant to be, for "did you mean" in errors and warnings.

const MAX_LENGTH = 64

/** The nearest known word by edit distance, when it is near enough to be a slip; else undefined. */
export function nearestWord(typed: string, known: readonly string[]): string | undefined {
  return nearestAmong(known)(typed)
}

type Candidate = {
  readonly candidate: string
  readonly lower: string
  readonly letters: number
  readonly slips: number
}

/** The same for many words of one document, which are looked for among the same ones. */
export function nearestAmong(known: readonly string[]): (typed: string) => string | undefined {
  const candidates = known.map((candidate): Candidate => {
    const lower = candidate.toLowerCase()
    return { candidate, lower, letters: lettersOf(lower), slips: slipsOf(candidate) }
  })
  return (typed) => (typed.length > MAX_LENGTH ? undefined : nearestOf(candidates, typed.toLowerCase()))
}

function nearestOf(candidates: readonly Candidate[], word: string): string | undefined {
  const letters = lettersOf(word)
  let best: { readonly word: string; readonly distance: number } | undefined
  for (const { candidate, lower, slips, letters: its } of candidates) {
    const most = best ? Math.min(slips, best.distance - 1) : slips
    if (Math.abs(word.length - lower.length) > most || differing(letters, its) > most) continue
    const distance = editDistance(word, lower, most)
    if (distance <= most) best = { word: candidate, distance }
  }
  return best?.word
}

/** Letters that only one of both words has: with the lengths a lower bound of the distance that costs no table. */
function differing(a: number, b: number): number {
  return Math.max(count(a & ~b), count(b & ~a))
}

/** One bit for each letter, some of which share one: the bound only gets lower by that. */
function lettersOf(word: string): number {
  let bits = 0
  for (let index = 0; index < word.length; index++) bits |= 1 << (word.charCodeAt(index) & 31)
  return bits
}

function count(bits: number): number {
  let left = bits
  let found = 0
  for (; left !== 0; left &= left - 1) found++
  return found
}

function slipsOf(word: string): number {
  return Math.max(1, Math.floor(word.length / 3))
}

/**
 * Insertions, deletions, replacements and swaps of neighbours (optimal string alignment), from the last three rows of the table; some
 * number above `most` as soon as it is clear that there are more of them.
 */
function editDistance(a: string, b: string, most: number): number {
  let earlier: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    let left = row
    let least = row
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const replaced = (above[column - 1] ?? 0) + (same ? 0 : 1)
      left = Math.min(replaced, left + 1, (above[column] ?? 0) + 1)
      if (swapped) left = Math.min(left, (earlier[column - 2] ?? 0) + 1)
      least = Math.min(least, left)
      current.push(left)
    }
    if (least > most + 1) return least
    earlier = above
    above = current
  }
  return above[b.length] ?? 0
}
