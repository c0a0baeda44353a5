// A program of a service in the store, and what the sources of programs say of it.
import type { ProgramDefaults } from '../proven-program.ts'
import type { StoredArtifact, StoredFile } from '../store/stored-artifact.ts'

/** A program in the store. */
export type KeptProgram = {
  readonly stored: StoredArtifact
  readonly files: readonly StoredFile[]
}

/** What one kind of source gives. */
export type BroughtProgram = KeptProgram & {
  readonly origin: string
  readonly defaults?: ProgramDefaults
}
