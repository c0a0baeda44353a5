// Finds the plugins of folders: all at once, each with its own end, so that a file which hangs, lies or cannot be executed takes
// nothing from the others. Answers THREATS.md: what is not proven is shown, and not run, not even to ask what it can do.
import type { PluginDirectory } from '../../../config/model/config.ts'
import type { Digest } from '../../../schemas/digest.ts'
import type { CodedError } from '../../../schemas/errors.ts'
import { coded, throwDefect } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import { inParallel } from '../../../system/async/limit.ts'
import type { PluginFile } from './directory.ts'
import { pluginFilesIn } from './directory.ts'
import type { FoundProgram, Proof, TakenNames } from './found-plugin.ts'
import { takeName } from './found-plugin.ts'
import type { LearnFacts } from './learn-capabilities.ts'
import { learnCapabilities } from './learn-capabilities.ts'
import type { OpenedFile } from './open-file.ts'
import { openPluginFile } from './open-file.ts'

type DiscoverFacts = LearnFacts & { readonly taken?: TakenNames }

const AT_ONCE = 8

/** In the order of the folders and of the paths in each. Throws what a folder that cannot be read is refused with. */
export async function discoverPlugins(
  directories: readonly PluginDirectory[],
  facts: DiscoverFacts,
): Promise<readonly FoundProgram[]> {
  const files = directories.flatMap((directory) => pluginFilesIn(directory.path).map((file) => ({ file, directory })))
  const { taken = new Map() } = facts
  return inParallel(files, AT_ONCE, (one) => look(one, { ...facts, taken }))
}

type Asked = { readonly file: PluginFile; readonly directory: PluginDirectory }
/** `taken`: names of those before it that are proven; what is not takes none from them. */
type Looking = LearnFacts & { readonly taken: TakenNames }

/** Decides on the name before it waits for anything, so that the order of the files counts. */
async function look({ file, directory }: Asked, facts: Looking): Promise<FoundProgram> {
  const { name, path } = file
  const origin = { kind: 'folder', directory: directory.path, path } as const
  let seen: { readonly proof: Proof; readonly digest?: Digest } = { proof: 'none' }
  try {
    using opened = openPluginFile(file, facts.knowledge)
    const { digest } = opened
    seen = { proof: proofOf(digest, directory), digest }
    if (seen.proof === 'none') throw unproven(file, digest, directory)
    takeName(name, origin, facts.taken)
    const capabilities = await learnCapabilities({ name, identity: digest, open: () => opened }, facts)
    // Those of a folder are for all that lies there: each is given what it wants.
    const configurations = directory.configurations?.filter(({ type }) => capabilities.configTypes.includes(type)) ?? []
    const open = () => openAgain(file, digest, facts)
    return { name, origin, ...seen, state: 'usable', plugin: { name, capabilities, configurations, open } }
  } catch (error) {
    throwDefect(error)
    return { name, origin, ...seen, state: 'refused', error }
  }
}

function proofOf(digest: Digest, { isTrusted, digests }: PluginDirectory): Proof {
  if (digests.includes(digest)) return 'digest'
  return isTrusted ? 'folder' : 'none'
}

/** What runs is what was found; throws DIGEST_MISMATCH where the file was changed since. */
function openAgain(file: PluginFile, digest: Digest, { knowledge }: LearnFacts): OpenedFile {
  const opened = openPluginFile(file, knowledge)
  if (opened.digest === digest) return opened
  opened[Symbol.dispose]()
  throw coded('DIGEST_MISMATCH', {
    message: `plugin ${quote(file.name)} is another program than the one that was found: expected ${quote(digest)}, found ${quote(opened.digest)}`,
    details: { plugin: file.name, path: file.path, expected: digest, found: opened.digest },
    hint: 'look what it is now: `octo plugin ls`',
  })
}

function unproven({ name, path }: PluginFile, digest: Digest, directory: PluginDirectory): CodedError {
  return coded('PLUGIN_UNPROVEN', {
    message: `plugin ${quote(name)} of folder ${quote(directory.path)} is not run, as nothing proves it`,
    details: { plugin: name, path, digest },
    hint: `write it below \`operator.pluginDirectories\`: \`{path: ${directory.path}, digests: [${digest}]}\`, or \`trust: unsigned\` for all that lies there`,
  })
}
