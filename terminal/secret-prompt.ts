// Asks a person for a passphrase or a token, and shows nothing of what is typed.
import { coded } from '../schemas/errors.ts'
import type { Terminal } from './terminal.ts'

/** Nothing where nobody can be asked. */
export function secretPrompt(terminal: Terminal, message: string): (() => Promise<string>) | undefined {
  if (!terminal.interactive) return undefined
  return async () => {
    const { isCancel, password } = await import('@clack/prompts')
    const answer = await password({ message, output: process.stderr })
    if (isCancel(answer))
      throw coded('INTERRUPTED', { message: `no ${message[0]?.toLowerCase()}${message.slice(1)} was given` })
    return answer
  }
}
