// Gives an instance that other processes of this user use as well: the one that runs, or one that is started, once for all who wait.
// It is never one of which it is not proven that it is the same program (THREATS.md, "Service plugins").
import { setTimeout as pause } from 'node:timers/promises'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import { shownDuration } from '../../../schemas/shown-duration.ts'
import { isSeenFromHere, nameOfThisProcess } from '../../../system/process/own-name.ts'
import { connect } from '../instance/handshake.ts'
import type { Instance, StartInstance } from '../instance/instance.ts'
import { startInstance } from '../instance/instance.ts'
import { makeRuntimeParent } from '../instance/runtime-folder.ts'
import { stopShared } from './end.ts'
import { keyOf } from './key.ts'
import { makePlaces, tryPlaces } from './lock.ts'
import { sharedPlaces } from './places.ts'
import { isAttachable } from './proof.ts'
import { readRecord } from './record.ts'
import { shareInstance } from './shared-instance.ts'
import { startShared } from './start.ts'
import { sweepShared } from './sweep.ts'
import { openUse } from './users.ts'
import type { Wanted } from './wanted.ts'
import { placesNow } from './watch.ts'

const LOOK_MS = 5
/** For calls under way on one that is leaving. */
const DRAIN_MS = 10_000

/** As startInstance, which it is where nothing can be shared: on TCP anybody may listen, and only Linux tells processes apart. */
export function sharing(isKept: boolean): StartInstance {
  return async (plugin, facts, signal) => {
    using program = plugin.open()
    const { digest } = program
    if (digest === undefined || facts.listen !== 'unix' || !canTellProcesses())
      return await startInstance(plugin, facts, signal)
    const parent = makeRuntimeParent(facts.env)
    const places = sharedPlaces(parent, keyOf(plugin.name, { ...program, digest }, facts))
    return await openShared({ plugin, program: { ...program, digest }, facts, places, isKept, signal })
  }
}

function canTellProcesses(): boolean {
  try {
    return isSeenFromHere(nameOfThisProcess())
  } catch {
    return false
  }
}

async function openShared(wanted: Wanted): Promise<Instance> {
  const { plugin, places, signal, facts } = wanted
  const patienceMs = 2 * facts.limits.startMs + DRAIN_MS
  const deadline = performance.now() + patienceMs
  for (;;) {
    signal.throwIfAborted()
    makePlaces(places)
    const running = attach(wanted)
    if (running) return running
    using lock = tryPlaces(places)
    if (lock) return attach(wanted) ?? (await startAnew(wanted))
    if (performance.now() > deadline) throw busy(plugin.name, patienceMs)
    await pause(LOOK_MS * (0.5 + Math.random()))
  }
}

/** Says that it is about to use it before it looks whether it is there. */
function attach({ plugin, program, facts, places, isKept }: Wanted): Instance | undefined {
  if (!isAttachable(readRecord(places), program.digest)) return undefined
  const use = openUse(places)
  use.mark()
  const record = readRecord(places)
  if (isAttachable(record, program.digest)) {
    const connection = connect({ kind: 'unix', path: record.socket }, facts.limits)
    const from = placesNow(places)
    return shareInstance({ plugin: plugin.name, facts, places, record, isKept, use, connection, from })
  }
  use.close()
  return undefined
}

/** With the lock that is held. What a record tells of then is leaving, or was never well. */
async function startAnew(wanted: Wanted): Promise<Instance> {
  const { places, facts } = wanted
  const left = readRecord(places)
  if (left) await stopShared(places, left, DRAIN_MS)
  await sweepShared(facts.env, places)
  return await startShared(wanted)
}

function busy(plugin: string, timeoutMs: number): Error {
  return coded('HANDSHAKE_TIMEOUT', {
    message: `plugin ${quote(plugin)} is started or ended by another octo, which was not done within ${shownDuration(timeoutMs)}`,
    details: { plugin, timeoutMs },
    hint: 'see what runs: `octo plugin ps`',
  })
}
