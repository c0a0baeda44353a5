// Reads a config and everything that it includes, in the order of precedence, bounded in number, depth and size. octoctl
// follows include cycles forever; here a cycle is an error that shows it.
import { readFile, stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { coded } from '../schemas/errors.ts'
import { parseJson } from '../schemas/json.ts'
import { quote } from '../schemas/quote.ts'
import { shownAddress } from '../schemas/shown-address.ts'
import { decodeText } from '../schemas/text.ts'
import { fieldOf, itemsOf } from './document/field-of.ts'
import { rowOf } from './document/fields.ts'
import { invalid, warningAt } from './document/invalid.ts'
import type { ConfigSource, TreeNode } from './document/node.ts'
import { exactPlaceOf, isEmpty, isRemote, parseTree, placeOf, textOf } from './document/node.ts'
import { readBoolean, readTexts } from './document/scalars.ts'
import { lacksScheme } from './document/scheme.ts'
import type { Warnings } from './document/warnings.ts'
import { attempt, openWarnings } from './document/warnings.ts'
import type { DocumentAddress } from './document-address.ts'
import { addressIn, shownName } from './document-address.ts'

/** Gives the text of a web document, or throws a FETCH or LIMIT error; the caller decides on retries, proxies and caches. */
export type FetchText = (url: string, maxBytes: number) => Promise<string | FetchedText>
type FetchedText = {
  readonly text: string
  /** The end of a sentence about the document. */
  readonly warning: string
}

type ConfigDocument = { readonly address: DocumentAddress; readonly text: string; readonly root: TreeNode }

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
  bytes: number
}

type GatherOptions = {
  readonly warnings?: Warnings
  readonly insecure?: boolean | undefined
  /** Left away, with all that it includes. */
  readonly without?: DocumentAddress | undefined
}

/** Documents from highest to lowest precedence: each file, then what it includes, then the next file. */
export async function gatherDocuments(
  addresses: readonly DocumentAddress[],
  fetchText: FetchText | undefined,
  { warnings = openWarnings(), insecure = false, without }: GatherOptions = {},
) {
  const leftAway = without && { name: without.name, isMet: false }
  const gathering: Gathering = { fetchText, insecure, documents: new Map(), warnings, leftAway, bytes: 0 }
  for (const address of addresses) await gather(address, { chain: [], gathering }).catch(warnings.report)
  if (leftAway && without && !leftAway.isMet) throw notIncluded(without)
  return { documents: [...gathering.documents.values()], warnings: gathering.warnings }
}

type Step = { readonly chain: readonly string[]; readonly gathering: Gathering; readonly include?: Include }

async function gather(address: DocumentAddress, { chain, gathering, include }: Step): Promise<void> {
  const { name } = address
  if (chain.includes(name)) throw cycle([...chain, name].map(shownAddress), include?.node)
  if (gathering.documents.has(name)) return
  if (chain.length >= CONFIG_LIMITS.depth)
    throw tooMuch(`includes more than ${CONFIG_LIMITS.depth} levels deep`, shownName(address))
  if (gathering.documents.size >= CONFIG_LIMITS.documents)
    throw tooMuch(`consists of more than ${CONFIG_LIMITS.documents} documents`, shownName(address))
  const document = await readDocument(address, gathering, include)
  gathering.documents.set(name, document)
  for (const inner of includesOf(document.root, gathering.warnings)) {
    const step = { chain: [...chain, name], gathering, include: inner }
    await gatherIncluded(inner, address, step).catch(gathering.warnings.report)
  }
}

async function gatherIncluded({ text }: Include, from: DocumentAddress, step: Step): Promise<void> {
  const address = addressIn(text, from)
  const { leftAway } = step.gathering
  if (leftAway?.name === address.name) leftAway.isMet = true
  else await gather(address, step)
}

async function readDocument(
  address: DocumentAddress,
  gathering: Gathering,
  include: Include | undefined,
): Promise<ConfigDocument> {
  const shown = shownName(address)
  refuseFormat(address)
  const text =
    address.kind === 'file' ? await readLocal(address.name, include?.node) : await readRemote(address.name, gathering)
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
    ...broughtBy(include),
    ...(gathering.insecure && address.kind === 'web' ? { unsigned: true } : {}),
  }
  const root = format === '.toml' ? await readToml(text, source) : parseTree(text, source)
  // Whoever serves nothing would take away the checks that were there before.
  if (source.remote && isEmpty(root)) throw invalid(root, 'a document from elsewhere holds nothing, expected a config')
  return { address, text, root }
}

