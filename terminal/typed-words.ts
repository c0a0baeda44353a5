// Words of a command line as messages and hints show them, which get into logs: a password that somebody typed has nothing to do there,
// whether it stands in an address, or in words that octo does not know or that are for another program.
import { shellWord } from '../schemas/quote.ts'
import { shownAddress } from '../schemas/shown-address.ts'

/** What stands for words that are not shown. */
const LEFT_OUT = '…'

/** As they are typed. */
export function typedWords(words: readonly string[]): string {
  return words.map((word) => shellWord(shownWord(word))).join(' ')
}

export function shownWord(word: string): string {
  return word.replace(/https?:\/\/.*[@?#].*$/is, (address) => shownAddress(address))
}

/** An option that octo may not know: its name, as any value may be a password, also one that no sign divides from it (`-pWORD`). */
export function shownOption(word: string): string {
  if (word.startsWith('--')) return word.replace(/=.*$/s, '')
  return word.length > 2 ? `${word.slice(0, 2)}${LEFT_OUT}` : word
}

/** The same in a command line, where something stands for what follows it. */
export function typedOption(option: string, rest: readonly string[]): string {
  const shown = shownOption(option)
  const isWhole = shown === option && rest.length === 0
  if (isWhole || shown.endsWith(LEFT_OUT)) return isWhole ? shellWord(shown) : shown
  return `${shellWord(shown)} ${LEFT_OUT}`
}
