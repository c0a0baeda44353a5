// What a plugin prints, without what is meant for a terminal: colours, titles, cursor movements, progress that was
// overwritten. Taken out before anything is read, so that a coloured word is the same word.

/** CSI; OSC and the other strings, which end in BEL or ST; the short ones. Without an end it is no sequence and stays. */
const SEQUENCES = new RegExp(
  [
    String.raw`(?:\x1b\[|\x9b)[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]`,
    String.raw`(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)`,
    String.raw`\x1b[\x20-\x2f]*[\x30-\x4f\x51-\x57\x59\x5a\x5c\x60-\x7e]`,
  ].join('|'),
  'g',
)
const BYTE_ORDER_MARK = /^\ufeff/gm

/** What every sequence begins with, and the mark. Mostly there is none. */
const MAY_HOLD_ANY = /[\x1b\x90-\x9f\ufeff]/

export function withoutSequences(text: string): string {
  if (!MAY_HOLD_ANY.test(text)) return text
  return text.replace(SEQUENCES, '').replace(BYTE_ORDER_MARK, '')
}

/** The parts of a line that were written over each other, without blank ones. */
export function overwrittenParts(line: string): string[] {
  return line.split('\r').filter((part) => part.trim() !== '')
}

/** The lines that a terminal would show in the end, without blank ones. */
export function shownLines(text: string): string[] {
  return withoutSequences(text)
    .split('\n')
    .flatMap((line) => overwrittenParts(line).at(-1)?.trimEnd() ?? [])
}
