// A line of a document that shows what octo prints, as a pattern for what it really prints: `…` stands for a number, `… ms` and
// `… s` for any duration, `…Z` for a moment, `…/` for the folders before a name, and columns are as wide as they need.
const DURATION = '(?:[\\d.]+ m?s|\\d+ min(?: \\d+ s)?)'
const MOMENT = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ'
const WILD: Readonly<Record<string, string>> = {
  ...{ '… ms': DURATION, '… s': DURATION, '…Z': MOMENT, '…/': '/(?:[^/" ]+/)*', '…': '[\\d.]+', ' ': ' +' },
}

export function patternOf(line: string): RegExp {
  const parts = line.replace(/ +/g, ' ').split(/(… m?s|…Z|…\/|…| )/)
  return new RegExp(`^${parts.map((part) => WILD[part] ?? RegExp.escape(part)).join('')}$`, 'm')
}

/** What was printed as a document shows it: without what is measured. Columns stand where they stood. */
export function shownLineOf(line: string): string {
  return line
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '…Z')
    .replace(/\b[\d.]+ (m?s|[KMG]?i?B)\b(?= {2})/g, (all, unit) => `… ${unit}`.padEnd(all.length))
    .replace(/\b[\d.]+ (m?s|[KMG]?i?B)\b/g, (_, unit) => `… ${unit}`)
}
