// The texts of local documents with the next versions in the addresses of what they include, and their way to the disk.
import { readFile, realpath, stat } from 'node:fs/promises'
import { coded } from '../schemas/errors.ts'
import { quote } from '../schemas/quote.ts'
import { replaceFile } from '../system/files/atomic-file.ts'
import type { ConfigSource, TreeNode } from './document/node.ts'
import { parseTree } from './document/node.ts'
import { editAddresses } from './edit-addresses.ts'
import type { Outdated } from './outdated-includes.ts'
import { editsFor } from './outdated-includes.ts'

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
  const { parseTomlTree } = await import('./document/toml.ts')
  return parseTomlTree(text, source)
}

/**
 * Each whole or not at all; a link stays a link, and a file keeps its mode. Throws CHANGES_OUTDATED, and writes nothing, where a
 * file is not what the `outdated` were read from any more.
 */
export async function replaceTexts(texts: ReadonlyMap<string, string>, outdated: readonly Outdated[]): Promise<void> {
  const before = new Map(outdated.map(({ file, text }) => [file, text]))
  for (const path of texts.keys()) if ((await readFile(path, 'utf8')) !== before.get(path)) throw changedMeanwhile(path)
  for (const [path, text] of texts) {
    const real = await realpath(path)
    await replaceFile(real, text, { mode: (await stat(real)).mode & 0o7777 })
  }
}

/** A question may stand for hours, and an editor be open beside it. */
function changedMeanwhile(path: string): Error {
  return coded('CHANGES_OUTDATED', {
    message: `${quote(path)} was changed since it was read, and nothing was written`,
    details: { path },
    hint: 'look at the steps again: `octo config upgrade`',
  })
}
