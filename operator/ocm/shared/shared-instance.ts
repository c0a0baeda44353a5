// An instance that several processes use, as one of them sees it: it says when it asks something, notices that the instance is gone,
// and parts with it. The last one that uses it ends it, unless it is to stay.
import { setTimeout as pause } from 'node:timers/promises'
import type { Connection } from '../../../system/http/connection.ts'
import type { CallOutcome } from '../call/call-tally.ts'
import type { CallUnderWay, Instance, InstanceEnd } from '../instance/instance.ts'
import type { InstanceFacts } from '../instance/instance-facts.ts'
import { inWords } from '../instance/last-words.ts'
import type { Exit } from '../instance/plugin-process.ts'
import { isOwnSocket } from '../instance/runtime-folder.ts'
import { endShared, endUnused, forgetEmpty } from './end.ts'
import { addToTally, addWithLock } from './kept-tally.ts'
import { lockPlaces } from './lock.ts'
import type { SharedPlaces } from './places.ts'
import type { Attachable } from './proof.ts'
import { isSameInstance, isStanding, readRecord, writeRecord } from './record.ts'
import type { Use } from './users.ts'
import type { LogPlaces } from './watch.ts'
import { watchShared } from './watch.ts'

type Sharing = {
  readonly plugin: string
  readonly facts: InstanceFacts
  readonly places: SharedPlaces
  readonly record: Attachable
  /** It is to stay when nobody uses it, whoever started it. */
  readonly isKept: boolean
  readonly connection: Connection
  readonly use: Use
  /** From where on this process tells what it prints. */
  readonly from: LogPlaces
  /** How it has ended, for whoever has started it. */
  readonly exit?: Promise<Exit>
}

/** Whoever holds the lock for longer looks after it. */
const PATIENCE_MS = 2000
/** Between the end of a process and the news of it. */
const EXIT_SEEN_MS = 1000

export function shareInstance(sharing: Sharing): Instance {
  const { plugin, facts, places, record, isKept, use, connection, from } = sharing
  const { promise: ended, resolve } = Promise.withResolvers<InstanceEnd>()
  let isOver = false
  const watch = watchShared({
    places,
    process: record.process,
    from,
    log: (line) => facts.log?.({ plugin, ...line }),
    onGone: () => void gone(),
  })
  const count = () => use.count((calls) => addToTally(places, calls))
  use.onRest(count)

  /** Only whoever has started it can tell how. One that somebody has ended has not failed, whatever it says. */
  async function gone(): Promise<void> {
    const wasEnded = !isStanding(places, record)
    const how = await Promise.race([sharing.exit, pause(EXIT_SEEN_MS, undefined, { ref: false })])
    const reason = how ? `it ended ${inWords(how)}` : 'it has left'
    await part(reason, forget, how === undefined || how.code === 0 || wasEnded)
  }

  /** From then on it is no concern of this process. What cannot be done now is done by whoever comes next. */
  async function part(reason: string, last: () => Promise<void>, isClean = true): Promise<void> {
    if (isOver) return
    isOver = true
    try {
      watch.close()
      count()
      if (use.isIdle()) letGo()
      await underLock(last)
    } catch {
      // Whoever waits for its end is not to wait for ever.
    }
    resolve({ isClean, reason })
  }

  function letGo(): void {
    connection[Symbol.dispose]()
    use.close()
  }

  async function underLock(act: () => Promise<void>): Promise<void> {
    using lock = await lockPlaces(places, PATIENCE_MS)
    if (!lock) return
    // Those that were over while somebody else held it.
    use.count((calls) => {
      addWithLock(places, calls)
      return true
    })
    await act()
    forgetEmpty(places)
  }

  /** Takes away what is left of it. */
  async function forget(): Promise<void> {
    const left = readRecord(places)
    if (left && isSameInstance(left, record)) await endShared(places, left)
  }

  /** Nobody else is to meet the same. */
  async function sayLeaving(): Promise<void> {
    const left = readRecord(places)
    if (left && isSameInstance(left, record)) writeRecord(places, { ...left, isLeaving: true })
  }

  return {
    pid: record.process.pid,
    connection,
    folder: record.folder,
    ended,
    address: { kind: 'unix', path: record.socket },
    enter() {
      use.enter()
      // One that leaves takes its socket away before it ends, and another user may be the next to listen under that name.
      if (!isOver && isStanding(places, record) && isOwnSocket(record.socket)) return begun()
      leave()
      return undefined
    },
    lookSoon: () => watch.lookSoon(),
    // Calls under way still end well on it.
    abandon: () => void part('it is leaving', sayLeaving),
    end: () => void part('nobody asks it any more', () => endUnused(places, record, isKept)),
    kill: () => void part('it was killed', forget),
  }

  function begun(): CallUnderWay {
    const begunAt = performance.now()
    let code: string | undefined
    return {
      failed(why) {
        code = why
      },
      [Symbol.dispose]: () => leave({ seconds: (performance.now() - begunAt) / 1000, code }),
    }
  }

  function leave(outcome?: CallOutcome): void {
    use.leave(outcome)
    if (isOver && use.isIdle()) letGo()
  }
}
