// What an author wants done at the end: in the order in which it was given, each whatever became of the others, and all in one deadline.
import { boundedSignal } from '../deadline.ts'
import type { Log } from './log.ts'

export type CleanUp = (context: {
  /** Aborted when the time is up: the plugin then ends all the same. */
  readonly signal: AbortSignal
  readonly log: Log
}) => unknown

// allow(dead-export): the test adds up what ending a plugin may take
export const CLEAN_UP_MS = 3000

type CleanUps = {
  readonly cleanup?: CleanUp | readonly CleanUp[] | undefined
  readonly limits?: { readonly cleanUpMs?: number } | undefined
}

export async function cleanUp({ cleanup = [], limits }: CleanUps, log: Log): Promise<void> {
  using bound = boundedSignal(new AbortController().signal, limits?.cleanUpMs ?? CLEAN_UP_MS)
  const { promise: late, resolve } = Promise.withResolvers<'late'>()
  bound.signal.addEventListener('abort', () => resolve('late'), { once: true })
  for (const each of [cleanup].flat()) {
    const done = attempt(each, { signal: bound.signal, log })
    if ((await Promise.race([done, late])) !== 'late') continue
    log.warn('clean-up took too long and was given up')
    return
  }
}

async function attempt(each: CleanUp, context: Parameters<CleanUp>[0]): Promise<void> {
  try {
    await each(context)
  } catch (error) {
    context.log.error('clean-up failed', { error })
  }
}
