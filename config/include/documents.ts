// Reads a config and everything that it includes, in the order of precedence, bounded in number, depth and size. octoctl
// follows include cycles forever; here a cycle is an error that shows it.
import type { DocumentKey } from '../../schemas/document-key.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import { decodeText } from '../../schemas/text.ts'
import { readPlainFile } from '../../system/files/read-plain-file.ts'
import { invalid } from '../document/invalid.ts'
import type { ConfigSource, TreeNode } from '../document/node.ts'
import { refused } from '../document/refused.ts'
import type { TemplateVariables } from '../document/template.ts'
import type { Warnings } from '../document/warnings.ts'
import { openWarnings } from '../document/warnings.ts'
import type { TrustedKey } from '../trusted-keys/trusted-addresses.ts'
import type { DocumentAddress } from './document-address.ts'
import { addressIn, shownName } from './document-address.ts'
import { cycle, notIncluded, notReadable, tooMuch } from './document-errors.ts'
import { requireSameRights, sourceOf } from './document-source.ts'
import type { FetchText } from './fetched-text.ts'
import { idOfSigners, signersOf } from './include-keys.ts'
import { refuseFormat, refuseNothing, rootOf } from './parse-document.ts'
import { requireSigned } from './prove-fetched.ts'
import type { Include } from './read-include.ts'
import { includesOf } from './read-include.ts'

export type ConfigDocument = {
  readonly address: DocumentAddress
  readonly text: string
  readonly root: TreeNode
}

/** A document in its place, and what it includes. */
type Slot = { readonly name: string; document?: ConfigDocument; readonly inner: Slot[] }
/** `signers`: who had to sign it. */
type Known = { readonly address: DocumentAddress; readonly signers: string; readonly source: ConfigSource }

export const CONFIG_LIMITS = {
  documentBytes: 256 * 1024,
  totalBytes: 2 * 1024 * 1024,
  documents: 64,
  depth: 8,
} as const

type Gathering = {
  readonly fetchText: FetchText | undefined
  /** All web documents are trusted as if their include said `trust: unsigned`. */
  readonly insecure: boolean
  readonly documents: Map<string, Known>
  /** Those whose text is a template, which are read once all others are. */
  readonly templates: Waiting[]
  readonly warnings: Warnings
  readonly leftAway: { readonly name: string; isMet: boolean } | undefined
  /** Keys that the user trusts for addresses, read once and only where a document of the web is met. */
  readonly trustedKeys: () => Promise<readonly TrustedKey[]>
  readonly now: () => number
  readonly acceptsOlder: boolean
  readonly onInclude: OnInclude | undefined
  readonly texts: ReadonlyMap<string, string> | undefined
  bytes: number
}

type OnInclude = (address: DocumentAddress, include: Include, from: DocumentAddress) => void

type GatherOptions = {
  readonly warnings?: Warnings
  readonly insecure?: boolean | undefined
  /** Left away, with all that it includes. */
  readonly without?: DocumentAddress | undefined
  /** Told of every document that another one includes, before it is read. */
  readonly onInclude?: OnInclude | undefined
  /** In place of what lies on the disk, by path. */
  readonly texts?: ReadonlyMap<string, string> | undefined
  /** Where the user's own trusted keys are; absent, there are none. */
  readonly trustedKeysPath?: string | undefined
  readonly acceptsOlder?: boolean | undefined
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined
  /** For documents whose text is a template, of all others and the texts of local templates; absent, these are left away. */
  readonly variables?: VariablesOf | undefined
}

type VariablesOf = (
  documents: readonly ConfigDocument[],
  localTemplates: readonly string[],
) => Promise<TemplateVariables>

