// What is kept of notifications, in one file of the folder that only its user enters: written anew after each change, one write
// after the other, so that a message that was not delivered is found by the next process under the same id.
import { randomBytes } from 'node:crypto'
import { messageOf } from '../../schemas/errors.ts'
import { parseJson } from '../../schemas/json.ts'
import { parseShape } from '../../schemas/shape.ts'
import { readIfThere, replaceFile } from '../../system/files/atomic-file.ts'
import { fitState } from './fit-state.ts'
import type { State } from './state.ts'
import { newState, stateShape } from './state.ts'

const MAX_BYTES = 4 * 1024 * 1024

/** A new one where there is none, or none that can be read; then `problem` says why. */
export function readState(path: string): { readonly state: State; readonly problem?: string } {
  try {
    const text = readIfThere(path)
    if (text === undefined) return { state: begun() }
    return { state: parseShape(stateShape, parseJson(text, path, MAX_BYTES), { name: 'state of notifications' }) }
  } catch (error) {
    const why = messageOf(error)
    return { state: begun(), problem: `what was not told before cannot be read: ${why}` }
  }
}

function begun(): State {
  return newState(randomBytes(6).toString('hex'))
}

type Keeper = {
  /** Resolves when this state, or a later one, is on disk or cannot be written. Never throws. */
  keep(state: State): Promise<void>
}

export function openKeeper(path: string, onProblem: (problem: string) => void): Keeper {
  let wanted: State | undefined
  let writing: Promise<void> | undefined
  /** What is wrong now, and was said; another thing is said beside it. */
  let told: 'dropped' | 'lost' | undefined

  async function writeAll(): Promise<void> {
    while (wanted) {
      const state = wanted
      wanted = undefined
      try {
        const { state: fitting, dropped } = fitState(state, MAX_BYTES)
        await replaceFile(path, JSON.stringify(fitting), { mode: 0o600 })
        if (dropped > 0 && told !== 'dropped')
          onProblem(`the oldest ${dropped} of what is watched are not kept: more than ${MAX_BYTES} bytes`)
        told = dropped > 0 ? 'dropped' : undefined
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? String(error)
        if (told !== 'lost') onProblem(`what is to be told cannot be kept, and is lost with this process: ${code}`)
        told = 'lost'
      }
    }
    writing = undefined
  }

  return {
    keep(state) {
      wanted = state
      writing ??= writeAll()
      return writing
    },
  }
}
