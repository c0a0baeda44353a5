// The texts of local documents with the next versions in the addresses of what they include, and their way to the disk.
import type { ConfigSource, TreeNode } from '../document/node.ts'
import { parseTree } from '../document/node.ts'
import { editAddresses } from './edit-addresses.ts'
import type { Outdated } from './outdated-includes.ts'
import { editsFor } from './outdated-includes.ts'
import { replaceText, requireUnchanged } from './replace-text.ts'

/** By the path of each document that changes; throws CONFIG_INVALID for an address that cannot be changed by itself. */
export async function steppedTexts(outdated: readonly Outdated[]): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>()
  for (const file of new Set(outdated.map((one) => one.file))) {
    const inFile = outdated.filter((one) => one.file === file)
    const [first] = inFile
    if (!first) continue
    const { text, root } = first
    const edits = inFile.flatMap(editsFor)
    texts.set(file, await editAddresses({ text, root, edits }, (changed) => parsed(changed, root.origin.source)))
  }
  return texts
}

async function parsed(text: string, source: ConfigSource): Promise<TreeNode> {
  if (!source.name.toLowerCase().endsWith('.toml')) return parseTree(text, source)
  const { parseTomlTree } = await import('../document/toml.ts')
  return parseTomlTree(text, source)
}

/** Throws CHANGES_OUTDATED, and writes nothing, where a file is not what the `outdated` were read from any more. */
export async function replaceTexts(texts: ReadonlyMap<string, string>, outdated: readonly Outdated[]): Promise<void> {
  const before = new Map(outdated.map(({ file, text }) => [file, text]))
  for (const path of texts.keys()) await requireUnchanged(path, before.get(path), LOOK_AGAIN)
  for (const [path, text] of texts) await replaceText(path, text)
}

const LOOK_AGAIN = 'look at the steps again: `octo config upgrade`'