/** Its reader is loaded by those who have such a document. */
async function readToml(text: string, source: ConfigSource): Promise<TreeNode> {
  const { parseTomlTree } = await import('./document/toml.ts')
  return parseTomlTree(text, source)
}

/** The local place that leads to a document and what it offers, however many documents are between. */
function broughtBy(include: Include | undefined): Pick<ConfigSource, 'includedAt' | 'offers' | 'unsigned'> {
  if (!include) return {}
  const { node, offers, unsigned } = include
  const { source } = node.origin
  const said = source.remote ? source : { includedAt: placeOf(node), offers, unsigned }
  return {
    ...(said.includedAt ? { includedAt: said.includedAt } : {}),
    ...(said.offers ? { offers: said.offers } : {}),
    ...(said.unsigned ? { unsigned: true } : {}),
  }
}

type Include = {
  readonly text: string
  readonly node: TreeNode
  readonly offers: readonly string[] | undefined
  /** A local document trusts what it leads to without proof. */
  readonly unsigned: true | undefined
}

function includesOf(root: TreeNode, warnings: Warnings): Include[] {
  return itemsOf(fieldOf(root, 'config', 'include')).flatMap(
    (item) => attempt(warnings, () => includeOf(item, warnings)) ?? [],
  )
}

function includeOf(item: TreeNode, warnings: Warnings): Include {
  const url = item.kind === 'map' ? fieldOf(item, 'include', 'url') : item
  if (url?.kind !== 'scalar' || typeof url.value !== 'string') throw invalid(item, 'an include is a map with `url`')
  if (url.value.includes('{{')) throw invalid(url, 'the address of an include holds no templates')
  if (/^http:\/\/(?!(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?:[:/]|$))/i.test(url.value))
    warnings.add(() =>
      warningAt(
        url,
        `${quote(shownAddress(String(url.value)))} is fetched without encryption, anyone on the way can change it`,
      ),
    )
  requireTemplates(item)
  return {
    text: isRemote(item) ? url.value : withoutMark(url.value),
    node: url,
    offers: offersOf(item),
    unsigned: unsignedOf(item, warnings),
  }
}

/** Early configs ask for templates in each document that has some; here every document may have them. */
function requireTemplates(item: TreeNode): void {
  const node = fieldOf(item, 'include', 'template')
  if (readBoolean(node, 'template', true) || !node) return
  throw invalid(node, 'templates of a document are filled in wherever values of it are read', {
    hint: 'leave it out, or say `config: {noTemplate: true}` in a service of that document',
  })
}

/** A web server may want to know; a file has no such name. */
function withoutMark(address: string): string {
  return /^https?:/i.test(address) ? address : address.replace(/\?template=true$/, '')
}

/** Undefined where nothing is said. What a document from elsewhere would offer is refused with all else that it may not write. */
function offersOf(item: TreeNode): readonly string[] | undefined {
  if (isRemote(item)) return undefined
  const node = fieldOf(item, 'include', 'offers')
  const offers = node?.kind === 'list' && node.items.length === 0 ? [] : readTexts(node, 'offers')
  const strange = offers?.find((path) => rowOf('config', path.split('.')[0] ?? '')?.offered === undefined)
  if (node && strange !== undefined)
    throw invalid(
      node,
      `${quote(strange)} cannot be offered, expected parts of \`configs\`, \`service\` or \`globals\``,
    )
  return offers
}

function unsignedOf(item: TreeNode, warnings: Warnings): true | undefined {
  const trust = isRemote(item) ? undefined : fieldOf(item, 'include', 'trust')
  if (isEmpty(trust)) return undefined
  if (trust.kind !== 'scalar' || trust.value !== 'unsigned')
    throw invalid(trust, '`trust` of an include can only be `unsigned`')
  warnings.add(() =>
    warningAt(
      trust,
      'images and files that this include names are used without proof; whoever serves it decides what runs',
    ),
  )
  return true
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

async function readLocal(path: string, from: TreeNode | undefined): Promise<string> {
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

async function readRemote(url: string, { fetchText, warnings }: Gathering): Promise<string> {
  if (!fetchText)
    throw coded('OFFLINE', {
      message: `config ${quote(shownAddress(url))} is needed from the network, and that is not allowed`,
    })
  const found = await fetchText(url, CONFIG_LIMITS.documentBytes)
  if (typeof found === 'string') return found
  const shown = shownAddress(url)
  warnings.add(() => ({ file: shown, message: `${quote(shown)} ${found.warning}` }))
  return found.text
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
