// `octo test`: a plugin as its users will have it, built, signed, resolved, proven, installed and run, before any version is published.
import type { Command } from 'commander'
import { addCommand, onRun, openProgram, runProgram } from '../terminal/program.ts'
import { repeatable } from '../terminal/repeatable.ts'
import type { TestOptions } from './test-plugin.ts'

export async function main(argv: readonly string[]): Promise<number> {
  const { readShapesPlainly } = await import('../schemas/short-run.ts')
  readShapesPlainly()
  return runProgram(pluginTestProgram(argv), argv)
}

export function pluginTestProgram(argv: readonly string[] = []): Command {
  const program = openProgram()
  const test = addCommand(program, {
    words: 'test [dir] [args...]',
    summary: 'build a plugin for this machine and run it as its users will, without publishing it',
    examples: [
      'octo test',
      'octo test my-check -- --path=/etc/hosts',
      'octo test my-notifier --args arguments.yaml',
      'octo test my-check --keep',
    ],
    passesOn: true,
  })
    .option('--pass-env <name>', 'a variable that build commands may see; repeat for several', repeatable)
    .option('--args <file>', 'a file with arguments as a map, as below `args` in a config: for secret ones')
    .option('--keep', 'keep the folder with artifact, key, repo and config, and say where it is')
    .addHelpText(
      'after',
      '\nWhat follows `--` belongs to the plugin. The key is made for this one test. A notifier is sent a notification, and a source of secrets is asked. The exit code is that of `octo check`, or of the plugin.',
    )
  onRun<TestOptions>(test, async ({ args, options, terminal }) => {
    const { testPlugin } = await import('./test-plugin.ts')
    const isWithoutFolder = args.length === behindDashes(argv)
    return testPlugin(isWithoutFolder ? ['.', ...args] : args, options, { terminal, env: process.env })
  })
  return program
}

/** How many words stand behind `--`: they are the plugin's, also where no folder was named before. */
function behindDashes(argv: readonly string[]): number {
  const at = argv.indexOf('--')
  return at < 0 ? -1 : argv.length - at - 1
}
