// A notifier is sent a notification, and a source of secrets is asked, as a supervisor does it; what they answer is read as there.
import { hostname } from 'node:os'
import type { Answered } from '../operator/ask-once.ts'
import { askOnce } from '../operator/ask-once.ts'
import type { Notification } from '../schemas/contract/notification.ts'
import { OUTCOME_EXIT_CODES } from '../schemas/contract/outcome.ts'
import { printable } from '../schemas/quote.ts'
import type { Terminal } from '../terminal/index.ts'
import { formatDuration } from '../terminal/index.ts'
import type { Built } from '../unpublished/unpublished-plugin.ts'
import type { ArgumentMap } from './given-arguments.ts'

type Asking = {
  readonly built: Built
  readonly given: ArgumentMap
  readonly config: string
  readonly terminal: Terminal
  readonly env: Readonly<Record<string, string | undefined>>
}

const SERVICE = 'web'
const A_LINE = '`{"v":1,"status":"ok","summary":"…"}`'
const MAX_LOG_LINES = 20

/** The exit code that the contract has for what it answered. */
export async function askPlugin({ built, given, config, terminal, env }: Asking): Promise<number> {
  const { plugin, version, manifest } = built
  const isNotifier = manifest.output === 'notify/v1'
  terminal.info(
    isNotifier
      ? `sends ${plugin} the notification that \`${SERVICE}\` failed`
      : `asks ${plugin} for the secrets of \`${SERVICE}\``,
  )
  const notification = isNotifier ? { notification: aNotification(plugin) } : {}
  const answer = await askOnce({ plugin, given, config, service: SERVICE, ...notification }, { terminal, env })
  terminal.table({
    columns: [
      { title: 'status' },
      { title: 'plugin' },
      { title: 'time', align: 'right' },
      { title: 'result', shrinks: true },
    ],
    rows: [[answer.status, `${plugin}@${version}`, formatDuration(answer.durationMs), answer.summary]],
  })
  for (const line of remarks(answer)) terminal.info(line)
  return OUTCOME_EXIT_CODES[answer.status]
}

function aNotification(plugin: string): Notification {
  const now = new Date()
  return {
    id: `octo-test-${now.getTime()}`,
    kind: 'failed',
    project: 'octo-test',
    service: SERVICE,
    check: 'check-http',
    status: 'critical',
    message: `This is a test of ${plugin}: nothing failed.`,
    since: now.toISOString(),
    at: now.toISOString(),
    count: 1,
    host: hostname(),
  }
}

function remarks({ log, isTold, secrets }: Answered): readonly string[] {
  return [
    ...log.slice(-MAX_LOG_LINES).map(({ level, message }) => `${level}  ${printable(message)}`),
    ...(secrets === undefined ? [] : [`gave ${secrets.map((name) => `\`${name}\``).join(', ')}; values are not shown`]),
    ...(isTold
      ? []
      : [
          `its answer is the last line of standard output, such as ${A_LINE}, with exit code 0 for \`ok\`, 75 for \`retry\` and 69 for \`failed\``,
        ]),
  ]
}
