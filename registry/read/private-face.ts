// What is not in the tree for everybody: perhaps it is in the one of private repos, for whoever may read there. Nothing of that tree
// is looked at before the gate has answered, neither its memory nor its files.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Name } from '../../schemas/name.ts'
import { isName } from '../../schemas/name.ts'
import type { ReadGate } from '../auth/read-gate.ts'
import type { Served } from './load-file.ts'
import { explainAbsence } from './not-found.ts'
import type { TreeReader } from './reader.ts'
import type { TreePath } from './tree-path.ts'

type PrivateFace = {
  readonly gate: Pick<ReadGate, 'admit'>
  /** The private one, and what reads it. */
  readonly tree: Served['tree']
  readonly reader: Pick<TreeReader, 'send'>
}

/** False for what no private repo can have. Throws what the gate throws, and what is missing in a repo that may be read. */
export function beyondPublic({ gate, reader, tree }: PrivateFace) {
  return async (at: TreePath, req: IncomingMessage, res: ServerResponse): Promise<boolean> => {
    const repo = repoOf(at)
    if (repo === undefined || (await gate.admit(req, repo)) === 'public') return false
    const address = `/${at.path}`
    if (await reader.send(address, req, res)) return true
    throw await explainAbsence(tree, address, at)
  }
}

/** Blobs are asked for by digest alone, which names no repo: those of private repos have no such address. */
function repoOf({ path }: TreePath): Name | undefined {
  const [, repo] = /^repos\/([^/.]+)/.exec(path) ?? []
  return isName(repo) ? repo : undefined
}
