// Command lines: Compose writes them as a list or as one text with the quotes of a shell, Kubernetes as a list in which `$`
// may begin a variable.
import { OperatorProblem } from '../../sdk/operator/index.ts'

/** The words of a list or a text, undefined where nothing is said; throws OperatorProblem. */
export function wordsOf(value: unknown, what: string): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return splitWords(value, what)
  if (Array.isArray(value) && value.every((word) => ['string', 'number', 'boolean'].includes(typeof word)))
    return value.map(String)
  throw new OperatorProblem(`${what} is neither a list of words nor a text`)
}

/** What Kubernetes would fill in stays as it was written: `$$` stands for one `$`. */
export function unexpanded(words: readonly string[]): readonly string[] {
  return words.map((word) => word.replaceAll('$', '$$$$'))
}

/** As a POSIX shell parts them, without any meaning of `$`, `*` or `;`. */
function splitWords(text: string, what: string): readonly string[] {
  const words: string[] = []
  let word: string | undefined
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] ?? ''
    if (/\s/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (character === "'" || character === '"') {
      const { inner, end } = quoted(text, index, what)
      word = (word ?? '') + inner
      index = end
    } else if (character === '\\' && index + 1 < text.length) {
      index += 1
      word = (word ?? '') + text[index]
    } else word = (word ?? '') + character
  }
  return word === undefined ? words : [...words, word]
}

/** What stands between the quote and its end. */
function quoted(text: string, start: number, what: string): { readonly inner: string; readonly end: number } {
  const quote = text[start]
  let inner = ''
  for (let index = start + 1; index < text.length; index += 1) {
    const character = text[index] ?? ''
    if (character === quote) return { inner, end: index }
    if (quote === '"' && character === '\\' && /["\\$`\n]/.test(text[index + 1] ?? '')) {
      index += 1
      inner += text[index]
    } else inner += character
  }
  throw new OperatorProblem(`${what} has a quote that does not end`)
}
