// A line that somebody types in a shell, cut into words up to the cursor. It is only looked at: what a shell would compute stays what it
// is, a word that nobody here knows. Answers THREATS.md: a line that was not submitted is not run.

export type Shell = 'bash' | 'zsh' | 'fish'

export type TypedLine = {
  /** What stands before the cursor's word, the command first. A word that a shell would have to compute is undefined. */
  readonly words: readonly (string | undefined)[]
  readonly current: CurrentWord
}

type CurrentWord = {
  readonly text: string | undefined
  /** Where in the text the part begins that readline replaces. */
  readonly replacedFrom: number
  /** It began with a quotation mark that is still open. */
  readonly isQuoted: boolean
  /** It stands behind `<` or `>`. */
  readonly isRedirected: boolean
}

/** `breaks`: characters at which readline cuts words, `COMP_WORDBREAKS` of bash. */
export function splitLine(line: string, { shell, breaks }: { shell: Shell; breaks: string }): TypedLine {
  let words: (string | undefined)[] = []
  let text = ''
  let isStarted = false
  let isComputed = false
  let isRedirected = false
  let replacedFrom = 0
  let quote = ''

  function endWord(): void {
    if (isStarted && !isRedirected) words.push(isComputed ? undefined : text)
    if (isStarted) isRedirected = false
    text = ''
    replacedFrom = 0
    isStarted = false
    isComputed = false
  }

  function add(character: string): void {
    text += character
    // Readline cuts before an `@`, and behind every other one.
    if (quote === '' && breaks.includes(character)) replacedFrom = text.length - (character === '@' ? 1 : 0)
  }

  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at)
    if (quote === '' && /\s/.test(character) && character !== '\n') {
      endWord()
      continue
    }
    if (quote === '' && /[;|&\n]/.test(character)) {
      endWord()
      words = []
      isRedirected = false
      continue
    }
    if (quote === '' && /[<>]/.test(character) && line.charAt(at + 1) !== '(') {
      endWord()
      isRedirected = true
      continue
    }
    isStarted = true
    if (character === quote) {
      quote = ''
      if (breaks !== '') replacedFrom = text.length
    } else if (quote === '' && (character === '"' || character === "'")) {
      quote = character
      if (breaks !== '') replacedFrom = text.length
    } else if (character === '\\' && isEscape(line.charAt(at + 1), quote, shell)) {
      at++
      text += line.charAt(at)
    } else if (quote !== "'" && isComputing(character, quote)) {
      isComputed = true
      at = endOfComputed(line, at)
    } else add(character)
  }
  const current = { text: isComputed ? undefined : text, replacedFrom, isQuoted: quote !== '', isRedirected }
  return { words, current }
}

function isEscape(next: string, quote: string, shell: Shell): boolean {
  if (quote === '') return true
  if (quote === "'") return shell === 'fish' && (next === "'" || next === '\\')
  return '"\\$`'.includes(next) && next !== ''
}

function isComputing(character: string, quote: string): boolean {
  return character === '$' || character === '`' || (quote === '' && /[()<>]/.test(character))
}

/** Where the last character of what begins here is: `$(…)`, `${…}`, `<(…)`, `(…)` of fish, or backquotes. */
function endOfComputed(line: string, start: number): number {
  if (line.charAt(start) === '`') return endAt(line, line.indexOf('`', start + 1))
  const opening = /[({]/.test(line.charAt(start)) ? start : start + 1
  if (!/[({]/.test(line.charAt(opening))) return start
  let depth = 0
  for (let at = opening; at < line.length; at++) {
    const character = line.charAt(at)
    if (character === '\\') at++
    else if (character === "'" || character === '"') at = endAt(line, line.indexOf(character, at + 1))
    else if (/[({]/.test(character)) depth++
    else if (/[)}]/.test(character) && --depth === 0) return at
  }
  return line.length
}

function endAt(line: string, found: number): number {
  return found < 0 ? line.length : found
}
