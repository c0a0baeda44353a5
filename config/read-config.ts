// Reads a config with all its includes into the one normal form. The only place where configs meet disk, network and
// environment.

import { join } from 'node:path'
import type { CodedError } from '../schemas/errors.ts'
import { isCoded } from '../schemas/errors.ts'
import { platformOf } from '../schemas/platform.ts'
import type { AskPrompt } from './ask-prompts.ts'
import { withAnswers } from './ask-prompts.ts'
import type { ScalarNode, TreeNode } from './document/node.ts'
import { templateBudget } from './document/template.ts'
import { joinDocuments } from './document/trees.ts'
import type { OnProblem, Warnings } from './document/warnings.ts'
import { attempt, openWarnings } from './document/warnings.ts'
import { findConfig } from './find/find-config.ts'
import { addressFrom, resolveFile } from './include/document-address.ts'
import type { ConfigDocument } from './include/documents.ts'
import { gatherDocuments } from './include/documents.ts'
import type { FetchText } from './include/fetched-text.ts'
import { keyFilePath, readKeyFile } from './include/key-files.ts'
import type { OctoConfig } from './model/config.ts'
import type { EffectiveTree } from './model/effective-tree.ts'
import { effectiveTree } from './model/effective-tree.ts'
import { withGlobals } from './model/globals.ts'
import type { KeyFiles } from './model/keys.ts'
import { keyFileNodes } from './model/keys.ts'
import { nameOf, normaliseConfig } from './model/normalise.ts'
import { readPrompts } from './model/prompts.ts'
import { findRepos } from './model/repos.ts'
import { projectFolder, projectOf } from './project-folder.ts'
import { findRepoFiles } from './repo-files.ts'
import { localTemplates, writeRepoFiles } from './write-repo-files.ts'

export type ConfigDeps = {
  readonly cwd: string
  /** For `{{.env.NAME}}` in local documents. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Absent when the network is not allowed: then a config with web includes is an OFFLINE error. */
  readonly fetchText?: FetchText
  readonly platform?: string
  readonly arch?: string
  /** Repos that say nothing about trust are taken as `trust: unsigned`, with its warning. */
  readonly insecure?: boolean | undefined
  /** Asks a person for the values of `prompts`; absent where nobody can be asked. */
  readonly ask?: AskPrompt | undefined
  /** A document that is left away, with all that only it includes. */
  readonly without?: string | undefined
  /** Where the user's own trusted keys are; absent, there are none. */
  readonly trustedKeysPath?: string | undefined
  /** In place of what lies on the disk, by path. */
  readonly texts?: ReadonlyMap<string, string> | undefined
  /** A fetched document counts that was signed before the one that was used last. */
  readonly acceptsOlder?: boolean | undefined
  /** Arguments of a check that cannot be rendered are a problem of that check alone, and no error. */
  readonly keepsUnrendered?: boolean | undefined
  /** Told of every problem of the documents in place of the first one being thrown; what is given then is not to be followed. */
  readonly onProblem?: OnProblem | undefined
}

export type WholeConfig = {
  readonly config: OctoConfig
  /** All documents in the order of precedence, also those of which only a problem was told. */
  readonly met: readonly string[]
  /** Everything that the documents say, also what octo itself does not read; throws CONFIG_INVALID. */
  readonly effective: () => EffectiveTree
  /** Puts the files of `repos.files` where services find them, and gives what is to be warned of; throws what writeRepoFiles throws. */
  readonly writeFiles: (fetchText?: FetchText) => Promise<readonly string[]>
}

