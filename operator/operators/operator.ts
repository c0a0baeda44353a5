// What every operator does with the services of a config: the built-in one, and those that are plugins.
import type { Project } from '../../config/project-folder.ts'
import type { Terminal } from '../../terminal/index.ts'
import type { Session, SessionOptions } from '../operator-session.ts'

/** The words of octo that the operator of the config answers. */
export const OPERATOR_WORDS = ['start', 'stop', 'restart', 'status', 'logs', 'exec', 'show', 'compose'] as const
export type OperatorWord = (typeof OPERATOR_WORDS)[number]

/** Words that octoctl's contract does not have, so that only the built-in operator answers them. */
export const OWN_WORDS = ['apply', 'events', 'metrics'] as const
export type OwnWord = (typeof OWN_WORDS)[number]

/** The levels of octoctl's `--log-level`. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const

/** As a command line gives them; an operator refuses with USAGE what it cannot do, and leaves nothing of it out. */
export type OperatorOptions = SessionOptions & {
  readonly logLevel?: string | undefined
  readonly dryRun?: boolean | undefined
  readonly foreground?: boolean | undefined
  /** A duration: no longer is waited until the services are up. */
  readonly timeout?: string | undefined
  readonly watch?: boolean | undefined
  readonly follow?: boolean | undefined
  readonly since?: string | undefined
  /** Of what is there already only so many lines. */
  readonly tail?: string | undefined
  /** A file in place of standard output, which only its user reads unless all may. */
  readonly output?: string | undefined
  readonly worldReadable?: boolean | undefined
  readonly json?: boolean | undefined
  /** Digest of the changes that somebody has seen, which are made in place of a start. */
  readonly apply?: string | undefined
  /** Nobody is asked before changes are made. */
  readonly yes?: boolean | undefined
  /** The config is read as another octo says on standard input, which started this one. */
  readonly call?: boolean | undefined
}

export type OperatorCall = {
  /** Names of services; for `exec` and `compose` what stands behind the word. */
  readonly words: readonly string[]
  readonly options: OperatorOptions
  /** Of the config; the operator closes it once it needs no more plugins. */
  readonly session: Session
  /** Of a person who was asked for values of the config. */
  readonly answers?: Readonly<Record<string, string>>
  /** Something else stands in the config where somebody would have been asked. */
  readonly hasStandIns?: boolean
  readonly terminal: Terminal
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** Gives the folder for what an operator is told of the config, where it is not octo's own folder of the project. */
  readonly openFolder?: ((project: Project, env: NodeJS.ProcessEnv) => string) | undefined
}

/** Gives the exit code of octo. */
type Act = (call: OperatorCall) => Promise<number>

export type Operator = {
  readonly name: string
  /** Absent where there are none. */
  readonly own?: Readonly<Record<OwnWord, Act>>
} & Readonly<Record<OperatorWord, Act>>
