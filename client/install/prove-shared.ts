// Is an artifact in the store of all users as it should be? The same proof as for the own store; whatever goes wrong there is said,
// and the own store is used.
import { coded, isCoded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { ReleaseArtifact } from '../../schemas/release-statement.ts'
import { readPieces } from '../../system/files/read-pieces.ts'
import type { DownloadSink } from '../../system/http/download.ts'
import type { ClientContext } from '../context.ts'
import { statOf } from '../store/identity.ts'
import type { StoredFile } from '../store/stored-artifact.ts'
import type { WantedArtifact } from './prove-stored.ts'
import { proveStored } from './prove-stored.ts'

type Context = Pick<ClientContext, 'shared' | 'report'>
type Wanted = WantedArtifact & { readonly name: string }

/** Its files, where the shared store has it whole and nobody else can change it. Throws what trust/ throws of the promised bytes. */
export async function proveShared(
  wanted: Wanted,
  { shared, report }: Context,
): Promise<readonly StoredFile[] | undefined> {
  if (!shared) return undefined
  try {
    const { health, files } = await proveStored(wanted, shared)
    if (health.state === 'corrupt') passOver(wanted, health.problem, report)
    return files && health.state === 'good' ? files : undefined
  } catch (error) {
    // Whoever looks after it may be cleaning it just now.
    if (isCoded(error)) throw error
    passOver(wanted, `it cannot be read: ${reasonOf(error)}`, report)
    return undefined
  }
}

/** The bytes of an artifact that was not unpacked there, or not well; false where they are not there. They are still to be proven. */
export async function copyShared(
  { digest, size }: ReleaseArtifact,
  sink: DownloadSink,
  { shared }: Context,
): Promise<boolean> {
  const path = shared?.blob(digest)
  if (path === undefined || statOf(path)?.size !== BigInt(size)) return false
  sink.restart({ url: path })
  for await (const chunk of readPieces(path)) {
    if (sink.size + chunk.length > size) throw grown(path)
    sink.write(chunk)
  }
  return true
}

function passOver({ name }: Wanted, problem: string, { warn }: Context['report']): void {
  warn?.(`${quote(name)} in the shared store is passed over: ${problem}`)
}

function reasonOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error)
}

function grown(path: string): Error {
  return coded('DIGEST_MISMATCH', { message: `${quote(path)} grew while it was copied`, details: { path } })
}
