// Asks a person for a passphrase without showing it.
import { coded } from '../../schemas/errors.ts'
import type { Terminal } from '../../terminal/index.ts'

/** Nothing where nobody can be asked. */
export function passphrasePrompt(terminal: Terminal, message: string): (() => Promise<string>) | undefined {
  if (!terminal.interactive) return undefined
  return async () => {
    const { isCancel, password } = await import('@clack/prompts')
    const answer = await password({ message, output: process.stderr })
    if (isCancel(answer)) throw coded('INTERRUPTED', { message: 'no passphrase was given' })
    return answer
  }
}
