// Reads a config and everything that it includes, in the order of precedence, bounded in number, depth and size. octoctl
// follows include cycles forever; here a cycle is an error that shows it.
import { readFile, stat } from 'node:fs/promises'
import { extname } from 'node:path'
import type { DocumentKey } from '../schemas/document-key.ts'
import { coded } from '../schemas/errors.ts'
import { parseJson } from '../schemas/json.ts'
import { quote } from '../schemas/quote.ts'
import { shownAddress } from '../schemas/shown-address.ts'
import { decodeText } from '../schemas/text.ts'
import { invalid } from './document/invalid.ts'
import type { ConfigSource, TreeNode } from './document/node.ts'
import { exactPlaceOf, isEmpty, parseTree, placeOf, textOf } from './document/node.ts'
import { lacksScheme } from './document/scheme.ts'
import type { Warnings } from './document/warnings.ts'
import { openWarnings } from './document/warnings.ts'
import type { DocumentAddress } from './document-address.ts'
import { addressIn, shownName } from './document-address.ts'
import type { FetchText } from './fetched-text.ts'
import { idOfSigners, signersOf } from './include-keys.ts'
import { requireSigned } from './prove-fetched.ts'
import type { Include } from './read-include.ts'
import { includesOf } from './read-include.ts'
import type { TrustedKey } from './trusted-addresses.ts'

type ConfigDocument = {
  readonly address: DocumentAddress
  readonly text: string
  readonly root: TreeNode
  /** Who had to sign it. */
  readonly signers: string
}

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
  readonly documents: Map<string, ConfigDocument>
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
}

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
  const gathering: Gathering = { fetchText, insecure, documents: new Map(), ...more }
  for (const address of addresses) await gather(address, { chain: [], gathering }).catch(warnings.report)
  if (leftAway && without && !leftAway.isMet) throw notIncluded(without)
  return { documents: [...gathering.documents.values()], warnings: gathering.warnings }
}

function readOnce(path: string | undefined): Gathering['trustedKeys'] {
  let keys: Promise<readonly TrustedKey[]> | undefined
  return async () => {
    if (path === undefined) return []
    keys ??= import('./trusted-keys.ts').then(({ readTrustedKeys }) => readTrustedKeys(path))
    return keys
  }
}

type Step = {
  readonly chain: readonly string[]
  readonly gathering: Gathering
  readonly include?: Include
  /** What includes it. */
  readonly from?: DocumentAddress
}

async function gather(address: DocumentAddress, step: Step): Promise<void> {
  const { chain, gathering, include } = step
  const { name } = address
  if (chain.includes(name)) throw cycle([...chain, name].map(shownAddress), include?.node)
  const known = gathering.documents.get(name)
  if (known) return requireSameSigners(known, step)
  if (chain.length >= CONFIG_LIMITS.depth)
    throw tooMuch(`includes more than ${CONFIG_LIMITS.depth} levels deep`, shownName(address))
  if (gathering.documents.size >= CONFIG_LIMITS.documents)
    throw tooMuch(`consists of more than ${CONFIG_LIMITS.documents} documents`, shownName(address))
  const document = await readDocument(address, step)
  gathering.documents.set(name, document)
  for (const inner of includesOf(document.root, gathering.warnings)) {
    const inside = { chain: [...chain, name], gathering, include: inner, from: address }
    await gatherIncluded(inner, address, inside).catch(gathering.warnings.report)
  }
}

