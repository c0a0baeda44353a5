// Files with public keys, which lie beside the local document that names them.
import { readFile, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { quote } from '../schemas/quote.ts'
import { decodeText } from '../schemas/text.ts'
import { invalid } from './document/invalid.ts'
import type { ScalarNode, TreeNode } from './document/node.ts'
import { textOf } from './document/node.ts'

/** A key of OpenPGP brings the words of others about it. */
const MAX_KEY_BYTES = 64 * 1024

/** Throws CONFIG_INVALID at the place that names the file. */
export async function readKeyFile(node: ScalarNode): Promise<string> {
  const path = keyFilePath(node)
  try {
    const found = await stat(path)
    if (!found.isFile()) throw invalid(node, `key file ${quote(path)} is not a file`)
    if (found.size > MAX_KEY_BYTES) throw invalid(node, `key file ${quote(path)} is larger than ${MAX_KEY_BYTES} bytes`)
    return decodeText(await readFile(path), path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'CONFIG_INVALID') throw error
    throw invalid(node, `key file ${quote(path)} cannot be read`, { cause: error })
  }
}

export function keyFilePath(node: TreeNode): string {
  return resolve(dirname(node.origin.source.name), textOf(node as ScalarNode))
}
