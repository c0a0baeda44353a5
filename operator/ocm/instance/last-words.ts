// How a plugin ended, and what it said last, as a part of a sentence.
import type { Exit } from './plugin-process.ts'

export function inWords({ code, signal }: Exit): string {
  return signal === null ? `with exit code ${code}` : `by ${signal}`
}

export function lastWords(lines: readonly string[]): string {
  const [last] = lines.slice(-1)
  return last === undefined ? '' : `, its last words: ${last}`
}
