// octo as octoctl: its words, options, exit codes and folder, for the scripts and habits of those who come from there. The
// work is that of octo's own words, so whatever is run is proven, or was said to need no proof by `--insecure`.
import type { Command } from 'commander'
import { Option } from 'commander'
import { coded, isCoded } from '../../schemas/errors.ts'
import { shellWord } from '../../schemas/quote.ts'
import { addCommand, onRun, openProgram, runProgram } from '../../terminal/program.ts'
import { repeatable } from '../../terminal/repeatable.ts'
import { reportError } from '../../terminal/report-error.ts'
import type { OperateOptions } from '../commands/operate.ts'
import type { OperatorWord } from '../operators/operator.ts'
import { LOG_LEVELS } from '../operators/operator.ts'

/** What octoctl ends with when it could not do its work, whatever the reason. */
const FAILED = 1
/** What octoctl ends with when a signal ended the operator. */
const KILLED = 255

/** `argv` without `octoctl`; never throws. Gives octoctl's exit code. */
export async function octoctl(argv: readonly string[]): Promise<number> {
  try {
    return await runProgram(octoctlCommands(), argv)
  } catch (error) {
    reportError(error, argv)
    return isCoded(error) && error.code === 'OPERATOR_KILLED' ? KILLED : FAILED
  }
}

type Spec = {
  readonly words: string
  readonly summary: string
  readonly example: string
  readonly add?: (command: Command) => void
  /** What follows is another program's, its options too. */
  readonly passesOn?: boolean
}

const dryRun = (command: Command) => command.option('--dry-run', 'say what would be done, and do nothing')

const SPECS: Readonly<Record<OperatorWord, Spec>> = {
  start: {
    words: 'start',
    summary: 'start the services',
    example: 'octoctl -c config.yaml start --dry-run',
    add: dryRun,
  },
  stop: { words: 'stop', summary: 'stop the services', example: 'octoctl -c config.yaml stop', add: dryRun },
  restart: {
    words: 'restart',
    summary: 'restart the services',
    example: 'octoctl -c config.yaml restart',
    add: dryRun,
  },
  logs: {
    words: 'logs [services...]',
    summary: 'show what services wrote',
    example: 'octoctl -c config.yaml logs -f web',
    add: (command) => command.option('-f, --follow', 'go on as more is written, until Ctrl-C'),
  },
  exec: {
    words: 'exec <service> <command...>',
    summary: 'run a command in a service',
    example: 'octoctl -c config.yaml exec web ls -la',
    passesOn: true,
  },
  status: { words: 'status', summary: 'show how the services are', example: 'octoctl -c config.yaml status' },
  show: { words: 'show', summary: 'show what the operator runs', example: 'octoctl -c config.yaml show' },
  compose: {
    words: 'compose [args...]',
    summary: 'pass a command line on to the program behind the operator',
    example: 'octoctl -c config.yaml compose -- ps -a',
    passesOn: true,
  },
}

type OctoctlOptions = OperateOptions & { readonly clearCache?: boolean; readonly forceBuildOperator?: boolean }

function octoctlCommands(): Command {
  const program = globalOptions(openProgram('octoctl').enablePositionalOptions())
  for (const word of Object.keys(SPECS) as OperatorWord[]) {
    const { words, summary, example, add, passesOn = false } = SPECS[word]
    const command = globalOptions(addCommand(program, { words, summary, examples: [example], passesOn }))
    add?.(command)
    if (passesOn) command.passThroughOptions()
    onRun<OctoctlOptions>(command, async ({ args, terminal }) => {
      const { runWord } = await import('./run-word.ts')
      return runWord({ word, args, options: bothSides<OctoctlOptions>(program, command) }, terminal)
    })
  }
  addConfig(program)
  return program
}

/** octo shows configs itself, with secrets hidden and places known; scripts had better be told than get other data. */
function addConfig(program: Command): void {
  const command = globalOptions(
    addCommand(program, {
      words: 'config [args...]',
      summary: 'is a word of octo: `octo config show`',
      examples: ['octo config show -c config.yaml -f json'],
      passesOn: true,
    }),
  )
  onRun(command.passThroughOptions(), async () => {
    const { config = [] } = bothSides<OctoctlOptions>(program, command)
    const files = (config.length > 0 ? config : ['config.yaml']).map((file) => `-c ${shellWord(file)}`).join(' ')
    throw coded('USAGE', {
      message: '`octoctl config` is a word of octo, whose answer is not that of octoctl: secrets are hidden',
      hint: `run \`octo config show ${files}\``,
    })
  })
}

/** octoctl takes them before its word and behind it. */
function globalOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', 'config file or URL; repeat for several, the first one is strongest', repeatable)
    .addOption(new Option('-l, --log-level <level>', 'of the operator').choices(LOG_LEVELS))
    .option('--insecure', 'run what comes from repos that the config gives no keys for')
    .option('--clear-cache', 'nothing to do: octo asks anew whether what it kept is still current')
    .option('--force-build-operator', 'refused: octo runs what was signed, and builds nothing on the way')
}

function bothSides<Options>(program: Command, command: Command): Options {
  const [before, behind] = [program.opts(), command.opts()]
  const config = [...(before.config ?? []), ...(behind.config ?? [])]
  return { ...before, ...behind, config } as Options
}
