// The full command lines of `octo run`, `octo check`, `octo link`, `octo unlink`, and the words for services and service plugins.
import type { Command } from 'commander'
import { Option } from 'commander'
import { addCommand, onRun, openProgram, runProgram } from '../terminal/program.ts'
import { repeatable } from '../terminal/repeatable.ts'
import { addAutostartWords } from './autostart-words.ts'
import type { CheckOptions } from './commands/check.ts'
import type { DoctorOptions } from './commands/doctor.ts'
import type { LinkOptions } from './commands/link.ts'
import type { RunOptions } from './commands/run.ts'
import type { UnlinkOptions } from './commands/unlink.ts'
import { addMcpWord } from './mcp-word.ts'
import { addPluginWords } from './plugin-words.ts'
import { addServiceWords } from './service-words.ts'
import { shared } from './shared-options.ts'

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
      'octo run ./my-check -- --path=/etc/hosts',
    ],
    passesOn: true,
  })
  shared(run).addOption(new Option('--relink <file>', 'the shim that called, to be written again').hideHelp())
  run.addHelpText(
    'after',
    '\nWhat follows `--` belongs to the plugin. Its exit code is the exit code of octo.\nA path, such as `./my-check`, is the folder of a plugin.yaml: it is built for this machine and run, unsigned, and nothing of it is kept.',
  )
  onRun<RunOptions>(run, async ({ args, options, terminal }) => {
    const { runCommand } = await import('./commands/run.ts')
    return runCommand(args, options, terminal)
  })
  const check = addCommand(program, {
    words: 'check [services...]',
    summary: 'run the preflight and health checks of your services',
    examples: [
      'octo check',
      'octo check web db --phase health',
      'octo check --frozen --offline --junit report.xml',
      'octo check --watch --json',
    ],
    json: true,
  })
  shared(check)
    .option('--phase <phase>', 'preflight, health or init; repeat for several', repeatable)
    .option('--junit <file>', 'also write the outcomes as JUnit XML')
    .option('--html <file>', 'also write them as one page for people')
    .option('--metrics <file-or-url>', 'also write what was measured for Prometheus, or send it to a collector by OTLP')
    .option('--world-readable', 'let everybody on this machine read the file of `--metrics`')
    .option('--notify', 'tell the notifiers of the config what changed since the last run that told')
    .addOption(new Option('--no-places', 'leave out where failed checks are written').hideHelp())
    .option('-w, --watch', 'go on with the health checks at their intervals, until Ctrl-C; services are left alone')
    .addHelpText(
      'after',
      '\nThe exit code is 0 only when every check that ran has passed; a warning passes. With --watch that is how they were last.',
    )
  onRun<CheckOptions>(check, async ({ args, options, terminal }) => {
    if (options.watch) {
      const { watchChecksCommand } = await import('./commands/watch-checks.ts')
      return watchChecksCommand(args, options, terminal)
    }
    const { checkCommand } = await import('./commands/check.ts')
    return checkCommand(args, options, terminal)
  })
  addLinkCommands(program)
  addServiceWords(program)
  addAutostartWords(program)
  addPluginWords(program)
  addMcpWord(program)
  addDoctor(program)
  return program
}

function addLinkCommands(program: Command): void {
  const link = addCommand(program, {
    words: 'link [plugins...]',
    summary: 'write small programs that run proven plugins without starting octo',
    examples: [
      'octo link check-tcp --to /usr/local/bin',
      'octo link check-tcp check-server-url@^1 --to /usr/lib/nagios/plugins --frozen',
      'octo link --check /usr/local/bin',
    ],
    json: true,
  })
  shared(link)
    .option('--to <dir>', 'folder of your own or of root, that nobody else can write to')
    .option('--check <dir>', 'say which shims in the folder are not as octo wrote them, or go to octo')
    .addHelpText(
      'after',
      '\nWhen something changed, a shim starts octo, which proves the plugin, runs it and writes the shim anew.',
    )
  onRun<LinkOptions>(link, async ({ args, options, terminal }) => {
    const { linkCommand } = await import('./commands/link.ts')
    return linkCommand(args, options, terminal)
  })
  const unlink = addCommand(program, {
    words: 'unlink <names...>',
    summary: 'take shims away that `octo link` wrote',
    examples: ['octo unlink check-tcp --from /usr/local/bin'],
    json: true,
  })
  onRun<UnlinkOptions>(
    unlink.option('--from <dir>', 'the folder of the shims'),
    async ({ args, options, terminal }) => {
      const { unlinkCommand } = await import('./commands/unlink.ts')
      return unlinkCommand(args, options, terminal)
    },
  )
}

function addDoctor(program: Command): void {
  const doctor = addCommand(program, {
    words: 'doctor',
    summary: 'look at all that octo needs on this machine and on the way to the repos, and say how to mend it',
    examples: ['octo doctor', 'octo doctor --offline', 'octo doctor --config prod.yaml --json'],
    json: true,
  })
    .option('-c, --config <file>', 'config file or URL; repeat for several, the first one is strongest', repeatable)
    .option('--lock <file>', 'lockfile (default: octo.lock beside octo.yaml, prod.lock beside prod.yaml)')
    .option('--offline', 'open no connection; repos and the clock are not looked at')
  doctor.addHelpText(
    'after',
    '\nNothing is fetched for good and nothing is run but the runtimes that plugins name. The exit code is 1 when something is bad.',
  )
  onRun<DoctorOptions>(doctor, async ({ options, terminal }) => {
    const { doctorCommand } = await import('./commands/doctor.ts')
    return doctorCommand(options, terminal)
  })
}
