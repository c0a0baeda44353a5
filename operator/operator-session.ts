// What `run` and `check` need before they can do anything: the config, and a client that can provide plugins for it.
import type { Client, PluginOutcome, ProvenProgram, Report, WantedProgram, WorkspaceFlags } from '../client/index.ts'
import { openClient, openWorkspace } from '../client/index.ts'
import type { ConfigWarning } from '../config/document/warnings.ts'
import type { OctoConfig, PluginRequest } from '../config/model/config.ts'
import type { EffectiveTree } from '../config/model/effective-tree.ts'
import { coded } from '../schemas/errors.ts'
import { shownAddress } from '../schemas/shown-address.ts'
import { askOn } from '../terminal/ask-question.ts'
import type { Progress, Terminal } from '../terminal/index.ts'
import { waitingLine } from '../terminal/index.ts'
import type { Answers } from './answers.ts'

/** A plugin runs on this machine and no other. */
export type SessionOptions = Omit<WorkspaceFlags, 'platform'> & {
  /** Unknown keys of the config are errors. */
  readonly strict?: boolean | undefined
  /** Arguments of a check that cannot be rendered are a problem of that check alone, and no error. */
  readonly keepsUnrendered?: boolean | undefined
}

export type Session = AsyncDisposable & {
  readonly config: OctoConfig
  /** Everything that the documents say, for operators; throws CONFIG_INVALID. */
  readonly effective: () => EffectiveTree
  /** Puts the files that the config brings for services where they find them; gives what is to be warned of. */
  readonly writeFiles: () => Promise<readonly string[]>
  readonly client: Client
  /** Absolute path of the first config; a URL when it is not local. */
  readonly configPath: string
  readonly lockPath: string
  /** For who goes on for long: what the documents say is not held any more, and neither of the two is to be asked again. */
  forgetDocuments(): void
  /** What was warned about so far. */
  readonly warnings: readonly ConfigWarning[]
  /** Installs what is missing, with one progress display. Each request has its own outcome, in their order. */
  provide(requests: readonly PluginRequest[]): Promise<readonly PluginOutcome[]>
  /** The program of a service that comes from an address, an image or source; throws why it cannot be had. */
  provideProgram(wanted: WantedProgram): Promise<ProvenProgram>
}

type Place = {
  readonly terminal: Terminal
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** Who answers the `prompts` of the config; a person at the terminal when absent. */
  readonly answers?: Pick<Answers, 'ask'>
}

export async function openSession(
  { strict = false, keepsUnrendered, ...flags }: SessionOptions,
  { terminal, cwd, env, answers = { ask: askOn(terminal) } }: Place,
): Promise<Session> {
  const { config, configPath, options, ...read } = await openWorkspace(flags, {
    cwd,
    env,
    strict,
    keepsUnrendered,
    warn: (line) => terminal.warn(line),
    ask: answers.ask,
    onWait: waitingLine(terminal),
  })
  let documents: Pick<Session, 'effective' | 'writeFiles'> | undefined = read
  const warnings = [...config.warnings]
  const display = progressDisplay(terminal, (message) => warnings.push({ file: shownAddress(configPath), message }))
  const client = await openClient({ ...options, report: display.report })
  const held = () => documents ?? forgotten()
  return {
    config,
    effective: () => held().effective(),
    writeFiles: () => held().writeFiles(),
    forgetDocuments() {
      documents = undefined
    },
    client,
    configPath,
    lockPath: options.lockPath,
    warnings,
    async provide(requests) {
      using _ = display.open()
      return await client.provide(requests)
    },
    async provideProgram(wanted) {
      using _ = display.open()
      return await client.provideProgram(wanted)
    },
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  }
}

function forgotten(): never {
  throw coded('INTERNAL', { message: 'documents of a config were asked for after they were given away' })
}

function progressDisplay(terminal: Terminal, note: (warning: string) => void) {
  let progress: Progress | undefined
  const report: Report = {
    warn(line) {
      note(line)
      terminal.warn(line)
    },
    waiting: waitingLine(terminal),
    info: (line) => terminal.debug(line),
    download: ({ name, size }) => {
      const item = progress?.item(name, size)
      return {
        advance: (bytes) => item?.advance(bytes),
        done: () => item?.done(),
        fail: (reason) => item?.fail(reason),
      }
    },
  }
  return {
    report,
    open(): Disposable {
      const opened = terminal.progress({ unit: 'bytes', title: 'installing' })
      progress = opened
      return { [Symbol.dispose]: () => opened.stop() }
    },
  }
}
