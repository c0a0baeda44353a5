// Service plugins of repos: those that the config pins, whose proven release says that they speak OCM's protocol. They are locked,
// proven and installed as all plugins are, and asked what they can do only then.
import { relative } from 'node:path'
import type { Client, PluginOutcome, VerifiedExecutable } from '../../../client/index.ts'
import type { PluginPin, PluginRequest } from '../../../config/model/config.ts'
import type { Digest } from '../../../schemas/digest.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { throwDefect } from '../../../schemas/errors.ts'
import type { ReleasedManifest } from '../../../schemas/manifest.ts'
import type { Settled } from '../../../system/async/limit.ts'
import { inParallel } from '../../../system/async/limit.ts'
import { programAt, thisMachine } from '../../exec/executable.ts'
import { requireRuntimeVersion } from '../../exec/runtime-version.ts'
import type { OpenedProgram } from '../plugin.ts'
import type { FoundProgram, Proof, TakenNames } from './found-plugin.ts'
import { takeName } from './found-plugin.ts'
import type { LearnFacts } from './learn-capabilities.ts'
import { learnCapabilities } from './learn-capabilities.ts'

/** Whoever has the plugins: a session of the operator. */
type PluginSource = {
  readonly client: Pick<Client, 'manifests' | 'locate'>
  provide(requests: readonly PluginRequest[]): Promise<readonly PluginOutcome[]>
}

type StoredFacts = LearnFacts & { readonly taken: TakenNames }

const AT_ONCE = 8

/** In the order of the pins. One that cannot be had has its reason, and takes nothing from the others. */
export async function discoverStored(
  pins: readonly PluginPin[],
  source: PluginSource,
  facts: StoredFacts,
): Promise<readonly FoundProgram[]> {
  const manifests = await source.client.manifests(pins)
  const speaking = pins.filter((_, index) => speaksOcm(manifests[index]))
  const provided = speaking.length > 0 ? await source.provide(speaking) : []
  const asked = pins.flatMap((pin, index): readonly Asked[] => {
    const manifest = manifests[index]
    const outcome = manifest?.state === 'failed' ? manifest : provided[speaking.indexOf(pin)]
    return outcome ? [{ pin, outcome }] : []
  })
  return inParallel(asked, AT_ONCE, (one) => look(one, source, facts))
}

function speaksOcm(manifest: Settled<ReleasedManifest> | undefined): boolean {
  return manifest?.state === 'done' && manifest.value.protocol === 'ocm'
}

type Asked = { readonly pin: PluginPin; readonly outcome: PluginOutcome }

async function look({ pin, outcome }: Asked, source: PluginSource, facts: StoredFacts): Promise<FoundProgram> {
  const { plugin: name, repo, configurations } = pin
  if (outcome.state === 'failed')
    return {
      name,
      origin: { kind: 'repo', ...(repo ? { repo } : {}) },
      proof: 'none',
      state: 'refused',
      error: outcome.error,
    }
  const executable = outcome.value
  const { version, signer, digest } = executable
  const origin = { kind: 'repo', repo: executable.repo, version, signer } as const
  const proof: Proof = signer === 'pinned' ? 'digest' : 'signature'
  const seen = { name, origin, proof, digest }
  const open = () => openProgram(executable, source)
  try {
    takeName(name, origin, facts.taken)
    const capabilities = await learnCapabilities({ name, identity: identityOf(executable), open }, facts)
    return {
      ...seen,
      state: 'usable',
      plugin: { name, capabilities, ...(configurations ? { configurations } : {}), open },
    }
  } catch (error) {
    throwDefect(error)
    return { ...seen, state: 'refused', error }
  }
}

/** Two releases may run other files of the same artifact, or run it otherwise. */
function identityOf({ digest, path, root, runtime, argv0 }: VerifiedExecutable): Digest {
  return digestOf(JSON.stringify(['plugin of a repo', digest, relative(root, path), runtime ?? null, argv0]))
}

/** Throws STORE_CORRUPT or PROGRAM_UNSAFE for files that are not what was proven, and what cannot be started here. */
function openProgram(executable: VerifiedExecutable, { client }: PluginSource): OpenedProgram {
  const { plugin, path, root, runtime, argv0 } = client.locate(executable)
  const subject = { plugin, path, argv0, ...(runtime ? { runtime } : {}) }
  const program = programAt(subject, thisMachine(requireRuntimeVersion))
  const { file, leading } = program
  const digest = identityOf(executable)
  return { file, leading, argv0: program.argv0 ?? file, root, digest, [Symbol.dispose]: () => undefined }
}
