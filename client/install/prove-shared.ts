// Is an artifact in the store of all users as it should be? The same proof as for the own store; whatever goes wrong there is said,
// and the own store is used.
import { isCoded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { ClientContext } from '../context.ts'
import type { Layout } from '../store/layout.ts'
import type { StoredFile } from '../store/stored-artifact.ts'
import type { WantedArtifact } from './prove-stored.ts'
import { proveStored } from './prove-stored.ts'

type InShared = {
  readonly layout: Layout
  /** What is run there; undefined where its bytes alone are right, which are copied then. */
  readonly files: readonly StoredFile[] | undefined
}

type Context = Pick<ClientContext, 'shared' | 'report'>
type Wanted = WantedArtifact & { readonly name: string }

/** Undefined where the shared store does not have its bytes. Throws what trust/ throws of the promised bytes. */
export async function proveShared(wanted: Wanted, { shared, report }: Context): Promise<InShared | undefined> {
  if (!shared) return undefined
  try {
    const { health, files } = await proveStored(wanted, shared)
    if (health.state === 'corrupt') passOver(wanted, health.problem, report)
    return files && { layout: shared, files: health.state === 'good' ? files : undefined }
  } catch (error) {
    // Whoever looks after it may be cleaning it just now.
    if (isCoded(error)) throw error
    passOver(wanted, `it cannot be read: ${reasonOf(error)}`, report)
    return undefined
  }
}

function passOver({ name }: Wanted, problem: string, { warn }: Context['report']): void {
  warn?.(`${quote(name)} in the shared store is passed over: ${problem}`)
}

function reasonOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error)
}
