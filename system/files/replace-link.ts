// A link that leads elsewhere from one moment to the next: made beside its place, and renamed over what is there.
import { renameSync, rmSync, symlinkSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { stagedPath } from './staged-file.ts'

type Staging = {
  /** Folder on the same file system for the unfinished link, when not beside it. */
  readonly staging?: string
  /** What its name begins with. */
  readonly name?: string
}

/** Throws what the system throws, and leaves nothing of its own; then what was there is there. */
export function replaceLink(link: string, target: string, { staging, name }: Staging = {}): void {
  const staged = stagedPath(staging ?? dirname(link), name ?? `.${basename(link)}`)
  try {
    symlinkSync(target, staged)
    renameSync(staged, link)
  } catch (error) {
    rmSync(staged, { force: true })
    throw error
  }
}
