// All commands that octo has, each described by its part, without what they do: for help and for completion.
import type { Command } from 'commander'
import type { CommandRow } from './completion/command-table.ts'
import { describeCommand } from './completion/command-table.ts'
import type { Part } from './terminal/commands.ts'
import { WORDS } from './terminal/commands.ts'

/** The commands of a part; where a word is named, at least that of this word. */
export const PROGRAMS: Readonly<Record<Part, (word?: string) => Promise<Command>>> = {
  registry: async () => (await import('./registry/main.ts')).registryProgram(),
  publisher: async (word) => (await import('./publisher/main.ts')).publisherProgram(word),
  client: async () => (await import('./client/main.ts')).clientProgram(),
  operator: async () => (await import('./operator/operator-program.ts')).operatorCommands(),
  'plugin test': async () => (await import('./plugin-test/main.ts')).pluginTestProgram(),
  completion: async () => (await import('./completion/main.ts')).completionProgram(),
  demo: async () => (await import('./demo/main.ts')).demoProgram(),
}

/** Everything that can be typed behind `octo`. */
export async function commandTable(): Promise<CommandRow> {
  const programs = new Map<Part, Command>()
  for (const { part } of WORDS) if (!programs.has(part)) programs.set(part, await PROGRAMS[part]())
  const commands = WORDS.flatMap(({ word, part, group, summary }): CommandRow[] => {
    const found = programs.get(part)?.commands.find((command) => command.name() === word)
    if (!found) return []
    return [{ ...describeCommand(found), says: summary, ...(group === undefined ? { isHidden: true } : {}) }]
  })
  const options = [
    { flags: ['--help', '-h'], says: 'what there is' },
    { flags: ['--version', '-V'], says: 'print the version' },
  ]
  return { word: 'octo', says: '', options, values: [], commands }
}
