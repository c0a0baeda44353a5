// Words of a command line as messages and hints show them, which get into logs: a password of an address that somebody typed has
// nothing to do there.
import { shellWord } from '../schemas/quote.ts'
import { shownAddress } from '../schemas/shown-address.ts'

/** As they are typed. */
export function typedWords(words: readonly string[]): string {
  return words.map((word) => shellWord(shownWord(word))).join(' ')
}

export function shownWord(word: string): string {
  return word.replace(/https?:\/\/.*[@?#].*$/is, (address) => shownAddress(address))
}

/** A sentence of others that may hold some of the words. */
export function withShownWords(sentence: string, words: readonly string[]): string {
  return words.reduce(
    (shown, word) => (shownWord(word) === word ? shown : shown.replaceAll(word, () => shownWord(word))),
    sentence,
  )
}
