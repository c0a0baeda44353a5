// The door for the bytes of a `raw` artifact, one file, as they come: whoever receives them writes each chunk down and need not
// read them again. Asks what inspect-artifact.ts asks, in the same order.
import type { Platform } from '../../schemas/platform.ts'
import type { ReleaseArtifact } from '../../schemas/release-statement.ts'
import { createDigestGate } from './digest-gate.ts'
import type { ProgramNeeds } from './program/check-program.ts'
import { watchPatiently } from './program/patient-watch.ts'

type RawProof = {
  /** Throws SIZE_MISMATCH with the first byte too many. */
  update(chunk: Uint8Array): void
  /**
   * Throws SIZE_MISMATCH, DIGEST_MISMATCH, PLATFORM_MISMATCH or PROGRAM_UNSAFE; afterwards the chunks are the artifact that a
   * proven release describes for this platform.
   */
  finish(): ProgramNeeds
}

export function proveRawArtifact(artifact: ReleaseArtifact, platform: Platform): RawProof {
  const { file, executable, runtime } = artifact
  const gate = createDigestGate(artifact, file)
  const watch = watchPatiently({ name: file, path: executable, executable, startable: true, platform, runtime })
  return {
    update(chunk) {
      gate.update(chunk)
      watch.push(chunk)
    },
    finish() {
      gate.finish()
      const end = watch.end()
      if ('problem' in end) throw end.problem
      return end.needs
    },
  }
}
