// Keys that the documents of a config call revoked by now, for whoever read it hours ago and starts plugins still: nothing that such a key
// signed counts, whenever it was proven. All else stays as it was read. Answers: a stolen key that a supervisor goes on with.
import { statSync } from 'node:fs'
import { extname } from 'node:path'
import type { Digest } from '../schemas/digest.ts'
import type { CodedError } from '../schemas/errors.ts'
import { throwDefect } from '../schemas/errors.ts'
import { decodeText } from '../schemas/text.ts'
import type { AnyKeyKind } from '../schemas/trust-key.ts'
import { settledNow } from '../system/async/limit.ts'
import { onDisk } from '../system/files/errors.ts'
import { identityOf } from '../system/files/file-identity.ts'
import { readPlainFile } from '../system/files/read-plain-file.ts'
import { fieldOf, itemsOf } from './document/field-of.ts'
import type { ScalarNode, TreeNode } from './document/node.ts'
import { parseTree } from './document/node.ts'
import { CONFIG_LIMITS } from './include/documents.ts'
import { readKeyFile } from './include/key-files.ts'
import type { OctoConfig } from './model/config.ts'
import { keyFileNodes, readKey } from './model/keys.ts'
import { findRepos } from './model/repos.ts'

export type Revocations = {
  /** The document that says it, where one has come to say so since the config was read. */
  of(repo: string, signer: Digest): string | undefined
}

type Watched = { readonly path: string; text: string; identity: string; revoked: ReadonlySet<string> }

const KINDS: readonly AnyKeyKind[] = ['ecdsa-p256', 'ed25519', 'rsa']

/** Looks at the local documents at each question, and reads those that were changed. */
export function openRevocations({ files, inputs }: Pick<OctoConfig, 'files' | 'inputs'>): Revocations {
  const watched = files.flatMap((path): readonly Watched[] => {
    const text = inputs?.get(path)
    // TOML is read by who reads the whole config.
    return text === undefined || extname(path) === '.toml' ? [] : [{ path, text, identity: '', revoked: new Set() }]
  })
  return {
    of(repo, signer) {
      for (const document of watched) look(document)
      return watched.find(({ revoked }) => revoked.has(entryOf(repo, signer)))?.path
    },
  }
}

/** A document that cannot be read, as somebody writes it just now, says what it said before. */
function look(document: Watched): void {
  const { path } = document
  try {
    const identity = onDisk(path, () => identityOf(statSync(path, { bigint: true })))
    if (identity === document.identity) return
    const text = decodeText(
      onDisk(path, () => readPlainFile(path, CONFIG_LIMITS.documentBytes)),
      path,
    )
    const isOther = text !== document.text
    Object.assign(document, { text, identity })
    if (isOther) document.revoked = revokedIn(text, path)
  } catch (error) {
    throwDefect(error)
  }
}

function revokedIn(text: string, path: string): ReadonlySet<string> {
  const root = parseTree(text, { name: path, remote: false })
  return new Set(findRepos(root).flatMap(({ name, node }) => revokedOf(node).map((id) => entryOf(name, id))))
}

function revokedOf(repo: TreeNode): readonly Digest[] {
  const keyFiles = new Map(keyFileNodes(repo).map((file) => [file, textOrRefusal(file)]))
  const keys = itemsOf(fieldOf(repo, 'repo', 'keys')).map((node) =>
    settledNow(() => readKey(node, { keyFiles, kinds: KINDS })),
  )
  return keys.flatMap((key) => (key.state === 'done' && key.value.revoked ? [key.value.id] : []))
}

function textOrRefusal(file: ScalarNode): string | CodedError {
  const read = settledNow(() => readKeyFile(file))
  return read.state === 'done' ? read.value : read.error
}

function entryOf(repo: string, signer: string): string {
  return `${repo} ${signer}`
}
