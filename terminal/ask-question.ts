// Asks a person one question: a text, a secret, yes or no, or one of several.
import { coded } from '../schemas/errors.ts'
import { printable, quote } from '../schemas/quote.ts'
import type { Terminal } from './terminal.ts'

type Question = {
  readonly name: string
  readonly type: 'text' | 'password' | 'confirm' | 'select'
  /** For `select`. */
  readonly options: readonly string[]
  /** What Enter alone says to yes or no; yes when absent. */
  readonly unsaid?: 'no'
  /** What an option is, shown beside the one that is pointed at. */
  readonly explained?: Readonly<Record<string, string>>
}

const MAX_LENGTH = 200

/** Nothing where nobody can be asked. The answer to yes or no is `true` or `false`. */
export function askOn(terminal: Terminal): ((question: Question) => Promise<string>) | undefined {
  if (!terminal.interactive) return undefined
  return async (question) => {
    const { confirm, isCancel, password, select, text } = await import('@clack/prompts')
    const shown = { message: printable(question.name, MAX_LENGTH), output: process.stderr }
    const ask = {
      text: () => text(shown),
      password: () => password(shown),
      confirm: () => confirm({ ...shown, initialValue: question.unsaid !== 'no' }),
      select: () =>
        select({
          ...shown,
          options: question.options.map((value) => ({
            value,
            label: printable(value, MAX_LENGTH),
            ...(question.explained?.[value] ? { hint: question.explained[value] } : {}),
          })),
        }),
    }
    const answer = await ask[question.type]()
    if (isCancel(answer)) throw coded('INTERRUPTED', { message: `${quote(question.name)} was not answered` })
    return String(answer ?? '')
  }
}