/** It is read once, and by whom it had to be signed then. */
async function requireSameSigners({ address, signers }: ConfigDocument, { gathering, include }: Step): Promise<void> {
  const wanted = idOfSigners(await signersOf(address, { ...gathering, include }))
  if (wanted === signers || gathering.insecure || !include) return
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

async function readDocument(address: DocumentAddress, step: Step): Promise<ConfigDocument> {
  const { gathering, include } = step
  const shown = shownName(address)
  refuseFormat(address)
  const read = address.kind === 'file' ? { text: await readLocal(address, step) } : await readRemote(address, step)
  const { text, signers }: Remote = read
  gathering.bytes += Buffer.byteLength(text)
  if (gathering.bytes > CONFIG_LIMITS.totalBytes)
    throw tooMuch(`is larger than ${CONFIG_LIMITS.totalBytes} bytes in all`, shown)
  const format = formatOf(address.name)
  const isJson = format === '.json'
  if (isJson) parseJson(text, shown, CONFIG_LIMITS.documentBytes)
  const source: ConfigSource = {
    name: shown,
    remote: address.kind === 'web',
    ...(isJson ? { json: true } : {}),
    ...broughtBy(include, signers),
    ...(signers ? { signers } : {}),
    ...(gathering.insecure && address.kind === 'web' ? { unsigned: true } : {}),
  }
  const root = format === '.toml' ? await readToml(text, source) : parseTree(text, source)
  // Whoever serves nothing would take away the checks that were there before.
  if (source.remote && isEmpty(root)) throw invalid(root, 'a document from elsewhere holds nothing, expected a config')
  return { address, text, root, signers: idOfSigners(signers) }
}

/** Its reader is loaded by those who have such a document. */
async function readToml(text: string, source: ConfigSource): Promise<TreeNode> {
  const { parseTomlTree } = await import('./document/toml.ts')
  return parseTomlTree(text, source)
}

/** The local place that leads to a document and what it offers, however many documents are between. */
function broughtBy(include: Include | undefined, signers: Remote['signers']): Partial<ConfigSource> {
  if (!include) return {}
  const { node, offers, trust } = include
  const { source } = node.origin
  const local = { includedAt: placeOf(node), offers, unsigned: trust === 'unsigned', signed: trust === 'signed' }
  const said = source.remote ? source : local
  return {
    ...(said.includedAt ? { includedAt: said.includedAt } : {}),
    ...(said.offers ? { offers: said.offers } : {}),
    ...(said.unsigned ? { unsigned: true } : {}),
    // Only what was proven; where the include asks for it, nothing else comes this far.
    ...(said.signed && signers ? { signed: true } : {}),
  }
}

function formatOf(name: string): string {
  return extname(URL.canParse(name) ? new URL(name).pathname : name).toLowerCase()
}

function refuseFormat(address: DocumentAddress): void {
  const format = formatOf(address.name)
  if (['.yaml', '.yml', '.json', '.toml'].includes(format)) return
  throw coded('CONFIG_INVALID', {
    message: `${quote(shownName(address))} is no config format that octo reads, expected \`.yaml\`, \`.yml\`, \`.json\` or \`.toml\`, found ${quote(format)}`,
  })
}

async function readLocal(address: DocumentAddress, { gathering, include }: Step): Promise<string> {
  const { name: path } = address
  const from = include?.node
  await signersOf(address, { ...gathering, include })
  const given = gathering.texts?.get(path)
  if (given !== undefined) return given
  try {
    const found = await stat(path)
    // A checkout from elsewhere may hold a link to a device, which would be read for ever.
    if (!found.isFile()) throw notReadable(path, { reason: 'it is not a file', from })
    const { size } = found
    if (size > CONFIG_LIMITS.documentBytes) throw tooMuch(`is larger than ${CONFIG_LIMITS.documentBytes} bytes`, path)
    return decodeText(await readFile(path), path)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (!['ENOENT', 'ENOTDIR', 'EACCES'].includes(code)) throw error
    throw notReadable(path, { reason: code, from, cause: error })
  }
}

type Unreadable = { readonly reason: string; readonly from: TreeNode | undefined; readonly cause?: unknown }

function notReadable(path: string, { reason, from, cause }: Unreadable): Error {
  const typed = from?.kind === 'scalar' ? textOf(from) : undefined
  return coded('CONFIG_NOT_FOUND', {
    message: `config ${quote(path)} cannot be read`,
    details: { path, reason, ...(from ? exactPlaceOf(from) : {}) },
    cause,
    ...(typed !== undefined && lacksScheme(typed) ? { hint: `for a web address write \`https://${typed}\`` } : {}),
  })
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

function notIncluded(address: DocumentAddress): Error {
  const shown = shownName(address)
  return coded('CONFIG_NOT_FOUND', {
    message: `no document of the config includes ${quote(shown)}`,
    details: { document: shown },
    hint: '`octo config show include` shows what is included; an address is written as it is there',
  })
}

function cycle(chain: readonly string[], from: TreeNode | undefined): Error {
  const problem = `includes lead in a circle: ${chain.map(quote).join(' → ')}`
  return from ? invalid(from, problem) : coded('CONFIG_INVALID', { message: problem })
}

function tooMuch(problem: string, name: string): Error {
  return coded('LIMIT_EXCEEDED', { message: `config ${quote(name)} ${problem}`, details: { source: name } })
}
