// Whether an older octo reads what a newer one may have written by now. Store, registry data and journals say their own numbers when
// they are opened; here they are compared before anything is switched.
import { coded } from '../../schemas/errors.ts'
import type { PackageMarker } from '../../schemas/installation.ts'
import type { LayoutName } from '../../schemas/layout-versions.ts'

const SUBJECTS: Readonly<Record<LayoutName, string>> = {
  store: 'the store of plugins',
  registry: 'the data of a registry',
  journal: 'the journal of running services',
}

/** Throws LAYOUT_NEWER. What says nothing of its layouts is not believed to read those of another. */
export function requireLayouts(now: PackageMarker, older: PackageMarker): void {
  const names = Object.keys(SUBJECTS) as LayoutName[]
  const found = names.find((name) => (now.layouts?.[name] ?? Number.POSITIVE_INFINITY) > (older.layouts?.[name] ?? -1))
  if (!found) return
  const [writes, reads] = [now.layouts?.[found], older.layouts?.[found]]
  throw coded('LAYOUT_NEWER', {
    message: `octo ${older.version} may not read ${SUBJECTS[found]}: octo ${now.version} writes layout ${writes ?? 'unknown'}, and it reads up to ${reads ?? 'unknown'}`,
    details: { layout: found, from: now.version, to: older.version, writes: writes ?? null, reads: reads ?? null },
    hint: 'restore what the older one reads from a backup of its time, and add `--accept-layouts`',
  })
}
