// Files that a config brings for its services (`repos.files.NAME`): where they come from, and where a service finds them. A
// local file without templates is used where it lies, of all others there is a copy in the folder of the project.
import { createHash } from 'node:crypto'
import { extname, join } from 'node:path'
import { namedEntries } from './document/field-of.ts'
import { invalid } from './document/invalid.ts'
import type { MapNode, ScalarNode, TreeNode } from './document/node.ts'
import { holdsTemplate, isEmpty, isText } from './document/node.ts'
import { readBoolean } from './document/scalars.ts'
import type { ConfigTrees } from './document/trees.ts'
import type { DocumentAddress } from './include/document-address.ts'
import { addressIn } from './include/document-address.ts'

export type RepoFile = {
  readonly name: string
  readonly address: DocumentAddress
  readonly isTemplate: boolean
  /** What named it: a fetched document has fewer rights, and so has the file. */
  readonly node: ScalarNode
  /** Absolute path for services; templates read it as `{{.repos.files.NAME.path}}`. */
  readonly path: string
}

const MAX_FILES = 64

/** The files of a config, and its trees in which each of them has its `path`. Throws CONFIG_INVALID. */
export function findRepoFiles(
  trees: ConfigTrees,
  folderOfCopies: () => string,
): { readonly trees: ConfigTrees; readonly files: readonly RepoFile[] } {
  const found = entriesIn(trees.merged).map(([name, entry]) => readFile(name, entry, folderOfCopies))
  if (found.length === 0) return { trees, files: [] }
  const [first] = found
  if (first && found.length > MAX_FILES) throw invalid(first.node, `more than ${MAX_FILES} files in \`repos.files\``)
  const paths = new Map(found.map((file) => [file.name, file]))
  const withPaths = (root: TreeNode | undefined) => addPaths(root, ['repos', 'files'], paths)
  return {
    // Where values of `globals` were written still decides who may read them.
    trees: {
      ...trees,
      local: withPaths(trees.local),
      fetched: withPaths(trees.fetched),
      merged: withPaths(trees.merged),
    },
    files: found,
  }
}

function entriesIn(root: TreeNode | undefined): readonly (readonly [string, TreeNode])[] {
  return namedEntries(child(child(root, 'repos'), 'files'))
}

function child(node: TreeNode | undefined, key: string): TreeNode | undefined {
  return node?.kind === 'map' ? node.entries.get(key) : undefined
}

function readFile(name: string, entry: TreeNode, folderOfCopies: () => string): RepoFile {
  const url = entry.kind === 'map' ? entry.entries.get('url') : undefined
  if (!isText(url))
    throw invalid(entry, `file \`${name}\` of \`repos.files\` has no \`url\``, { hint: 'write `{url: ./file.conf}`' })
  if (holdsTemplate(url)) throw invalid(url, 'the address of a file holds no templates')
  const { source } = url.origin
  const address = addressIn(url.value, { kind: source.remote ? 'web' : 'file', name: source.name })
  const isTemplate = readBoolean(child(entry, 'template'), 'template', false)
  const isCopied = isTemplate || address.kind === 'web'
  const path = isCopied ? join(folderOfCopies(), `${digestOf(name, address)}${extensionOf(address)}`) : address.name
  return { name, address, isTemplate, node: url, path }
}

/** Two entries of one address may differ in templates, and in who named them. */
function digestOf(entry: string, { name }: DocumentAddress): string {
  return createHash('sha256').update(`${entry}\0${name}`).digest('hex').slice(0, 32)
}

/** Programs choose their reader by it. */
function extensionOf({ kind, name }: DocumentAddress): string {
  const extension = extname(kind === 'web' ? new URL(name).pathname : name)
  return /^\.\w{1,16}$/.test(extension) ? extension : ''
}

function addPaths(
  root: TreeNode | undefined,
  [key, ...rest]: readonly string[],
  files: ReadonlyMap<string, RepoFile>,
): TreeNode | undefined {
  if (root?.kind !== 'map') return root
  if (key === undefined) return changed(root, (entry, name) => withPath(entry, files.get(name)))
  return changed(root, (inner, name) => (name === key ? (addPaths(inner, rest, files) ?? inner) : inner))
}

function changed(map: MapNode, change: (inner: TreeNode, key: string) => TreeNode): MapNode {
  return { ...map, entries: new Map([...map.entries].map(([key, inner]) => [key, change(inner, key)])) }
}

function withPath(entry: TreeNode, file: RepoFile | undefined): TreeNode {
  if (entry.kind !== 'map' || !file || isEmpty(entry)) return entry
  const path: ScalarNode = { ...file.node, value: file.path, text: file.path, plain: false }
  return { ...entry, entries: new Map([...entry.entries, ['path', path]]) }
}
