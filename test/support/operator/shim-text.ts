// Texts that octo takes for shims, long enough to be found half written.

/** One of two, in turn. */
export function shimText(turn: number): string {
  const letter = turn % 2 === 0 ? 'a' : 'b'
  return `#!/bin/sh\n# octo shim v1: ${letter}\n${`# ${letter.repeat(100)}\n`.repeat(500)}exit 0\n`
}
