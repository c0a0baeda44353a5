// What an instance is, of which the journal says how it was when its supervisor ended: the truth is what runs now.
import { bootId } from '../../../system/boot-id.ts'
import { isAlive } from '../../../system/process/identity.ts'
import { membersOf } from '../../../system/process/process-table.ts'
import type { Instance } from '../life/lifecycle.ts'
import { isAtRest } from '../life/lifecycle.ts'
import type { Known } from './journal.ts'

type Asked = { readonly boot: string; readonly instance: Instance; readonly mark: string }

/** Starts and ends nothing. Another boot has left nothing that runs. */
// allow(dead-export): the test answers with processes that are not on its machine
export function asItIs({ boot, instance, mark }: Asked, find = membersOf): Instance {
  if (boot !== bootId()) return isAtRest(instance) ? instance : lost(instance, 'the machine was restarted')
  switch (instance.state) {
    case 'starting':
      return startedOrNot(instance, mark, find)
    case 'running':
      if (instance.process && isAlive(instance.process)) return unwatched(instance)
      return leftovers(instance, mark, find)
    case 'ending':
      return leftovers(instance, mark, find)
    case 'waiting':
    case 'preparing':
    case 'pausing':
      return lost(instance, 'nobody supervised it')
    default:
      return instance
  }
}

/** What another supervisor saw of its health is no longer known before it is looked at again. */
function unwatched(instance: Instance): Instance {
  return instance.health === 'none' ? instance : { ...instance, health: 'starting' }
}

function lost(instance: Instance, reason: string): Instance {
  const { process: _, due: __, next: ___, ...rest } = instance
  return { ...rest, state: 'stopped', health: 'none', reason }
}

/** It was about to be started, and nobody wrote down as what. */
function startedOrNot(instance: Instance, mark: string, find: typeof membersOf): Instance {
  const own = find({ main: undefined, mark })
  const leader = own.find(({ pid, session }) => pid === session) ?? own[0]
  if (!leader) return lost(instance, 'its supervisor ended before it was started')
  const process = { boot: bootId(), pid: leader.pid, start: leader.start }
  return { ...instance, process, state: 'running' }
}

/** Its main process is gone. What it left carries its mark, or is in its session still, and is for a stop to end. */
function leftovers(instance: Instance, mark: string, find: typeof membersOf): Instance {
  const own = find({ main: instance.process, mark })
  const isUnseen = instance.state === 'running'
  if (own.length > 0)
    return { ...instance, ...(isUnseen ? { end: { kind: 'unknown' } } : {}), state: 'ending', next: 'stop' }
  if (instance.state === 'ending' && instance.next === 'stop') return lost(instance, 'it was stopped')
  return lost({ ...instance, end: { kind: 'unknown' } }, 'ended in an unknown way, while nobody watched')
}

/** What may follow each other: `service.replica` to what the journal says and what is. */
export function allAsTheyAre(
  known: Known,
  markOf: (id: string, instance: Instance) => string,
): ReadonlyMap<string, Instance> {
  return new Map(
    [...known.instances].map(([id, { boot, instance }]) => [
      id,
      asItIs({ boot, instance, mark: markOf(id, instance) }),
    ]),
  )
}
