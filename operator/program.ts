// The full command lines of `octo run` and `octo check`.
import type { Command } from 'commander'
import { addCommand, onRun, openProgram, runProgram } from '../terminal/program.ts'
import { repeatable } from '../terminal/repeatable.ts'
import type { CheckOptions } from './commands/check.ts'
import type { SessionOptions } from './session.ts'

export async function operatorProgram(argv: readonly string[]): Promise<number> {
  return runProgram(operatorCommands(), argv)
}

export function operatorCommands(): Command {
  const program = openProgram()
  const run = addCommand(program, {
    words: 'run <plugin> [args...]',
    summary: 'run one plugin in the foreground, installing it first when needed',
    examples: [
      'octo run check-tcp -- --port=8080',
      'octo run esbuild@^0.25 -- --version',
      'octo run core/check-tcp --frozen --offline -- 8080',
    ],
    passesOn: true,
  })
  shared(run)
  run.addHelpText('after', '\nWhat follows `--` belongs to the plugin. Its exit code is the exit code of octo.')
  onRun<SessionOptions>(run, async ({ args, options, terminal }) => {
    const { runCommand } = await import('./commands/run.ts')
    return runCommand(args, options, terminal)
  })
  const check = addCommand(program, {
    words: 'check [services...]',
    summary: 'run the preflight and health checks of your services',
    examples: ['octo check', 'octo check web db --phase health', 'octo check --frozen --offline --junit report.xml'],
    json: true,
  })
  shared(check)
    .option('--phase <phase>', 'preflight, health or init; repeat for several', repeatable)
    .option('--junit <file>', 'also write the outcomes as JUnit XML')
    .addHelpText('after', '\nThe exit code is 0 only when every check that ran has passed; a warning passes.')
  onRun<CheckOptions>(check, async ({ args, options, terminal }) => {
    const { checkCommand } = await import('./commands/check.ts')
    return checkCommand(args, options, terminal)
  })
  return program
}

function shared(command: ReturnType<typeof addCommand>) {
  return command
    .option('-c, --config <file>', 'config file or URL; repeat for several, the first one is strongest', repeatable)
    .option('--lock <file>', 'lockfile (default: octo.lock beside octo.yaml, prod.lock beside prod.yaml)')
    .option('--frozen', 'use exactly what the lockfile says, never change it')
    .option('--offline', 'open no connection; everything must be installed already')
}