/** Documents from highest to lowest precedence: each file, then what it includes, then the next file. */
export async function gatherDocuments(
  addresses: readonly DocumentAddress[],
  fetchText: FetchText | undefined,
  options: GatherOptions = {},
) {
  const { warnings = openWarnings(), insecure = false, without, acceptsOlder = false, now = Date.now } = options
  const leftAway = without && { name: without.name, isMet: false }
  const trustedKeys = readOnce(options.trustedKeysPath)
  const more = {
    warnings,
    leftAway,
    trustedKeys,
    now,
    acceptsOlder,
    onInclude: options.onInclude,
    texts: options.texts,
    bytes: 0,
  }
  const gathering: Gathering = { fetchText, insecure, documents: new Map(), templates: [], ...more }
  const slots: Slot[] = []
  for (const address of addresses) await gather(address, { chain: [], gathering, into: slots }).catch(warnings.report)
  if (options.variables && gathering.templates.length > 0) await readTemplates(slots, gathering, options.variables)
  if (leftAway && without && !leftAway.isMet) throw notIncluded(without)
  return { documents: inOrder(slots), met: namesOf(slots), warnings: gathering.warnings }
}

/** In the same order, also of those that cannot be read. */
function namesOf(slots: readonly Slot[]): readonly string[] {
  return slots.flatMap(({ name, inner }) => [name, ...namesOf(inner)])
}

function inOrder(slots: readonly Slot[]): readonly ConfigDocument[] {
  return slots.flatMap(({ document, inner }) => [...(document ? [document] : []), ...inOrder(inner)])
}

/** None of them reads what another one makes: what it says would depend on which of them is read first. */
async function readTemplates(slots: readonly Slot[], gathering: Gathering, variablesOf: VariablesOf): Promise<void> {
  const local = gathering.templates.flatMap(({ address, text }) => (address.kind === 'file' ? [text] : []))
  const variables = await variablesOf(inOrder(slots), local)
  // More may come in by what they include.
  for (const waiting of gathering.templates) await readTemplate(waiting, variables).catch(gathering.warnings.report)
}

function readOnce(path: string | undefined): Gathering['trustedKeys'] {
  let keys: Promise<readonly TrustedKey[]> | undefined
  return async () => {
    if (path === undefined) return []
    keys ??= import('../trusted-keys/trusted-keys.ts').then(({ readTrustedKeys }) => readTrustedKeys(path))
    return keys
  }
}

type Step = {
  readonly chain: readonly string[]
  readonly gathering: Gathering
  readonly into: Slot[]
  readonly include?: Include
  /** What includes it. */
  readonly from?: DocumentAddress
}

async function gather(address: DocumentAddress, step: Step): Promise<void> {
  const { chain, gathering, include } = step
  const { name } = address
  if (chain.includes(name)) throw cycle([...chain, name].map(shownAddress), include?.node)
  const known = gathering.documents.get(name)
  if (known) return requireSame(known, step)
  if (chain.length >= CONFIG_LIMITS.depth)
    throw tooMuch(`includes more than ${CONFIG_LIMITS.depth} levels deep`, shownName(address))
  if (gathering.documents.size >= CONFIG_LIMITS.documents)
    throw tooMuch(`consists of more than ${CONFIG_LIMITS.documents} documents`, shownName(address))
  const slot: Slot = { name, inner: [] }
  step.into.push(slot)
  await readInto(slot, address, step)
}

/** A document whose text is a template and not YAML as it stands. */
type Waiting = {
  readonly slot: Slot
  readonly address: DocumentAddress
  readonly text: string
  readonly source: ConfigSource
  readonly step: Step
}

async function readInto(slot: Slot, address: DocumentAddress, step: Step): Promise<void> {
  const { gathering, include } = step
  refuseFormat(address)
  const { text, signers }: Remote =
    address.kind === 'file' ? { text: await readLocal(address, step) } : await readRemote(address, step)
  countBytes(text, address, gathering)
  const source = sourceOf(address, { include, signers, insecure: gathering.insecure })
  gathering.documents.set(address.name, { address, signers: idOfSigners(signers), source })
  const root = await rootOf(text, { address, source, isTemplate: include?.isTemplate === true })
  if (root) await place(slot, { address, text, root }, step)
  else gathering.templates.push({ slot, address, text, source, step })
}

function countBytes(text: string, address: DocumentAddress, gathering: Gathering): void {
  gathering.bytes += Buffer.byteLength(text)
  if (gathering.bytes > CONFIG_LIMITS.totalBytes)
    throw tooMuch(`is larger than ${CONFIG_LIMITS.totalBytes} bytes in all`, shownName(address))
}

