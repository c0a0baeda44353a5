// What has come, on its way into the store: size and digest while it comes, then archive rules and platform header, then visible.
// Whatever is not proven leaves nothing that could be executed.
import type { Platform } from '../../schemas/platform.ts'
import type { ReleaseArtifact } from '../../schemas/release-statement.ts'
import { readPieces } from '../../system/files/read-pieces.ts'
import type { DownloadOrigin, DownloadSink } from '../../system/http/download.ts'
import { createDigestGate } from '../../trust/artifact/digest-gate.ts'
import { inspectArtifact } from '../../trust/artifact/inspect-artifact.ts'
import type { ProgramNeeds } from '../../trust/artifact/program/check-program.ts'
import { proveRawArtifact } from '../../trust/artifact/raw-artifact.ts'
import type { Layout } from '../store/layout.ts'
import type { Part } from '../store/parts.ts'
import type { StoredFile } from '../store/stored-artifact.ts'
import { storedArtifact, withPlaces } from '../store/stored-artifact.ts'
import { linkRaw, stageTree } from '../store/unpacked.ts'

export type Promised = {
  readonly platform: Platform
  /** From a proven release. */
  readonly artifact: ReleaseArtifact
  /** For repos with `trust: unsigned`: archives as tar programs write them by themselves. */
  readonly lenient?: boolean
}

type Admitted = { readonly wanted: Promised; readonly layout: Layout }

/** What has come becomes part of the store, once it is proven. */
export async function admit(part: Part, sink: Sink, { wanted, layout }: Admitted): Promise<readonly StoredFile[]> {
  const program = sink.finish()
  if (program) {
    await part.commit(0o555)
    return linkProven(wanted, layout, program)
  }
  return await unpack(wanted, layout, { path: part.path, commit: () => part.commit(0o444) })
}

type ProvenFile = { readonly path: string; readonly commit: () => Promise<void> }

/** Everything is looked at before the bytes become a blob; then the blob, then what is executed. */
export async function unpack(
  wanted: Promised,
  layout: Layout,
  { path, commit }: ProvenFile,
): Promise<readonly StoredFile[]> {
  const { artifact, platform, lenient = false } = wanted
  const stored = storedArtifact(artifact, platform)
  if (artifact.format === 'raw') {
    const { needs } = await inspectArtifact({ chunks: readPieces(path), artifact, platform })
    await commit()
    return linkProven(wanted, layout, needs)
  }
  const tree = stageTree(layout, stored)
  try {
    const inspection = { chunks: readPieces(path), artifact, platform, onFile: tree.onFile, lenient }
    const { places } = await inspectArtifact(inspection)
    await commit()
    return withPlaces(tree.publish(), places)
  } catch (error) {
    tree.discard()
    throw error
  }
}

/** The blob of a raw artifact is the program itself. */
function linkProven({ artifact, platform }: Promised, layout: Layout, { places }: ProgramNeeds): readonly StoredFile[] {
  const stored = storedArtifact(artifact, platform)
  return withPlaces(linkRaw(layout, stored), new Map(places.length > 0 ? [[artifact.executable, places]] : []))
}

type Sink = DownloadSink & { size: number; origin: DownloadOrigin | undefined } & Pick<Proof, 'finish'>

/** Feeds the part and its proof alike, what was downloaded earlier included. */
export async function openSink(part: Part, wanted: Promised, advance: (bytes: number) => void): Promise<Sink> {
  const { artifact } = wanted
  let proof = openProof(wanted)
  const sink: Sink = {
    size: 0,
    origin: part.origin,
    restart(origin) {
      part.restart(origin)
      proof = openProof(wanted)
      sink.size = 0
      sink.origin = origin
    },
    write(chunk) {
      proof.update(chunk)
      part.write(chunk)
      sink.size += chunk.length
      advance(chunk.length)
    },
    finish: () => proof.finish(),
  }
  if (part.size > artifact.size) return sink
  for await (const chunk of part.existing()) {
    proof.update(chunk)
    sink.size += chunk.length
    advance(chunk.length)
  }
  return sink
}

type Proof = {
  update(chunk: Uint8Array): void
  /** Afterwards the bytes are the promised ones; of a raw artifact, which is one program, also that it may be run. */
  finish(): ProgramNeeds | undefined
}

function openProof({ artifact, platform }: Promised): Proof {
  if (artifact.format === 'raw') return proveRawArtifact(artifact, platform)
  const { update, finish } = createDigestGate(artifact, artifact.file)
  return {
    update,
    finish() {
      finish()
      return undefined
    },
  }
}
