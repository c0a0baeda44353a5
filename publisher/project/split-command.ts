// Splits a build command into words without a shell: blanks part words, '…' and "…" hold words together, a backslash
// takes the next character as it is (not inside '…'). Nothing else of a shell exists, and what looks like it is refused.
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'

type Split = { readonly words: string[]; word: string; begun: boolean; plain: boolean }

const OPERATOR = /^(\|\|?|&&?|;|\d?[<>]{1,2}(&\d)?)$/

/** Throws MANIFEST_INVALID for an open quote and for pipes, redirections and variables. */
export function splitCommand(line: string): string[] {
  const state: Split = { words: [], word: '', begun: false, plain: true }
  for (let index = 0; index < line.length; index++) {
    const char = line[index] as string
    if (char === "'") index = takeQuoted(state, line, index)
    else if (char === '"') index = takeDoubleQuoted(state, line, index)
    else if (char === '\\') take(state, line[++index] ?? openQuote(line))
    else if (/\s/.test(char)) endWord(state, line)
    else takePlain(state, line, index)
  }
  endWord(state, line)
  return state.words
}

function takeQuoted(state: Split, line: string, start: number): number {
  const end = line.indexOf("'", start + 1)
  if (end < 0) openQuote(line)
  take(state, line.slice(start + 1, end))
  return end
}

function takeDoubleQuoted(state: Split, line: string, start: number): number {
  take(state, '')
  for (let index = start + 1; index < line.length; index++) {
    const char = line[index] as string
    if (char === '"') return index
    refuseExpansion(line, index)
    if (char === '\\' && /["\\$`]/.test(line[index + 1] ?? '')) take(state, line[++index] as string)
    else take(state, char)
  }
  return openQuote(line)
}

function takePlain(state: Split, line: string, index: number): void {
  refuseExpansion(line, index)
  state.word += line[index]
  state.begun = true
}

function take(state: Split, text: string): void {
  state.word += text
  state.begun = true
  state.plain = false
}

function endWord(state: Split, line: string): void {
  if (state.plain && OPERATOR.test(state.word)) throw needsShell(line, state.word)
  if (state.begun) state.words.push(state.word)
  state.word = ''
  state.begun = false
  state.plain = true
}

function refuseExpansion(line: string, index: number): void {
  const two = line.slice(index, index + 2)
  if (two.startsWith('`') || /^\$[A-Za-z_{(]/.test(two)) throw needsShell(line, two)
}

function needsShell(line: string, found: string): Error {
  return coded('MANIFEST_INVALID', {
    message: `command ${quote(line)} holds ${quote(found)}, but commands run without a shell`,
    hint: "list the commands one by one, use `env:`, or write [sh, -c, '…'] where a shell is meant",
  })
}

function openQuote(line: string): never {
  throw coded('MANIFEST_INVALID', { message: `command ${quote(line)} ends inside a quote` })
}
