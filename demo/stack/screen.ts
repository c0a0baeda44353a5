// What the stack shows: steps that were done, and commands as somebody types them in its folder, with what they say.
import type { ChildProcess } from 'node:child_process'
import { shellWord } from '../../schemas/quote.ts'
import type { Terminal } from '../../terminal/index.ts'
import { launchOcto, runOcto, showOcto } from '../run-octo.ts'
import type { Place } from './place.ts'

export type StackScreen = {
  step(name: string, text: string): void
  /** A command that the demo does by itself. */
  typed(command: string): void
  print(line: string): void
  /** Shows the command and what it prints; gives its exit code. */
  octo(words: readonly string[]): Promise<number>
  /** The same for one that prints a lot, of which only the lines with this text are shown. */
  octoLines(words: readonly string[], text: string): Promise<void>
  /** As `octo`, out of reach of a Ctrl-C: what was begun is done. */
  octoToTheEnd(words: readonly string[]): Promise<number>
  /** Shown is the command; what it prints is for the caller. */
  launch(words: readonly string[]): Promise<ChildProcess>
  visit(address: string): Promise<void>
}

type Setting = { readonly root: string; readonly place: Place; readonly terminal: Terminal }

export function openScreen({ root, place, terminal }: Setting): StackScreen {
  const { paint } = terminal
  const { dir: cwd, env } = place
  const octo = { root, env }
  const typed = (command: string) => terminal.print(`\n$ ${command}`)
  return {
    step: (name, text) => terminal.print(`${paint.green('✓')} ${paint.bold(name.padEnd(10))}  ${text}`),
    typed,
    print: (line) => terminal.print(line),
    octo(words) {
      typed(`./octo ${words.join(' ')}`)
      return showOcto(octo, words, { cwd })
    },
    async octoLines(words, text) {
      typed(`./octo ${words.join(' ')} | grep -F ${shellWord(text)}`)
      const { out } = await runOcto({ root, env }, words, cwd)
      for (const line of out.split('\n')) if (line.includes(text)) terminal.print(line)
    },
    octoToTheEnd(words) {
      typed(`./octo ${words.join(' ')}`)
      return showOcto(octo, words, { cwd, detached: true })
    },
    launch(words) {
      typed(`./octo ${words.join(' ')}`)
      return launchOcto(octo, words, { stdio: 'pipe', cwd, detached: true })
    },
    async visit(address) {
      typed(`curl ${address}/`)
      // biome-ignore lint/style/noRestrictedGlobals: it stands for the curl of a user
      const answer = await fetch(`${address}/`)
      terminal.print((await answer.text()).trimEnd())
    },
  }
}
