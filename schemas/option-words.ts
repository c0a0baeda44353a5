// How an argument of a plugin is spelled for its program, in the style that its release declares.
import { coded } from './errors.ts'
import type { ArgumentStyle } from './manifest.ts'
import { quote } from './quote.ts'

/** The key whose values are no options. */
export const POSITIONALS = '_'

export function optionName(key: string, style: ArgumentStyle = 'gnu'): string {
  const isShort = style === 'single-dash' || (style !== 'long' && key.length === 1)
  return `${isShort ? '-' : '--'}${key}`
}

/**
 * `-H value`, and `-Hvalue` for a value that starts with `-`: getopt reads both alike, and a word of its own may be taken for an option.
 * Throws ARGUMENTS_INVALID for a value that would become an option.
 */
export function valueWords(option: string, value: string, style: ArgumentStyle = 'gnu'): string[] {
  const takesNextWord = style === 'separate' || (style === 'gnu' && option.length === 2)
  if (!takesNextWord) return [`${option}=${value}`]
  if (!value.startsWith('-')) return [option, value]
  if (option.length === 2) return [`${option}${value}`]
  throw coded('ARGUMENTS_INVALID', {
    message: `argument ${quote(option)} cannot be given a value that starts with \`-\`, as this plugin would read it as an option`,
  })
}
