// What was seen on a terminal while somebody typed: lines with their looks, wrapped only where they are drawn.

/** How a character looks, as the names of classes: `bold`, `green bold`, or nothing. */
export type Look = string

export type SeenLine = {
  readonly text: string
  /** One for each character of the text. */
  readonly looks: readonly Look[]
}

/** One command, over as many lines as it was typed, and what it answered. */
export type Turn = {
  readonly typed: readonly SeenLine[]
  readonly answer: readonly SeenLine[]
}

/** A line with what a pattern finds replaced; the new text looks as the first character of the old one did. */
export function replaceSeen({ text, looks }: SeenLine, pattern: RegExp, by: string): SeenLine {
  let changed = ''
  const kept: Look[] = []
  let from = 0
  for (const { 0: found, index } of text.matchAll(pattern)) {
    changed += text.slice(from, index) + by
    kept.push(...looks.slice(from, index), ...new Array<Look>(by.length).fill(looks[index] ?? ''))
    from = index + found.length
  }
  return { text: changed + text.slice(from), looks: [...kept, ...looks.slice(from)] }
}

/** As a terminal breaks a line that is longer than it is wide. */
export function wrapSeen({ text, looks }: SeenLine, columns: number): readonly SeenLine[] {
  const rows = Math.max(1, Math.ceil(text.length / columns))
  return Array.from({ length: rows }, (_, row) => ({
    text: text.slice(row * columns, (row + 1) * columns),
    looks: looks.slice(row * columns, (row + 1) * columns),
  }))
}
