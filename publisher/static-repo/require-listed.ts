// What the lists of a tree name has to be in it. A tree is copied file by file, and a copy that was cut short, or that is older in one
// place than in another, has lists that know more than the rest: a build over it would drop what is missing for good, and begin its
// serials anew. A build that was cut short is no such tree, as it writes lists last.
import { parseDiscovery } from '../../schemas/discovery.ts'
import { coded } from '../../schemas/errors.ts'
import type { Name } from '../../schemas/name.ts'
import { quote } from '../../schemas/quote.ts'
import type { RepoDocument } from '../../schemas/repo-document.ts'
import { parseRepoDocument } from '../../schemas/repo-document.ts'
import { decodeText } from '../../schemas/text.ts'
import { DISCOVERY_PATH, pluginDocumentPath, repoDocumentPath } from '../../static-tree/paths.ts'
import type { PluginRecord } from '../../static-tree/record.ts'
import type { TreeReader } from '../../static-tree/write/store.ts'

type Named = { readonly path: string; readonly by: string }

/** Throws DOCUMENT_MISMATCH for a plugin, a version or a document that a list names and the tree lacks. */
export async function requireListed(tree: TreeReader, records: readonly PluginRecord[]): Promise<void> {
  const listed = new Set(records.map(({ repo }) => repo))
  if (await tree.stat(DISCOVERY_PATH)) {
    const name = tree.nameOf(DISCOVERY_PATH)
    const { repos } = parseDiscovery(decodeText(await tree.read(DISCOVERY_PATH), name), name)
    for (const repo of repos) {
      await requireThere(tree, { path: repoDocumentPath(repo.name, 'json'), by: DISCOVERY_PATH })
      listed.add(repo.name)
    }
  }
  for (const repo of listed) await requireRepo(tree, repo, records)
}

async function requireRepo(tree: TreeReader, repo: Name, records: readonly PluginRecord[]): Promise<void> {
  const root = repoDocumentPath(repo, 'json')
  // A first build was cut short before its list.
  if (!(await tree.stat(root))) return
  const { shards = [], ...inline } = await readList(tree, root)
  await requirePlugins(tree, { by: root, repo, list: inline, records })
  for (const shard of shards) {
    const path = `repos/${repo}/${shard}`
    await requireThere(tree, { path, by: root })
    await requirePlugins(tree, { by: path, repo, list: await readList(tree, path), records })
  }
}

type Listed = {
  readonly by: string
  readonly repo: Name
  readonly list: Pick<RepoDocument, 'plugins'>
  readonly records: readonly PluginRecord[]
}

async function requirePlugins(tree: TreeReader, { by, repo, list, records }: Listed): Promise<void> {
  const known = new Map(records.filter((record) => record.repo === repo).map((record) => [record.plugin, record]))
  for (const { plugin, version } of list.plugins ?? []) {
    const path = pluginDocumentPath(repo, plugin, 'json')
    const record = known.get(plugin)
    if (!record) throw lacks(tree, { path, by }, 'is not in the tree')
    if (version !== undefined && !record.releases.some((release) => release.version === version))
      throw lacks(tree, { path, by }, `lacks \`${version}\``)
  }
}

async function readList(tree: TreeReader, path: string): Promise<RepoDocument> {
  const name = tree.nameOf(path)
  return parseRepoDocument(decodeText(await tree.read(path), name), name)
}

async function requireThere(tree: TreeReader, named: Named): Promise<void> {
  if (!(await tree.stat(named.path))) throw lacks(tree, named, 'is not in the tree')
}

function lacks(tree: TreeReader, { path, by }: Named, problem: string): Error {
  return coded('DOCUMENT_MISMATCH', {
    message: `${quote(tree.nameOf(path))} ${problem}, though ${quote(tree.nameOf(by))} names it`,
    hint: 'bring back the whole tree of the last build: released versions are kept for ever',
  })
}
