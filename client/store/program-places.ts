// Who may write where a program loads code from: its loader and the folders of its libraries, as they are on this machine now.
// What these may be called is asked once, when the program is proven. Light: a warm run loads it.
import type { PathProblem } from '../../system/files/owned-path.ts'
import { problemOfSearchedPlace } from '../../system/files/owned-path.ts'

type PlaceProblem = { readonly looksIn: string; readonly found: PathProblem }

/** The first place that others than root and this user could fill; undefined when there is none. */
export function problemOfPlaces(lists: readonly (readonly string[] | undefined)[]): PlaceProblem | undefined {
  for (const looksIn of new Set(lists.flatMap((places) => places ?? []))) {
    const found = problemOfSearchedPlace(looksIn)
    if (found) return { looksIn, found }
  }
  return undefined
}
