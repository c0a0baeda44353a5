// The tools of the config as it is at each call: a client stays open for days, and what was marked, pinned or trusted in the
// morning may not be any more. A config that cannot be read offers nothing until it can: the one before it is not gone back to.
import { throwDefect } from '../../schemas/errors.ts'
import { failureOf } from './tool-result.ts'
import type { Tools } from './tools.ts'

type OpenedTools = AsyncDisposable & {
  readonly tools: Tools
  /** What they were read from still says the same. */
  isCurrent(): boolean
}

type CurrentTools = Tools & AsyncDisposable

type Source = {
  /** Throws why there are none. */
  readonly open: () => Promise<OpenedTools>
  /** Told after others took the place of those before. */
  readonly onReplaced: () => void
}

type Held = { readonly opened: OpenedTools; users: number }

export function currentTools(first: OpenedTools, { open, onReplaced }: Source): CurrentTools {
  let held: Held = { opened: first, users: 0 }
  /** With those that calls are under way with. */
  const all = new Set([held])
  let last: Promise<unknown> = Promise.resolve()

  /** One after the other, so that a change is read once. */
  function take(): Promise<Held> {
    const mine = last.then(async () => {
      if (!held.opened.isCurrent()) await replace()
      held.users += 1
      return held
    })
    last = mine.catch(() => undefined)
    return mine
  }

  async function replace(): Promise<void> {
    const before = held
    held = { opened: await open(), users: 0 }
    all.add(held)
    onReplaced()
    if (before.users === 0) await close(before)
  }

  async function close(one: Held): Promise<void> {
    all.delete(one)
    await one.opened[Symbol.asyncDispose]()
  }

  async function use<Result>(act: (tools: Tools) => Promise<Result>): Promise<Result> {
    const one = await take()
    try {
      return await act(one.opened.tools)
    } finally {
      one.users -= 1
      if (one.users === 0 && one !== held) await close(one)
    }
  }

  return {
    list: () => use((tools) => tools.list()),
    async call(name, given, signal) {
      try {
        return await use((tools) => tools.call(name, given, signal))
      } catch (error) {
        throwDefect(error)
        return failureOf(name, error)
      }
    },
    async idle() {
      await last
      await Promise.all([...all].map(({ opened }) => opened.tools.idle()))
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...all].map(close))
    },
  }
}
