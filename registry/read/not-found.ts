// Says what is missing at an address: the repo, the plugin, the version, or only the file.
import { dirname } from 'node:path/posix'
import { coded } from '../../schemas/errors.ts'
import { isName } from '../../schemas/name.ts'
import { quote } from '../../schemas/quote.ts'
import { releaseName } from '../../schemas/release-name.ts'
import { pluginDocumentPath, repoDocumentPath } from '../../static-tree/paths.ts'
import { repoNotFound } from '../auth/hidden-repo.ts'
import type { Served } from './load-file.ts'
import type { TreePath } from './tree-path.ts'

/** The error for an address that has no file; never throws. */
export async function explainAbsence(tree: Served['tree'], address: string, at: TreePath | undefined): Promise<Error> {
  const nothing = coded('NOT_FOUND', { message: `there is nothing at ${quote(address)}` })
  if (!at?.path.startsWith('repos/')) return nothing
  const [repo = '', plugin = '', version = ''] = at.path
    .slice('repos/'.length)
    .replace(/\.(json|yaml)$/, '')
    .split('/')
  // What cannot be looked at counts as missing: the request was answered already, by there being no file.
  const exists = async (path: string) => (await tree.stat(path).catch(() => undefined)) !== undefined
  if (!isName(repo) || !(await exists(repoDocumentPath(repo, 'json')))) return repoNotFound(repo)
  if (!isName(plugin)) return nothing
  const document = pluginDocumentPath(repo, plugin, 'json')
  if (!(await exists(document))) return pluginNotFound(repo, plugin)
  if (at.kind !== 'release' || (await exists(dirname(at.path)))) return nothing
  return versionError(releaseName({ repo, plugin, version }), await lineOf(tree, document, version))
}

function versionError(subject: string, line: string | undefined): Error {
  const found = line === undefined ? undefined : (JSON.parse(line) as { state: string; reason?: string })
  if (found?.state !== 'quarantined')
    return coded('VERSION_NOT_FOUND', { message: `${quote(subject)} does not exist`, details: { subject } })
  return coded('VERSION_QUARANTINED', {
    message: `${quote(subject)} is quarantined: ${quote(found.reason)}`,
    details: { subject, reason: found.reason },
    hint: 'choose another version',
  })
}

/** A plugin document holds one version a line, so none of the others has to be read. */
async function lineOf(tree: Served['tree'], document: string, version: string): Promise<string | undefined> {
  const bytes = await tree.read(document).catch(() => Buffer.alloc(0))
  const start = bytes.indexOf(`\n{"version":${JSON.stringify(version)},`)
  if (start < 0) return undefined
  const end = bytes.indexOf('\n', start + 1)
  return bytes
    .subarray(start, end < 0 ? undefined : end)
    .toString()
    .trim()
    .replace(/,$/, '')
}

function pluginNotFound(repo: string, plugin: string): Error {
  return coded('PLUGIN_NOT_FOUND', {
    message: `repo \`${repo}\` offers no plugin ${quote(plugin)}`,
    details: { repo, plugin },
    hint: '`octo search` lists what the repos of a config offer',
  })
}
