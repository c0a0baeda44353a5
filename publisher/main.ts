// The publisher's commands: each file under commands/ adds one, and loads what it does only when it runs.
import type { Command } from 'commander'
import type { VersionAction } from '../schemas/api.ts'
import { openProgram, runProgram } from '../terminal/program.ts'

type Add = (program: Command) => void

/** Repeated here because schemas/api.ts would load zod for every command. */
const VERSION_ACTIONS = ['yank', 'unyank', 'deprecate', 'undeprecate', 'quarantine', 'unquarantine'] as const

const COMMANDS: Readonly<Record<string, () => Promise<Add>>> = {
  init: async () => (await import('./commands/init.ts')).addInit,
  import: async () => (await import('./commands/import.ts')).addImport,
  build: async () => (await import('./commands/build.ts')).addBuild,
  keygen: async () => (await import('./commands/keygen.ts')).addKeygen,
  sign: async () => (await import('./commands/sign.ts')).addSign,
  publish: async () => (await import('./commands/publish.ts')).addPublish,
  ...Object.fromEntries(VERSION_ACTIONS.map((action) => [action, () => versionState(action)])),
  login: async () => (await import('./commands/account.ts')).addLogin,
  logout: async () => (await import('./commands/account.ts')).addLogout,
  whoami: async () => (await import('./commands/account.ts')).addWhoami,
  repo: async () => (await import('./commands/repo.ts')).addRepo,
}

async function versionState(action: VersionAction): Promise<Add> {
  const { addVersionState } = await import('./commands/version-state.ts')
  return (program) => addVersionState(program, action)
}

/** Runs one command line, the first word included; gives the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const { readShapesPlainly } = await import('../schemas/short-run.ts')
  readShapesPlainly()
  return runProgram(await publisherProgram(argv[0]), argv)
}

/** The command of one word, or all of them when it is none of ours. */
export async function publisherProgram(word = ''): Promise<Command> {
  const program = openProgram()
  const add = COMMANDS[word]
  for (const load of add ? [add] : Object.values(COMMANDS)) (await load())(program)
  return program
}
