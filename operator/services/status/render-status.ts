// The state of services as people see it.
import { shellWord } from '../../../schemas/quote.ts'
import type { Cell, Paint, Table } from '../../../terminal/index.ts'
import { formatAge, formatBytes } from '../../../terminal/index.ts'
import { LARGE_LOG_BYTES } from '../../logs/log-files.ts'
import { notifierNotes } from '../../notifications/notes.ts'
import type { InstanceStatus, ProjectStatus } from '../control/protocol.ts'
import { endInWords } from '../life/end.ts'
import { isAtRest } from '../life/lifecycle.ts'

/** Of the highest one that a machine gives. */
const PID_CELLS = 7

/** `all`: those that there are, of which these are some; what one is called is told by how many there are. */
export function statusTable({ services }: ProjectStatus, paint: Paint, all = services): Table {
  return {
    columns: [
      { title: 'service' },
      { title: 'state' },
      { title: 'health' },
      { title: 'pid', align: 'right', minCells: PID_CELLS },
      { title: 'for', align: 'right', minCells: 6 },
      { title: 'why' },
    ],
    rows: services.map((one): readonly Cell[] => [
      nameOf(one, all),
      stateOf(one, paint),
      one.state === 'running' && one.health !== 'none' ? one.health : '',
      one.pid === undefined ? '' : String(one.pid),
      one.upMs === undefined ? '' : formatAge(one.upMs),
      whyOf(one),
    ]),
  }
}

/** `web` of one, `web.1` and `web.2` of several. */
export function shownName(instance: string, all: readonly string[]): string {
  const service = instance.slice(0, instance.lastIndexOf('.'))
  const isOne = all.every((other) => other === instance || other.slice(0, other.lastIndexOf('.')) !== service)
  return isOne && instance === `${service}.1` ? service : instance
}

function nameOf({ instance }: InstanceStatus, all: readonly InstanceStatus[]): string {
  return shownName(
    instance,
    all.map((one) => one.instance),
  )
}

function stateOf(one: InstanceStatus, { green, red }: Paint): Cell {
  if (isWell(one)) return { text: one.state, paint: green }
  return hasFailed(one) ? { text: one.state, paint: red } : one.state
}

function whyOf({ differs, changed = [], secrets, limits = [], ...one }: InstanceStatus): string {
  const told = [
    failureOf(one),
    ...unsureOf(one),
    ...(secrets && one.state !== 'waiting' ? whyOfSecrets(secrets) : []),
    ...(limits.some(({ isInForce }) => !isInForce) ? ['not limited as it is to be'] : []),
    ...(differs ? [`differs from the config${changed.length > 0 ? `: ${changed.join(', ')}` : ''}`] : []),
  ]
  return told.filter(Boolean).join(', ')
}

/** Healthy by what was found out last, and that is some time ago. */
function unsureOf({ state, checks = [] }: InstanceStatus): readonly string[] {
  if (state !== 'running') return []
  return checks.flatMap(({ label, unsure, summary }) =>
    unsure ? [`${label} does not tell any more${summary === undefined ? '' : `: ${summary}`}`] : [],
  )
}

/** What went wrong, also where it runs again. */
function failureOf({ reason = '', failures, end, state, retryInMs }: InstanceStatus): string {
  if (failures === 0 || isAtRest({ state })) return reason
  const often = failures > 1 ? `, ${failures} times in a row` : ''
  if (state === 'pausing')
    return `${reason}${often}${retryInMs === undefined ? '' : `, tried again in ${retryInMs < 1000 ? 'a moment' : formatAge(retryInMs)}`}`
  const again = `${end === undefined ? 'failed' : endInWords(end)}${often}, started again`
  return reason === '' ? again : `${reason}; ${again}`
}

/** What is good is nothing to tell. */
function whyOfSecrets({ state, until, reason = '' }: NonNullable<InstanceStatus['secrets']>): readonly string[] {
  if (state === 'stale') return [`new ${reason}${until === undefined ? '' : `, the old ones end ${until}`}`]
  return state === 'expired' ? [`its secrets ended ${until}, new ${reason}`] : []
}

/** It is as whoever started it wants it. */
export function isWell({ state, health }: InstanceStatus): boolean {
  return state === 'completed' || (state === 'running' && (health === 'none' || health === 'healthy'))
}

function hasFailed({ state, health }: InstanceStatus): boolean {
  return (
    state === 'failed' || state === 'gave-up' || state === 'pausing' || (state === 'running' && health === 'unhealthy')
  )
}

/** What somebody should know beside the table. */
export function statusNotes({
  supervisor,
  services,
  notInBoth,
  notifiers = [],
  metrics,
}: ProjectStatus): readonly string[] {
  const running = services.filter(({ pid }) => pid !== undefined)
  const large = services.filter(({ logBytes }) => logBytes > 10 * LARGE_LOG_BYTES)
  return [
    ...(supervisor.state === 'none' && running.length > 0
      ? [
          `nobody supervises ${running.length === 1 ? 'it' : 'them'}: \`octo start\` goes on, \`octo stop\` ends ${running.length === 1 ? 'it' : 'them'}`,
        ]
      : []),
    ...(notInBoth?.added ?? []).map(
      (name) => `${name} is in the config, and was not started: \`octo apply\` starts it`,
    ),
    ...(notInBoth?.gone ?? []).map((name) => `${name} is not in the config any more: \`octo apply\` takes it away`),
    ...logsOf(services.filter(({ state, logBytes }) => logBytes > 0 && (state === 'failed' || state === 'gave-up'))),
    ...large.map(
      (one) =>
        `the log of ${nameOf(one, services)} has ${formatBytes(one.logBytes)}: \`octo restart ${one.service}\` puts it aside`,
    ),
    ...limitNotes(services),
    ...notifierNotes(notifiers),
    ...(metrics?.trouble === undefined
      ? []
      : [`nobody who asks for measures is answered at ${metrics.address}: ${metrics.trouble}`]),
  ]
}

const LIMIT_WORDS = { memory: 'memory', cpus: 'processors', processes: 'processes', open_files: 'open files' } as const

/** A limit that nobody keeps is never passed over. */
function limitNotes(all: readonly InstanceStatus[]): readonly string[] {
  return all.flatMap((one) => {
    const missing = (one.limits ?? []).filter(({ isInForce }) => !isInForce).map(({ name }) => LIMIT_WORDS[name])
    if (missing.length === 0) return []
    const what = `${missing.length === 1 ? 'its limit' : 'its limits'} of ${missing.join(', ')}`
    return [
      `${nameOf(one, all)}: ${what} ${missing.length === 1 ? 'is' : 'are'} not in force, as octo is not given that by this machine`,
    ]
  })
}

/** Where those that ended say more than how. */
function logsOf(failed: readonly InstanceStatus[]): readonly string[] {
  const names = [...new Set(failed.map(({ service }) => service))]
  if (names.length === 0) return []
  return [`\`octo logs ${names.map(shellWord).join(' ')}\` shows what ${names.length === 1 ? 'it' : 'they'} wrote`]
}
