// What is said of a plugin that nobody can begin to use: every version of it was withdrawn.
import type { PluginDocument } from '../../../schemas/plugin-document.ts'

/** Said before all else that is shown of it. */
export function withdrawnNote({ versions, pages = [] }: PluginDocument): string | undefined {
  if (versions.some(({ state }) => state === 'active')) return undefined
  const [only, another] = versions
  if (!only) return undefined
  const isOnly = another === undefined && pages.length === 0
  const which = isOnly ? `its only version ${only.version} is` : `all ${versions.length} versions listed here are`
  const states = [...new Set(versions.map(({ state }) => state))].join(' or ')
  return states === 'quarantined'
    ? `${which} quarantined: nothing of it can be installed or locked`
    : `${which} ${states}: no new install chooses one, what is locked is still ${states === 'yanked' ? 'served' : 'served unless quarantined'}`
}
