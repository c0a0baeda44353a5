// How the program of a service ended, and how that is said.

/** How a program ended; nobody can say it of one whose parent was not there. That is never taken for a success. */
export type End = (
  | { readonly kind: 'code'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: string }
  | {
      readonly kind: 'unknown'
      /** A supervisor saw it go that had not started it, and is not told how. */
      readonly wasSeen?: true
    }
) & {
  /** Processes of this run that the system ended for lack of memory, where it says so. */
  readonly oomKills?: number
}

export function endInWords(end: End): string {
  return end.oomKills === undefined ? howItEnded(end) : `${howItEnded(end)}, ${forLackOfMemory(end.oomKills)}`
}

function forLackOfMemory(kills: number): string {
  const what = kills === 1 ? 'a process of it' : `${kills} processes of it`
  return `after the system had ended ${what} for lack of memory`
}

function howItEnded(end: End): string {
  switch (end.kind) {
    case 'code':
      return `exited with ${end.code}`
    case 'signal':
      return `ended by ${end.signal}`
    case 'unknown':
      return `ended in an unknown way, ${end.wasSeen ? 'as an earlier supervisor had started it' : 'while nobody watched'}`
  }
}
