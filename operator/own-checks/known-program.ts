// Which plugins octo runs without a process: those whose proven program is, byte for byte, one that octo brings itself. What
// octo brings is known by digests that its build wrote into it; sources know of none, and start everything.
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import type { VerifiedExecutable } from '../../client/index.ts'
import { throwDefect } from '../../schemas/errors.ts'
import { programOf, thisMachine } from '../exec/executable.ts'
import { requireRuntimeVersion } from '../exec/runtime-version.ts'

/** A program whose bytes were compared. */
export type KnownProgram = { readonly plugin: string; readonly digest: string; readonly text: string }

/** SHA-256 in hex of each program that octo brings. */
export type KnownDigests = ReadonlySet<string>

/** Written into the bundle by its build. */
declare const OCTO_OWN_CHECKS: readonly string[] | undefined

const MAX_BYTES = 1024 * 1024

export function knownDigests(): KnownDigests {
  return new Set(typeof OCTO_OWN_CHECKS === 'undefined' ? [] : OCTO_OWN_CHECKS)
}

/** Undefined for what has to be started. The file was checked right before. */
export function recogniseProgram(executable: VerifiedExecutable, digests: KnownDigests): KnownProgram | undefined {
  const { plugin, path, runtime, manifest } = executable
  if (digests.size === 0 || runtime?.name !== 'node' || manifest.output !== 'check/v1') return undefined
  if (!isStartable(executable) || statSync(path).size > MAX_BYTES) return undefined
  const bytes = readFileSync(path)
  const digest = createHash('sha256').update(bytes).digest('hex')
  return digests.has(digest) ? { plugin, digest, text: bytes.toString('utf8') } : undefined
}

/** Whoever starts it says why not. */
function isStartable(executable: VerifiedExecutable): boolean {
  try {
    programOf(executable, thisMachine(requireRuntimeVersion))
    return true
  } catch (error) {
    throwDefect(error)
    return false
  }
}
