// The words for services: `octo start`, `apply`, `stop`, `restart`, `status`, `logs`, `events`, `metrics`, `exec`, `show` and `compose`.
// What they do is for the operator of the config to say.
import type { Command } from 'commander'
import { Option } from 'commander'
import { addCommand, onRun } from '../terminal/program.ts'
import type { OperateOptions } from './commands/operate.ts'
import type { OperatorWord, OwnWord } from './operators/operator.ts'
import { LOG_LEVELS } from './operators/operator.ts'
import { shared } from './shared-options.ts'

type Word = OperatorWord | OwnWord

type Spec = { readonly words: string; readonly summary: string; readonly examples: readonly [string, ...string[]] }

const SPECS: Readonly<Record<OperatorWord | OwnWord, Spec>> = {
  start: {
    words: 'start [services...]',
    summary: 'start the services of the config',
    examples: [
      'octo start',
      'octo start web db --frozen',
      'octo start --timeout 30s',
      'octo start --dry-run',
      'octo start --operator podman',
    ],
  },
  apply: {
    words: 'apply [services...]',
    summary: 'make what runs as the config says, after showing what changes',
    examples: ['octo apply', 'octo apply --dry-run', 'octo apply --yes --json', 'octo apply web'],
  },
  stop: {
    words: 'stop [services...]',
    summary: 'stop the services of the config',
    examples: ['octo stop', 'octo stop -c prod.yaml'],
  },
  restart: {
    words: 'restart [services...]',
    summary: 'stop services and start them again',
    examples: ['octo restart', 'octo restart web'],
  },
  status: {
    words: 'status [services...]',
    summary: 'show how the services are',
    examples: ['octo status', 'octo status web', 'octo status --watch', 'octo status --json'],
  },
  logs: {
    words: 'logs [services...]',
    summary: 'show what services wrote',
    examples: ['octo logs web', 'octo logs --follow --tail 20 web db', 'octo logs --since 10m'],
  },
  events: {
    words: 'events [services...]',
    summary: 'show what happened to services',
    examples: ['octo events', 'octo events --follow web', 'octo events --since 1h --json'],
  },
  metrics: {
    words: 'metrics',
    summary: 'show what can be measured of services, for Prometheus',
    examples: ['octo metrics', 'octo metrics --output /var/lib/node_exporter/textfile/shop.prom --world-readable'],
  },
  exec: {
    words: 'exec <service> <command...>',
    summary: 'run a command where a service runs',
    examples: ['octo exec web ls -la', 'octo exec web -- sh -c "echo hello"'],
  },
  show: { words: 'show', summary: 'show what the operator makes of the config', examples: ['octo show'] },
  compose: {
    words: 'compose [args...]',
    summary: 'pass a command line on to the program behind the operator',
    examples: ['octo compose ps -a', 'octo compose -- top web'],
  },
}

const CHANGES: readonly Word[] = ['start', 'apply', 'stop', 'restart']
const ANSWERS_DATA: readonly Word[] = ['start', 'apply', 'stop', 'restart', 'status', 'logs', 'events', 'show']
const PASSES_ON: readonly Word[] = ['exec', 'compose']

export function addServiceWords(program: Command): void {
  program.enablePositionalOptions()
  for (const word of Object.keys(SPECS) as Word[]) {
    const passesOn = PASSES_ON.includes(word)
    const command = shared(addCommand(program, { ...SPECS[word], passesOn, json: ANSWERS_DATA.includes(word) }))
      .option('--operator <name>', 'what runs the services, instead of `octoctl.operator` of the config')
      .addOption(new Option('--log-level <level>', 'of the operator').choices(LOG_LEVELS).default('info'))
    if (CHANGES.includes(word)) command.option('--dry-run', 'say what would be done, and do nothing')
    if (CHANGES.includes(word) && word !== 'stop')
      command.option('--timeout <duration>', 'wait no longer than that until they are up; they are seen to further')
    if (word === 'start')
      command
        .option('--foreground', 'supervise them here until they end, as under systemd')
        .addOption(new Option('--call', 'read the config as standard input says, which another octo writes').hideHelp())
        .addOption(
          new Option('--apply <digest>', 'make these changes, which were shown, in place of a start').hideHelp(),
        )
    if (word === 'apply') command.option('--yes', 'make the changes without asking')
    if (word === 'status') command.option('-w, --watch', 'show it again when it changes, until Ctrl-C')
    if (word === 'logs' || word === 'events')
      command
        .option('-f, --follow', `go on as more ${word === 'logs' ? 'is written' : 'happens'}, until Ctrl-C`)
        .option('--since <when>', 'a duration such as `10m`, or a moment')
        .option(
          '-n, --tail <lines>',
          `only the last so many${word === 'logs' ? ' of each' : ''}, of those that are there`,
        )
    if (word === 'metrics')
      command
        .option('-o, --output <file>', 'write it there, whole or not at all, and only for you to read')
        .option('--world-readable', 'let everybody on this machine read that file')
    // What follows the service is another program's, its options too.
    if (passesOn) command.passThroughOptions()
    command.addHelpText('after', '\nThe exit code is that of the operator.')
    onRun<OperateOptions>(command, async ({ args, options, terminal }) => {
      const { operateCommand } = await import('./commands/operate.ts')
      return operateCommand({ word, args, options }, terminal)
    })
  }
}
