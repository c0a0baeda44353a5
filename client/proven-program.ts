// The program of a service that comes from an address, an image or source, once it was proven: what the config names by a digest,
// or what was made here from what it names.
import type { ProgramSource } from '../config/model/program-source.ts'
import type { Digest } from '../schemas/digest.ts'

export type WantedProgram = {
  /** Whose program it is. */
  readonly service: string
  readonly source: ProgramSource
}

/** What an image says of how its program is started. */
export type ProgramDefaults = {
  /** Words that always come first. */
  readonly entry: readonly string[]
  /** Words where nobody says others. */
  readonly words: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

export type ProvenProgram = ProgramDefaults & {
  /** For people: an address, an image, or a repository and its commit. */
  readonly origin: string
  /** Of the archive or file that was proven. */
  readonly digest: Digest
  /** Absolute path of what is executed. Read-only, in the store. */
  readonly path: string
  readonly argv0: string
  /** Re-checks the files right before they are executed; throws STORE_CORRUPT or PROGRAM_UNSAFE. */
  recheck(): void
}
