// The door for programs of services that are no plugins: brought or made once, proven each time, and noted as in use so that
// nobody collects them.
import { basename, join } from 'node:path'
import type { ProgramSource } from '../../config/model/program-source.ts'
import { syncFolders } from '../../system/files/sync.ts'
import { takeLock } from '../../system/process-lock.ts'
import type { ClientContext } from '../context.ts'
import type { ProgramDefaults, ProvenProgram, WantedProgram } from '../proven-program.ts'
import { requireGood, requireOwnPlaces } from '../store/check.ts'
import { STORE_DISK } from '../store/disk.ts'
import { noteProgram } from '../store/known-programs.ts'
import type { BroughtProgram } from './kept-program.ts'

const NO_DEFAULTS: ProgramDefaults = { entry: [], words: [], environment: {} }

/** Throws why it cannot be had, or may not be run. */
export async function provideProgram(wanted: WantedProgram, context: ClientContext): Promise<ProvenProgram> {
  const { layout, report } = context
  using _lock = await takeLock({
    path: layout.storeLock,
    mode: 'shared',
    subject: 'the store',
    ...STORE_DISK,
    onWait: report.info,
  })
  const brought = await bringFrom(wanted.source, wanted.service, context)
  const { stored, files, origin, defaults = NO_DEFAULTS } = brought
  syncFolders([layout.blobs, layout.trees], STORE_DISK)
  noteProgram(layout, { project: context.lockPath, service: wanted.service, digest: stored.digest, origin })
  const name = `program of service ${wanted.service}`
  return {
    ...defaults,
    origin,
    digest: stored.digest,
    path: join(layout.tree(stored.key), stored.executable),
    argv0: argv0Of(stored.executable, wanted.service),
    recheck() {
      requireGood(layout, stored, { name, files })
      requireOwnPlaces({ name, files })
    },
  }
}

/** Each kind loads what it needs. */
async function bringFrom(source: ProgramSource, service: string, context: ClientContext): Promise<BroughtProgram> {
  switch (source.kind) {
    case 'binary': {
      const { provideAddressed } = await import('./address-program.ts')
      return provideAddressed(source, service, context)
    }
    case 'image': {
      const { provideFromImage } = await import('./image/image-program.ts')
      return provideFromImage(source, service, context)
    }
    case 'source': {
      const { provideBuilt } = await import('./build/built-program.ts')
      return provideBuilt(source, service, context)
    }
  }
}

/** A name with `-` before it makes shells log in. */
function argv0Of(executable: string, service: string): string {
  const own = basename(executable)
  return own.startsWith('-') ? service : own
}
