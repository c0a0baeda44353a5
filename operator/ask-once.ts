// One question to a notifier or a source of secrets of a config, as a supervisor asks it: for who tries the plugin, and has no service.
import { parsePluginRequest } from '../config/model/plugin-request.ts'
import { pinned } from '../config/model/requests.ts'
import type { Notification } from '../schemas/contract/notification.ts'
import type { OutcomeStatus } from '../schemas/contract/outcome.ts'
import { coded } from '../schemas/errors.ts'
import { quote } from '../schemas/quote.ts'
import type { Terminal } from '../terminal/index.ts'
import { runNotifier } from './exec/run-notifier.ts'
import { runSecrets } from './exec/run-secrets.ts'
import { openSession } from './operator-session.ts'
import type { LogLine } from './result/stderr-log.ts'

type Question = {
  readonly plugin: string
  readonly given: Readonly<Record<string, unknown>>
  /** The config that the plugin is installed and locked by. */
  readonly config: string
  readonly service: string
  /** Absent for a source of secrets. */
  readonly notification?: Notification
}

export type Answered = {
  readonly status: OutcomeStatus
  readonly summary: string
  readonly durationMs: number
  readonly log: readonly LogLine[]
  /** The plugin gave a line of its contract. */
  readonly isTold: boolean
  /** Names alone, of what a source gave. */
  readonly secrets?: readonly string[]
}

type Place = { readonly terminal: Terminal; readonly env: Readonly<Record<string, string | undefined>> }

/** Throws a CodedError when the plugin cannot be started; whatever it does itself is in the answer. */
export async function askOnce(question: Question, { terminal, env }: Place): Promise<Answered> {
  const { plugin, given, config, service, notification } = question
  const place = { terminal, cwd: process.cwd(), env: { ...env } }
  await using session = await openSession({ config: [config], offline: true, frozen: true }, place)
  const [found] = await session.provide([pinned(parsePluginRequest(plugin), session.config.pins)])
  if (!found) throw coded('INTERNAL', { message: `the client gave nothing for ${quote(plugin)}` })
  if (found.state === 'failed') throw found.error
  const run = { executable: found.value, arguments: { kind: 'map', value: given } as const }
  const deps = { env, locate: session.client.locate }
  if (notification) return answered(await runNotifier({ ...run, notification }, deps))
  const { line, ...result } = await runSecrets({ ...run, service }, deps)
  return { ...answered({ ...result, line }), ...(line?.secrets ? { secrets: Object.keys(line.secrets) } : {}) }
}

type Result = Pick<Answered, 'status' | 'summary' | 'durationMs' | 'log'> & { readonly line?: unknown }

function answered({ status, summary, durationMs, log, line }: Result): Answered {
  return { status, summary, durationMs, log, isTold: line !== undefined }
}
