// Files with public keys, which lie beside the local document that names them.
import { dirname, resolve } from 'node:path'
import { isCoded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { decodeText } from '../../schemas/text.ts'
import { readPlainFile } from '../../system/files/read-plain-file.ts'
import { invalid } from '../document/invalid.ts'
import type { ScalarNode, TreeNode } from '../document/node.ts'
import { textOf } from '../document/node.ts'

/** A key of OpenPGP brings the words of others about it. */
const MAX_KEY_BYTES = 64 * 1024

/** Throws CONFIG_INVALID at the place that names the file. */
export function readKeyFile(node: ScalarNode): string {
  const path = keyFilePath(node)
  try {
    return decodeText(readPlainFile(path, MAX_KEY_BYTES), path)
  } catch (cause) {
    throw invalid(node, `key file ${quote(path)} ${problemOf(cause)}`, { cause })
  }
}

function problemOf(error: unknown): string {
  if (isCoded(error, 'LIMIT_EXCEEDED')) return `is larger than ${MAX_KEY_BYTES} bytes`
  return isCoded(error, 'IO_FAILED') ? 'is not a file' : 'cannot be read'
}

export function keyFilePath(node: TreeNode): string {
  return resolve(dirname(node.origin.source.name), textOf(node as ScalarNode))
}
