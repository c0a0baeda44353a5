// Where the tree differs from what it should be, noted as writes that would put it right.
import { lstat, rm } from 'node:fs/promises'
import { relative } from 'node:path'
import type { Staging } from './staging.ts'

export type Finding = {
  readonly kind: 'missing' | 'different' | 'extra'
  /** Path under the tree root. */
  readonly path: string
}

/** A staging that notes each change and passes it on only when it repairs. */
export function recordingStaging(
  staging: Staging,
  { root, repair }: { readonly root: string; readonly repair: boolean },
): { readonly staging: Staging; readonly findings: ReadonlyMap<string, Finding> } {
  const findings = new Map<string, Finding>()

  async function note(target: string, isRemoval: boolean): Promise<void> {
    const path = relative(root, target).split('\\').join('/')
    const wasThere = findings.has(path) || (await lstat(target).catch(() => undefined)) !== undefined
    if (isRemoval && wasThere) findings.set(path, { kind: 'extra', path })
    if (!isRemoval) findings.set(path, { kind: wasThere ? 'different' : 'missing', path })
  }

  return {
    findings,
    staging: {
      ...staging,
      async write(target, bytes, changedAt) {
        await note(target, false)
        if (repair) await staging.write(target, bytes, changedAt)
      },
      async move(staged, target) {
        await note(target, false)
        if (repair) await staging.move(staged, target)
        else await rm(staged, { recursive: true, force: true })
      },
      async remove(target) {
        await note(target, true)
        if (repair) await staging.remove(target)
      },
    },
  }
}
