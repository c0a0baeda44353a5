// Takes the secrets that services have now out of the lines of their logs, where `octo logs` shows them. What the service had before,
// and what it has no more, nobody knows.

import { openHiding } from '../../hiding.ts'
import type { Places } from '../project/places.ts'
import { secretsOfAll } from './secret-folders.ts'

/** While somebody follows, secrets change. */
const LOOK_MS = 1000

export function hideInLogs(places: Places): (line: string) => string {
  const hiding = openHiding()
  let lookedAt = Number.NEGATIVE_INFINITY
  return (line) => {
    if (performance.now() - lookedAt >= LOOK_MS) {
      lookedAt = performance.now()
      for (const secrets of secretsOfAll(places).values()) hiding.add(Object.values(secrets))
    }
    return hiding.hide(line)
  }
}
