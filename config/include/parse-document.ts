// From the text of a document to its tree, by the format that its address says.
import { extname, join } from 'node:path'
import { coded, isCoded } from '../../schemas/errors.ts'
import { parseJson } from '../../schemas/json.ts'
import { quote } from '../../schemas/quote.ts'
import { AUTHORED_YAML } from '../../schemas/yaml/parse.ts'
import { invalid } from '../document/invalid.ts'
import type { ConfigSource, TreeNode } from '../document/node.ts'
import { isEmpty, isRemote, parseTree } from '../document/node.ts'
import type { DocumentAddress } from './document-address.ts'
import { shownName } from './document-address.ts'

type Readable = { readonly address: DocumentAddress; readonly source: ConfigSource; readonly isTemplate: boolean }

/** Undefined for a template that makes structure; one that is a document as it stands has its values filled in one by one. */
export async function rootOf(text: string, { address, source, isTemplate }: Readable): Promise<TreeNode | undefined> {
  if (!isTemplate || !text.includes('{{')) return parseDocument(text, address, source)
  try {
    const root = await parseDocument(text, address, source)
    return hasTemplateKeys(root) ? undefined : root
  } catch (error) {
    // What is too large or deep is not tried once more, and only values of TOML are templates.
    if (isCoded(error, 'YAML_INVALID') || isCoded(error, 'JSON_INVALID') || isCoded(error, 'CONFIG_INVALID'))
      return undefined
    throw error
  }
}

function hasTemplateKeys(node: TreeNode): boolean {
  if (node.kind === 'scalar') return false
  if (node.kind === 'list') return node.items.some(hasTemplateKeys)
  return [...node.entries].some(([key, inner]) => key.includes('{{') || hasTemplateKeys(inner))
}

async function parseDocument(text: string, address: DocumentAddress, source: ConfigSource): Promise<TreeNode> {
  const format = formatOf(address.name)
  const isJson = format === '.json'
  if (isJson) parseJson(text, source.name, AUTHORED_YAML.maxBytes)
  const typed: ConfigSource = isJson ? { ...source, json: true } : source
  const root = format === '.toml' ? await readToml(text, typed) : parseTree(text, typed)
  refuseNothing(root)
  return root
}

/** Throws CONFIG_INVALID: whoever serves nothing would take away the checks that were there before. */
export function refuseNothing(root: TreeNode): void {
  if (isRemote(root) && isEmpty(root)) throw invalid(root, 'a document from elsewhere holds nothing, expected a config')
}

/** Its reader is loaded by those who have such a document. */
async function readToml(text: string, source: ConfigSource): Promise<TreeNode> {
  const { parseTomlTree } = await import('../document/toml.ts')
  return parseTomlTree(text, source)
}

function formatOf(name: string): string {
  return extname(URL.canParse(name) ? new URL(name).pathname : name).toLowerCase()
}

/** Throws CONFIG_INVALID before anything is read or fetched. */
export function refuseFormat(address: DocumentAddress): void {
  const format = formatOf(address.name)
  if (['.yaml', '.yml', '.json', '.toml'].includes(format)) return
  const name = shownName(address)
  const isPerhapsFolder = format === '' && address.kind === 'file'
  throw coded('CONFIG_INVALID', {
    message: `${quote(name)} is no config format that octo reads, expected \`.yaml\`, \`.yml\`, \`.json\` or \`.toml\`, found ${format === '' ? 'a name without an end' : quote(format)}`,
    ...(isPerhapsFolder ? { hint: `of a folder, name the file in it: ${quote(join(name, 'octo.yaml'))}` } : {}),
  })
}
