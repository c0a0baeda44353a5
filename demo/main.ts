// `octo demo`, which `npm start` runs: a registry with the repo `core`, a demo service, and a check of both.
import type { Command } from 'commander'
import { addCommand, onRun, openProgram, runProgram } from '../terminal/program.ts'
import { quickStart } from './quick-start.ts'
import type { StartOptions } from './settings.ts'
import { DEFAULT_DEMO_PORT, DEFAULT_PORT, readSettings } from './settings.ts'
import type { StackOptions } from './stack/stack-settings.ts'

export async function main(argv: readonly string[]): Promise<number> {
  return runProgram(demoProgram(), argv)
}

export function demoProgram(): Command {
  const program = openProgram()
  const demo = addCommand(program, {
    words: 'demo',
    summary: 'the quick start of a checkout: registry, core plugins, a demo check',
    examples: ['npm start', 'npm start -- --port 9000 --demo-port 9001', 'npm start -- --once'],
  })
    .option('--port <number>', `port of the registry, ${DEFAULT_PORT} otherwise; OCTO_START_PORT`)
    .option('--demo-port <number>', `port of the demo service, ${DEFAULT_DEMO_PORT} otherwise; OCTO_START_DEMO_PORT`)
    .option('--dir <folder>', 'where keys, data and config are kept, .octo otherwise; OCTO_START_DIR')
    .option('--once', 'end after the check instead of serving; OCTO_START_ONCE=1')
  onRun<StartOptions>(demo, ({ options, terminal }) => quickStart(readSettings(options, process.env), terminal))
  addStackCommand(demo)
  return program
}

function addStackCommand(demo: Command): void {
  const stack = addCommand(demo, {
    words: 'stack',
    summary: 'a database, an API and a web as services; one is killed, and comes back',
    examples: ['npm run demo:stack', 'npm run demo:stack -- --keep'],
  })
    .option('--keep', 'go on running until Ctrl-C, to be looked at')
    .option('--postgres <folder>', 'programs of PostgreSQL, or `none`; looked for otherwise; OCTO_STACK_POSTGRES')
  onRun<StackOptions>(stack, async ({ options, terminal }) => {
    const { runStack } = await import('./stack/run-stack.ts')
    return runStack(options, process.env, terminal)
  })
}
