// The known word that a mistyped one was probably meant to be, for "did you mean" in errors and warnings.

const MAX_LENGTH = 64

/** The nearest known word by edit distance, when it is near enough to be a slip; else undefined. */
export function nearestWord(typed: string, known: readonly string[]): string | undefined {
  if (typed.length > MAX_LENGTH) return undefined
  const ranked = known
    .filter((word) => atLeast(typed.toLowerCase(), word.toLowerCase()) <= slipsOf(word))
    .map((word) => ({ word, distance: editDistance(typed.toLowerCase(), word.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  return best && best.distance <= slipsOf(best.word) ? best.word : undefined
}

/** A lower bound of the distance that costs no table: what differs in length, and letters that only one of both has. */
function atLeast(a: string, b: string): number {
  const [inA, inB] = [lettersOf(a), lettersOf(b)]
  return Math.max(Math.abs(a.length - b.length), count(inA & ~inB), count(inB & ~inA))
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

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)]
  const at = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    rows.push(current)
    for (let column = 1; column <= b.length; column++) {
      const replaced = at(row - 1, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1)
      const swapped =
        a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1] ? at(row - 2, column - 2) + 1 : replaced
      current.push(Math.min(replaced, swapped, at(row - 1, column) + 1, at(row, column - 1) + 1))
    }
  }
  return at(a.length, b.length)
}
