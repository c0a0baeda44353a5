// Finds the plugins of folders: all at once, each with its own end, so that a file which hangs, lies or cannot be executed takes
// nothing from the others. Answers THREATS.md: what is not proven is shown, and not run, not even to ask what it can do.
import type { PluginDirectory } from '../../config/model/config.ts'
import type { Capabilities } from '../../schemas/contract/ocm/capabilities.ts'
import { parseCapabilities } from '../../schemas/contract/ocm/capabilities.ts'
import type { Digest } from '../../schemas/digest.ts'
import type { CodedError } from '../../schemas/errors.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { inParallel } from '../../system/async/limit.ts'
import type { PluginFile } from './directory.ts'
import { pluginFilesIn } from './directory.ts'
import type { Knowledge } from './known-files.ts'
import type { OpenedFile } from './open-file.ts'
import { openPluginFile } from './open-file.ts'
import type { ServicePlugin } from './plugin.ts'
import type { CapabilitiesRun } from './read-capabilities.ts'
import { readCapabilities } from './read-capabilities.ts'

/** Why it may run: the config trusts its folder, or names its digest. */
export type Proof = 'folder' | 'digest' | 'none'

export type DirectoryPlugin = {
  readonly name: string
  readonly path: string
  readonly directory: string
  readonly proof: Proof
  /** Of its file, where that could be read. */
  readonly digest?: Digest
} & (
  | { readonly state: 'usable'; readonly plugin: ServicePlugin }
  /** Why it is not used. */
  | { readonly state: 'refused'; readonly error: CodedError }
)

type DiscoverFacts = CapabilitiesRun & { readonly knowledge: Knowledge }

const AT_ONCE = 8

/** In the order of the folders and of the paths in each. Throws what a folder that cannot be read is refused with. */
export async function discoverPlugins(
  directories: readonly PluginDirectory[],
  facts: DiscoverFacts,
): Promise<readonly DirectoryPlugin[]> {
  const files = directories.flatMap((directory) => pluginFilesIn(directory.path).map((file) => ({ file, directory })))
  const taken = new Set<string>()
  return inParallel(files, AT_ONCE, (one) => look(one, { ...facts, taken }))
}

type Asked = { readonly file: PluginFile; readonly directory: PluginDirectory }
/** `taken`: names of those before it that are proven; what is not takes none from them. */
type Looking = DiscoverFacts & { readonly taken: Set<string> }

/** Decides on the name before it waits for anything, so that the order of the files counts. */
async function look({ file, directory }: Asked, facts: Looking): Promise<DirectoryPlugin> {
  const { name, path } = file
  const place = { name, path, directory: directory.path }
  let seen: { readonly proof: Proof; readonly digest?: Digest } = { proof: 'none' }
  try {
    using opened = openPluginFile(file, facts.knowledge)
    const { digest } = opened
    seen = { proof: proofOf(digest, directory), digest }
    if (seen.proof === 'none') throw unproven(file, digest, directory)
    if (facts.taken.has(name)) throw nameTaken(name)
    facts.taken.add(name)
    const capabilities = await capabilitiesOf(name, opened, facts)
    return {
      ...place,
      ...seen,
      state: 'usable',
      plugin: { name, capabilities, open: () => openAgain(file, digest, facts) },
    }
  } catch (error) {
    if (isCoded(error)) return { ...place, ...seen, state: 'refused', error }
    throw error
  }
}

function proofOf(digest: Digest, { isTrusted, digests }: PluginDirectory): Proof {
  if (digests.includes(digest)) return 'digest'
  return isTrusted ? 'folder' : 'none'
}

async function capabilitiesOf(name: string, opened: OpenedFile, facts: DiscoverFacts): Promise<Capabilities> {
  const known = facts.knowledge.capabilities(opened.digest)
  if (known !== undefined) return parseCapabilities(known, `capabilities of ${name}`)
  const { text, capabilities } = await readCapabilities(name, opened, facts)
  facts.knowledge.keepCapabilities(opened.digest, text)
  return capabilities
}

/** What runs is what was found; throws DIGEST_MISMATCH where the file was changed since. */
function openAgain(file: PluginFile, digest: Digest, { knowledge }: DiscoverFacts): OpenedFile {
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

function nameTaken(name: string): CodedError {
  return coded('PLUGIN_NAME_TAKEN', {
    message: `there is another plugin ${quote(name)}, which comes first`,
    details: { plugin: name },
    hint: 'give one of the files another name',
  })
}
