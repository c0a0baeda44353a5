// What an operator plugin is: a name and what it does for each word. Reads the command line of octo and octoctl, and the config.
//
//   defineOperator({ name: 'my-operator', version: '1.0.0', summary: 'runs services somewhere', act: async (call) => 0 }).main()
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import type { OperatorConfig } from './config.ts'
import { parseOperatorConfig } from './config.ts'
import { runOperatorProgram } from './main.ts'
import { OPERATOR_EXIT, OperatorProblem } from './problem.ts'

const OPERATOR_WORDS = ['start', 'stop', 'restart', 'status', 'logs', 'exec', 'show', 'compose'] as const
export type OperatorWord = (typeof OPERATOR_WORDS)[number]

export type OperatorCall = {
  readonly word: OperatorWord
  /** Services; for `exec` and `compose` the words of the other program. */
  readonly args: readonly string[]
  readonly dryRun: boolean
  readonly follow: boolean
  readonly logLevel: string
  readonly config: OperatorConfig
  /** Of the config file, for the user alone: the place for files of the operator. */
  readonly folder: string
  /** The folder that relative paths of the config mean. */
  readonly projectFolder: string
  /** One line on standard error. */
  note(line: string): void
}

type Definition = {
  readonly name: string
  readonly version: string
  readonly summary: string
  /** Gives the exit code; an OperatorProblem is shown as one line. */
  act(call: OperatorCall): Promise<number>
}

type Environment = Readonly<Record<string, string | undefined>>

export type OperatorPlugin = {
  readonly name: string
  readonly version: string
  /** One call; gives the exit code and shows what goes wrong by `note`. */
  call(argv: readonly string[], place: { readonly cwd: string; readonly env: Environment }): Promise<number>
  /** Runs as a program. */
  main(): Promise<void>
}

export function defineOperator(definition: Definition): OperatorPlugin {
  const { name, version } = definition
  const note = (line: string) => void process.stderr.write(`${name}: ${line}\n`)
  const call: OperatorPlugin['call'] = async (argv, place) => {
    try {
      return await definition.act({ ...readCall(argv, place), note })
    } catch (error) {
      if (!(error instanceof OperatorProblem)) throw error
      note(error.message)
      return error.exitCode
    }
  }
  return {
    name,
    version,
    call,
    main: () => runOperatorProgram({ version, help: helpOf(definition), call }),
  }
}

/** Options before the word are the operator's, those behind `--` another program's. */
function readCall(
  argv: readonly string[],
  { cwd, env }: { cwd: string; env: Environment },
): Omit<OperatorCall, 'note'> {
  const { values, positionals } = parsed(argv)
  const [word, ...args] = positionals
  const { config: path, 'log-level': logLevel = 'info', 'dry-run': dryRun = false, follow = false } = values
  if (path === undefined) throw usage('`--config FILE` is missing')
  if (!isWord(word))
    throw usage(`\`${word ?? ''}\` is no word of operators, expected one of ${OPERATOR_WORDS.join(', ')}`)
  return {
    word,
    args,
    dryRun,
    follow,
    logLevel,
    config: parseOperatorConfig(textOf(path)),
    folder: dirname(path),
    projectFolder: env.OCTO_PROJECT_DIR ?? cwd,
  }
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        config: { type: 'string' },
        'log-level': { type: 'string' },
        'dry-run': { type: 'boolean' },
        follow: { type: 'boolean', short: 'f' },
      },
    })
  } catch (error) {
    throw usage(error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : '')
  }
}

function isWord(word: string | undefined): word is OperatorWord {
  return OPERATOR_WORDS.some((known) => known === word)
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new OperatorProblem(`config \`${path}\` cannot be read: ${(error as NodeJS.ErrnoException).code}`)
  }
}

function usage(problem: string): OperatorProblem {
  return new OperatorProblem(problem, OPERATOR_EXIT.usage)
}

function helpOf({ name, version, summary }: Definition): string {
  return `${name} ${version}: ${summary}

${name} --config FILE [--log-level LEVEL] WORD [ARGUMENT…]
words: ${OPERATOR_WORDS.join(', ')}
octo calls it: \`octoctl: {operator: ${name}}\` in the config, then \`octo start\``
}