async function place(slot: Slot, document: ConfigDocument, { chain, gathering }: Step): Promise<void> {
  const { address, root } = document
  slot.document = document
  for (const inner of includesOf(root, gathering.warnings)) {
    const inside = { chain: [...chain, address.name], gathering, include: inner, from: address, into: slot.inner }
    await gatherIncluded(inner, address, inside).catch(gathering.warnings.report)
  }
}

async function readTemplate(
  { slot, address, text, source, step }: Waiting,
  variables: TemplateVariables,
): Promise<void> {
  const { parseTemplateTree } = await import('../document/template-document.ts')
  const { root, readsLocal } = parseTemplateTree(text, source, variables)
  refuseNothing(root)
  const [include] =
    source.remote && readsLocal
      ? includesOf(
          root,
          openWarnings(() => undefined),
        )
      : []
  // Which documents are asked for would tell whoever serves them what the local ones hold.
  if (include)
    throw refused(include.node, 'include others while its text depends on values of local ones', {
      hint: 'include them from a document that is no template, or from a local one',
    })
  await place(slot, { address, text, root }, step)
}

/** It is read once, with the rights that it has then, and by whom it had to be signed. */
async function requireSame({ address, signers, source }: Known, { gathering, include }: Step): Promise<void> {
  const { insecure } = gathering
  const named = await signersOf(address, { ...gathering, include })
  if (include) requireSameRights(source, sourceOf(address, { include, signers: named, insecure }), include)
  if (idOfSigners(named) === signers || insecure || !include) return
  throw invalid(
    include.node,
    `${quote(shownName(address))} is included twice, and not by the same \`keys\` each time`,
    {
      hint: 'name the same keys wherever it is included, and in what includes it',
    },
  )
}

async function gatherIncluded(include: Include, from: DocumentAddress, step: Step): Promise<void> {
  const address = addressIn(include.text, from)
  const { leftAway, onInclude } = step.gathering
  onInclude?.(address, include, from)
  if (leftAway?.name === address.name) leftAway.isMet = true
  else await gather(address, step)
}

async function readLocal(address: DocumentAddress, { gathering, include }: Step): Promise<string> {
  const { name: path } = address
  const from = include?.node
  await signersOf(address, { ...gathering, include })
  const given = gathering.texts?.get(path)
  if (given !== undefined) return given
  try {
    return decodeText(readPlainFile(path, CONFIG_LIMITS.documentBytes), path)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'LIMIT_EXCEEDED') throw tooMuch(`is larger than ${CONFIG_LIMITS.documentBytes} bytes`, path)
    if (code === 'IO_FAILED') throw notReadable(path, { reason: 'it is not a file', from })
    if (!['ENOENT', 'ENOTDIR', 'EACCES'].includes(code)) throw error
    throw notReadable(path, { reason: code, from, cause: error })
  }
}

type Remote = { readonly text: string; readonly signers?: readonly DocumentKey[] }

/** Its text, once it is signed by whom it has to be signed; throws OFFLINE, FETCH errors and what requireSigned throws. */
async function readRemote(address: DocumentAddress, step: Step): Promise<Remote> {
  const { fetchText, warnings, insecure, now, acceptsOlder } = step.gathering
  const url = address.name
  const shown = shownAddress(url)
  if (!fetchText)
    throw coded('OFFLINE', { message: `config ${quote(shown)} is needed from the network, and that is not allowed` })
  const signers = await signersOf(address, { ...step.gathering, include: step.include })
  const fetched = await fetchText(url, CONFIG_LIMITS.documentBytes)
  const found = typeof fetched === 'string' ? { text: fetched } : fetched
  const { text, warning } = found
  if (warning !== undefined) warnings.add(() => ({ file: shown, message: `${quote(shown)} ${warning}` }))
  if (!signers || insecure) {
    if (signers)
      warnings.add(() => ({ file: shown, message: `${quote(shown)} has to be signed, and is used without proof` }))
    found.keep?.()
    return { text }
  }
  const named = { signatures: step.include?.signatures, from: step.from }
  await requireSigned({ url, found, signers, named, fetchText, now: now(), acceptsOlder })
  return { text, signers }
}
