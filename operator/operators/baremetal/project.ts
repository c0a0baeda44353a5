// The project that a command is about, and how its services are: as their supervisor says, or as they are found without one.

import { coded } from '../../../schemas/errors.ts'
import { nearestWord } from '../../../schemas/nearest-word.ts'
import { printable, quote, shellWord } from '../../../schemas/quote.ts'
import type { Terminal } from '../../../terminal/index.ts'
import { ask } from '../../services/control/control.ts'
import type { Answer, InstanceStatus, ProjectStatus } from '../../services/control/protocol.ts'
import { readJournal, serviceIn } from '../../services/journal/journal.ts'
import { isSettled } from '../../services/life/lifecycle.ts'
import { placesOf } from '../../services/project/places.ts'
import { statusNotes, statusTable } from '../../services/status/render-status.ts'
import { statusWithoutSupervisor } from '../../services/status/status.ts'
import type { Project } from '../../services/supervise.ts'
import { sinceBoot } from '../../services/supervise.ts'
import type { OperatorCall } from '../operator.ts'

/** What is known of a project without its config. */
export type ProjectCall = Omit<OperatorCall, 'session'> & {
  readonly session: Pick<OperatorCall['session'], 'configPath'>
}

export function projectOf({ session, env }: ProjectCall): Project {
  const { configPath } = session
  return { configPath, env, places: placesOf(configPath, env) }
}

export async function currentStatus(project: Project): Promise<ProjectStatus> {
  const answer = await ask(project.places, { v: 1, do: 'status' })
  return answer ? statusIn(answer) : statusAlone(project)
}

function statusAlone({ places, configPath }: Project): ProjectStatus {
  return { config: configPath, supervisor: { state: 'none' }, services: statusWithoutSupervisor(places, sinceBoot()) }
}

export function statusIn(answer: Answer): ProjectStatus {
  if (answer.state === 'done') return answer.status
  throw answerError(answer)
}

/** What was answered; where nobody waited for an answer, how far it has come. */
export async function statusAfter(
  project: Project,
  done: { readonly answer: Answer | undefined } | undefined,
): Promise<ProjectStatus> {
  if (!done) return await currentStatus(project)
  return done.answer ? statusIn(done.answer) : statusAlone(project)
}

export function answerError(answer: Exclude<Answer, { readonly state: 'done' }>): Error {
  if (answer.state !== 'failed') return coded('INTERNAL', { message: 'another question was answered' })
  const { code, message, hint } = answer.error
  return coded(code, { message, hint })
}

export const NOTHING_STARTED = 'no service of this config was started yet'

export function showStatus(found: ProjectStatus, terminal: Terminal, all = found.services): void {
  if (terminal.json) terminal.result({ json: found, text: () => '' })
  else if (found.services.length === 0) terminal.info(NOTHING_STARTED)
  else terminal.table(statusTable(found, terminal.paint, all))
  if (!terminal.json) for (const note of statusNotes(found)) terminal.warn(note)
}

/** Throws USAGE for a name that nobody started, neither a service nor, where that is enough, `web.2` of one. */
export function requireKnown(words: readonly string[], { places }: Project, allows?: 'instances'): void {
  const { services, instances } = readJournal(places.journal)
  const known = [...services.keys()]
  const strange = words.find((word) => !known.includes(word) && !(allows && instances.has(word)))
  if (strange === undefined) return
  if (instances.has(strange))
    throw coded('USAGE', {
      message: `${quote(strange)} is one of service ${quote(serviceIn(strange))}, and services are named here`,
      details: { instance: strange },
      hint: `\`octo logs ${shellWord(strange)}\` and \`octo status ${shellWord(strange)}\` show it alone`,
    })
  const nearest = nearestWord(strange, known)
  throw coded('USAGE', {
    message: `no service ${quote(strange)} of this config was started`,
    details: { service: strange, services: known },
    hint: nearest === undefined ? '`octo status` lists those that were' : `did you mean ${quote(nearest)}?`,
  })
}

const PATIENCE_MS = 1000

/** Says what is waited for. */
export function tellWaiting(project: Project, terminal: Terminal): Disposable {
  let told = ''
  const timer = setInterval(async () => {
    const answer = await ask(project.places, { v: 1, do: 'status' }).catch(() => undefined)
    const open = answer?.state === 'done' ? answer.status.services.filter((one) => !isSettled(one)) : []
    const line = open.map((one) => `${one.instance} (${whyWaiting(one)})`).join(', ')
    if (line !== '' && line !== told && !terminal.json) terminal.info(`waiting for ${line}`)
    told = line
  }, PATIENCE_MS)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

/** Of a command that waited no longer: what it has begun goes on. */
export function tellUnfinished({ services }: ProjectStatus, terminal: Terminal): void {
  const open = services.filter((one) => !isSettled(one)).map(({ instance }) => instance)
  const what = open.length === 0 ? 'the services are' : `${open.join(', ')} ${open.length === 1 ? 'is' : 'are'}`
  terminal.warn(
    `the time of \`--timeout\` is over, and ${what} still being seen to: \`octo status --watch\` shows how it goes on, \`octo stop\` ends it`,
  )
}

function whyWaiting({ state, health, reason }: InstanceStatus): string {
  if (state === 'running') return `health: ${health}`
  return reason === undefined ? state : `${state}: ${printable(reason, 300)}`
}

/** By its service, or `web.2` by itself. */
export function isMeant(one: Pick<InstanceStatus, 'service' | 'instance'>, words: readonly string[]): boolean {
  return isNamed(one, words) || words.includes(one.instance)
}

export function isNamed({ service }: Pick<InstanceStatus, 'service'>, words: readonly string[]): boolean {
  return words.length === 0 || words.includes(service)
}
