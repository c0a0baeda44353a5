// What one item of `include` says: where the document is, what it is offered, how far it is trusted, and where its signature is.
import { quote } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import { fieldOf, itemsOf } from '../document/field-of.ts'
import { rowOf } from '../document/fields.ts'
import { invalid, warningAt } from '../document/invalid.ts'
import type { ScalarNode, TreeNode } from '../document/node.ts'
import { holdsTemplate, isEmpty, isRemote, isText } from '../document/node.ts'
import { readBoolean, readTexts } from '../document/scalars.ts'
import type { Warnings } from '../document/warnings.ts'
import { attempt } from '../document/warnings.ts'

export type Include = {
  readonly text: string
  readonly node: TreeNode
  readonly offers: readonly string[] | undefined
  /** How a local document trusts what it leads to. */
  readonly trust: 'unsigned' | 'signed' | undefined
  /** Who has to sign it, as a local document says; read by include-keys.ts. */
  readonly keys: readonly TreeNode[]
  /** Where the signature is, by its kind. */
  readonly signatures: { readonly openpgp: string | undefined; readonly sigstore: string | undefined }
  readonly signatureNodes: readonly TreeNode[]
  /** Where newer versions of it are listed. */
  readonly versions: VersionSource | undefined
  /** The text of the document is a template. */
  readonly isTemplate: boolean
}

export type VersionSource = {
  readonly format: 'github' | 'octo'
  /** Absent, the address of the document says it. */
  readonly url?: string
}

export function includesOf(root: TreeNode, warnings: Warnings): Include[] {
  return itemsOf(fieldOf(root, 'config', 'include')).flatMap(
    (item) => attempt(warnings, () => includeOf(item, warnings)) ?? [],
  )
}

function includeOf(item: TreeNode, warnings: Warnings): Include {
  const url = item.kind === 'map' ? fieldOf(item, 'include', 'url') : item
  if (!isText(url)) throw invalid(item, 'an include is a map with `url`')
  refuseTemplate(url, 'the address of an include holds no templates')
  if (/^http:\/\/(?!(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?:[:/]|$))/i.test(url.value))
    warnings.add(() =>
      warningAt(
        url,
        `${quote(shownAddress(String(url.value)))} is fetched without encryption, anyone on the way can change it`,
      ),
    )
  const keys = isRemote(item) ? [] : itemsOf(fieldOf(item, 'include', 'keys'))
  return {
    text: isRemote(item) ? url.value : withoutMark(url.value),
    node: url,
    offers: offersOf(item),
    trust: trustOf(item, keys, warnings),
    keys,
    signatures: { openpgp: addressOf(item, 'gpg'), sigstore: addressOf(item, 'sigstore') },
    signatureNodes: [fieldOf(item, 'include', 'gpg'), fieldOf(item, 'include', 'sigstore')].flatMap((node) =>
      isEmpty(node) ? [] : [node],
    ),
    versions: versionsOf(item),
    isTemplate: isTemplate(item, url.value),
  }
}

/** What a value went into may lead to whoever wants to learn it. */
function refuseTemplate(address: ScalarNode, problem: string): void {
  if (holdsTemplate(address)) throw invalid(address, problem)
}

function isTemplate(item: TreeNode, address: string): boolean {
  const node = fieldOf(item, 'include', 'template')
  if (!readBoolean(node, 'template', true) && node)
    throw invalid(node, 'templates of a document are filled in wherever values of it are read', {
      hint: 'leave it out, or say `config: {noTemplate: true}` in a service of that document',
    })
  return !isEmpty(node) || MARK.test(address)
}

/** How an address asks for the text of its document to be filled in. */
const MARK = /\?(?:[^#]*&)?template=true(?:&[^#]*)?(?:#|$)/

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

function trustOf(item: TreeNode, keys: readonly TreeNode[], warnings: Warnings): Include['trust'] {
  const trust = isRemote(item) ? undefined : fieldOf(item, 'include', 'trust')
  if (isEmpty(trust)) return undefined
  const said = trust.kind === 'scalar' ? trust.value : undefined
  if (said !== 'unsigned' && said !== 'signed')
    throw invalid(trust, '`trust` of an include can only be `signed` or `unsigned`')
  if (said === 'signed') return said
  if (keys.length > 0) throw invalid(trust, 'this include has both `keys` and `trust: unsigned`, expected one of them')
  warnings.add(() =>
    warningAt(
      trust,
      'images and files that this include names are used without proof; whoever serves it decides what runs',
    ),
  )
  return said
}

/** Early configs say only the format. */
function versionsOf(item: TreeNode): VersionSource | undefined {
  const node = isRemote(item) ? undefined : fieldOf(item, 'include', 'versions')
  if (isEmpty(node)) return undefined
  const named = node.kind === 'map' ? fieldOf(node, 'versions', 'format') : node
  const format = named?.kind === 'scalar' ? named.value : undefined
  if (format !== 'github' && format !== 'octo')
    throw invalid(node, '`versions` of an include is `{format: github}` or `{format: octo}`', {
      hint: '`url` beside it says where the versions are listed, when the address of the document does not',
    })
  const url = node.kind === 'map' ? fieldOf(node, 'versions', 'url') : undefined
  if (isEmpty(url)) return { format }
  const problem = '`url` of `versions` is the address of a list, without templates'
  if (!isText(url) || !/^https?:\/\//i.test(url.value) || !URL.canParse(url.value)) throw invalid(url, problem)
  refuseTemplate(url, problem)
  return { format, url: url.value }
}

function addressOf(item: TreeNode, key: 'gpg' | 'sigstore'): string | undefined {
  const node = fieldOf(item, 'include', key)
  if (isEmpty(node)) return undefined
  const problem = `\`${key}\` is the address of a signature, without templates`
  if (!isText(node)) throw invalid(node, problem)
  refuseTemplate(node, problem)
  return node.value
}
