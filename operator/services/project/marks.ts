// The marks that processes of a project carry (THREATS.md, "Services on this machine"): another user may start a process with any
// variable, and must not be able to have it taken for a service. A mark is known only to whom it was given, and for one run.
import { createHmac, randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { readIfWhole, writeWhole } from '../../../system/files/atomic-file.ts'
import { MARK } from '../../../system/process/mark.ts'
import type { Instance } from '../life/lifecycle.ts'
import type { Places } from './places.ts'

type Of = Pick<Places, 'key' | 'state'>

const KEY = /^[0-9a-f]{64}$/
const MARK_LENGTH = 32

/** Made once for each project, before anything is started; only who holds the lock may. */
export function makeMarkKey(places: Of): void {
  if (readKey(places) === undefined)
    writeWhole(pathOf(places), randomBytes(32).toString('hex'), { staging: dirname(pathOf(places)) })
}

export function markOf(places: Of): (id: string, instance: Pick<Instance, 'generation'>) => string {
  return (id, { generation }) => markFor(places, `${id}#${generation}`)
}

/** Of checks and other programs that the supervisor itself starts and waits for. */
export function ownMark(places: Of): string {
  return markFor(places, 'own')
}

/** The environment of what serves the supervisor itself. */
export function withOwnMark(env: Readonly<Record<string, string | undefined>>, places: Of) {
  return { ...env, [MARK]: ownMark(places) }
}

function markFor(places: Of, name: string): string {
  const proof = createHmac('sha256', keyOf(places)).update(name).digest('hex').slice(0, MARK_LENGTH)
  return `${places.key}/${name}/${proof}`
}

const keys = new Map<string, string>()

/** Without one nothing was started, and nothing is found. */
function keyOf(places: Of): string {
  const key = keys.get(places.state) ?? readKey(places)
  if (key !== undefined) keys.set(places.state, key)
  return key ?? randomBytes(32).toString('hex')
}

function readKey(places: Of): string | undefined {
  const text = readIfWhole(pathOf(places))
  return text !== undefined && KEY.test(text) ? text : undefined
}

function pathOf({ state }: Of): string {
  return join(state, 'mark-key')
}
