// What the launcher compares: the state of every file and folder that a bundle was made of, taken before it was read, so
// that a change in the middle of a build makes the bundle one of older sources.
import { dirname, relative } from 'node:path'
import { stateOf } from '../../bin/bundle.js'

export type SourceStates = {
  /** Remembers a file or folder as it is now, when it was not noted before. */
  note(path: string): void
  /** Remembers a file together with its folder, which changes with every name in it. */
  noteSource(path: string): void
  toJSON(): string
}

export function sourceStates(root: string): SourceStates {
  const states = new Map<string, readonly number[]>()
  const note = (path: string) => {
    const place = relative(root, path).replaceAll('\\', '/')
    // The folder of the checkout itself changes with every file that somebody leaves there.
    if (place !== '' && !states.has(place)) states.set(place, stateOf(path) ?? [])
  }
  return {
    note,
    noteSource(path) {
      note(dirname(path))
      note(path)
    },
    toJSON: () => JSON.stringify([...states].map(([place, state]) => [place, ...state])),
  }
}
