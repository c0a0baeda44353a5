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
/** Bold and underlined as a typewriter has it, and programs for pagers: a letter, a step back, and the letter or `_` again. */
const STRUCK_AGAIN = /([^\x08\r\n])(?:\x08(?:\1|_))+/g
const STRUCK_OVER_A_LINE = /_\x08([^\x08\r\n])/g

/** What every sequence begins with, and the mark. Mostly there is none. */
const MAY_HOLD_ANY = /[\x08\x1b\x90-\x9f\ufeff]/

/** What a terminal, or whoever reads Unicode, begins a line at. JSON may hold the last two within a text. */
const BREAKS = /[\n\v\f\u0085\u2028\u2029]/

export function withoutSequences(text: string): string {
  if (!MAY_HOLD_ANY.test(text)) return text
  const plain = text.replace(SEQUENCES, '').replace(BYTE_ORDER_MARK, '')
  return plain.replace(STRUCK_AGAIN, '$1').replace(STRUCK_OVER_A_LINE, '$1')
}

/** The parts of a line that were written over each other, by a return or by steps back, without blank ones. */
export function overwrittenParts(line: string): string[] {
  return line.split(/[\r\x08]/).filter((part) => part.trim() !== '')
}

/** What people see as lines of their own. */
export function printedLines(text: string): string[] {
  return text.split(BREAKS)
}

/** The lines that a terminal would show in the end, without blank ones. */
export function shownLines(text: string): string[] {
  return printedLines(withoutSequences(text)).flatMap((line) => shownOf(line) ?? [])
}

function shownOf(line: string): string | undefined {
  const parts = line.split('\r').map((part) => steppedBack(part).trimEnd())
  return parts.findLast((part) => part.trim() !== '')
}

/** A step back takes nothing away: what is printed behind it stands in the place of as many letters, and the others stay. */
function steppedBack(part: string): string {
  if (!part.includes('\b')) return part
  const shown: string[] = []
  let at = 0
  for (const letter of part) {
    if (letter === '\b') at = Math.max(0, at - 1)
    else shown[at++] = letter
  }
  return shown.join('')
}