/** Reads the named configs, first one strongest; none or an empty list means the default file of the directory. */
export async function readWholeConfig(
  pathOrPaths: string | readonly string[] | undefined,
  deps: ConfigDeps,
): Promise<WholeConfig> {
  const named = typeof pathOrPaths === 'string' ? [pathOrPaths] : (pathOrPaths ?? [])
  const paths = named.length > 0 ? named : [findConfig(deps.cwd, deps.env)]
  const addresses = paths.map((path) => addressFrom(path, deps.cwd))
  const [os = '', arch = ''] = platformOf({
    platform: deps.platform ?? process.platform,
    arch: deps.arch ?? process.arch,
  }).split('_')
  let { env } = deps
  const { documents, met, warnings } = await gatherDocuments(addresses, deps.fetchText, {
    warnings: openWarnings(deps.onProblem, { keepsUnrendered: deps.keepsUnrendered }),
    insecure: deps.insecure,
    trustedKeysPath: deps.trustedKeysPath,
    acceptsOlder: deps.acceptsOlder,
    texts: deps.texts,
    without: deps.without === undefined ? undefined : addressFrom(deps.without, deps.cwd),
    async variables(read, templates) {
      // What is wrong in them is told when all of them are looked at.
      const quiet = openWarnings(() => undefined)
      const { joined, trees } = joinAll(read, deps.env, quiet)
      const { report } = openWarnings(deps.onProblem && (() => undefined))
      env = await withAnswers(readPrompts(joined.local, quiet), { env, texts: templates, ask: deps.ask, report })
      return { root: trees.merged, homes: trees.homes, env, os, arch, budget: templateBudget() }
    },
  })
  const names = documents.map(({ address }) => address.name)
  const { trees, files, folder } = joinAll(documents, deps.env, warnings)
  const keyFiles = readKeyFiles(trees.local, warnings)
  const prompts = readPrompts(trees.local, warnings)
  const texts = [
    ...documents.filter(({ address }) => address.kind === 'file').map(({ text }) => text),
    ...(prompts.length > 0 ? localTemplates(files) : []),
  ]
  const variables = {
    env: await withAnswers(prompts, { env, texts, ask: deps.ask, report: warnings.report }),
    os,
    arch,
  }
  const config = normaliseConfig({
    documents: documents.map(({ root }) => root),
    trees,
    files: names,
    keyFiles,
    variables,
    warnings,
    resolveFile,
    insecure: deps.insecure,
  })
  const local = documents.filter(({ address }) => address.kind === 'file')
  const inputs = new Map(local.map(({ address, text }) => [address.name, text]))
  for (const [node, text] of keyFiles) if (typeof text === 'string') inputs.set(keyFilePath(node), text)
  return {
    config: { ...config, inputs },
    met,
    effective: () => effectiveTree(trees, variables, warnings),
    writeFiles: (fetchText = deps.fetchText) => {
      const all = { ...variables, root: trees.merged, homes: trees.homes, budget: templateBudget() }
      return writeRepoFiles(files, { folder: folder(), variables: all, fetchText })
    },
  }
}

/** The documents as one, with values that services share and with the paths of files. */
function joinAll(documents: readonly ConfigDocument[], env: ConfigDeps['env'], warnings: Warnings) {
  const joined = joinDocuments(documents.map(({ root }) => root))
  const shared = attempt(warnings, () => withGlobals(joined, warnings)) ?? joined
  const files = documents.map(({ address }) => address.name)
  const folder = () => join(projectFolder(projectOf({ ...nameOf(joined.merged), files }), env), 'files')
  const found = attempt(warnings, () => findRepoFiles(shared, folder)) ?? { trees: shared, files: [] }
  return { joined, folder, ...found }
}

/** Key files lie beside the local document that names them. Why one cannot be read is told where its key is. */
function readKeyFiles(local: TreeNode | undefined, warnings: Warnings): KeyFiles {
  const repos = attempt(warnings, () => findRepos(local)) ?? []
  return new Map(repos.flatMap(({ node }) => keyFileNodes(node)).map((node) => [node, textOrRefusal(node)]))
}

function textOrRefusal(node: ScalarNode): string | CodedError {
  try {
    return readKeyFile(node)
  } catch (error) {
    if (isCoded(error)) return error
    throw error
  }
}
