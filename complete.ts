// `octo __complete` where its small bundle is not there or not current: the same answer, from the commands as they are now.
import { answer } from './completion/answer.ts'
import { commandTable } from './programs.ts'

export async function main(argv: readonly string[]): Promise<number> {
  // allow(environment): as completion/tab/main.ts, which this stands in for
  process.stdout.write(answer(argv, { cwd: process.cwd(), env: process.env, commands: await commandTable() }))
  return 0
}
