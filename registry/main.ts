// `octo registry …`: the words for the owner of a registry. Commands load what they need when they run.
import type { Command } from 'commander'
import { addCommand, openProgram, runProgram } from '../terminal/program.ts'
import { addAuditCommand } from './commands/audit.ts'
import { addBackupCommand } from './commands/backup.ts'
import { addFsckCommand } from './commands/fsck.ts'
import { addGcCommand } from './commands/gc.ts'
import { addHealthCommand } from './commands/health.ts'
import { addRepoCommands } from './commands/repo.ts'
import { addServeCommand } from './commands/serve.ts'
import { addTokenCommands } from './commands/token.ts'

export async function main(argv: readonly string[]): Promise<number> {
  // The tree is for everyone, whatever the service that starts us says; what is private has a mode of its own.
  process.umask(0o022)
  return runProgram(registryProgram(), argv)
}

export function registryProgram(): Command {
  const program = openProgram()
  const registry: Command = addCommand(program, {
    words: 'registry',
    summary: 'serve plugins; manage repos and tokens; check and back up data',
    examples: ['octo registry repo create core --key publisher.pub --data DIR', 'octo registry serve --data DIR'],
  })
  addServeCommand(registry)
  addRepoCommands(registry)
  addTokenCommands(registry)
  addBackupCommand(registry)
  addFsckCommand(registry)
  addGcCommand(registry)
  addHealthCommand(registry)
  addAuditCommand(registry)
  return program
}
