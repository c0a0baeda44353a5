// Is the process alive, and can it do its work? The first never touches the database; the second asks it.
import type { RegistryServices } from '../../context.ts'
import type { Handler } from '../http/env.ts'

const NO_STORE = { 'Cache-Control': 'no-store' }

export const livezRoute: Handler = (c) => c.json({ status: 'alive' }, 200, NO_STORE)

export function readyzRoute({ metadata, refusal }: RegistryServices): Handler {
  return async (c) => {
    const error = refusal()
    if (error) throw error
    await metadata.upkeep.ping()
    return c.json({ status: 'ready' }, 200, NO_STORE)
  }
}
