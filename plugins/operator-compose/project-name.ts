// A name that every program takes for a project: Compose 2 refuses others, Compose 1 drops characters, and two projects
// would become one.
import { createHash } from 'node:crypto'

const SAFE = /^[a-z0-9][a-z0-9_]{0,62}$/

/** The name itself where all take it; else its letters and digits, with a digest of the whole. */
export function projectName(name: string): string {
  if (SAFE.test(name)) return name
  const letters = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8)
  return `${letters.slice(0, 50) || 'project'}_${digest}`
}
