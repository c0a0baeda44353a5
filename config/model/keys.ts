// Who may sign what a repo offers: `trust: unsigned` in these words, or `keys:`. Only local documents decide this, because
// whoever serves a document could otherwise name himself as the signer.
import type { CodedError } from '../../schemas/errors.ts'
import { isCoded } from '../../schemas/errors.ts'
import { nearestWord } from '../../schemas/nearest-word.ts'
import { quote } from '../../schemas/quote.ts'
import type { AnyKeyKind, KeyKind, TrustKey } from '../../schemas/trust-key.ts'
import { parsePublicKey } from '../../schemas/trust-key.ts'
import { fieldOf, itemsOf, namedEntries } from '../document/field-of.ts'
import { invalid } from '../document/invalid.ts'
import type { MapNode, ScalarNode, TreeNode } from '../document/node.ts'
import { dataOf, isEmpty, isRemote, textOf } from '../document/node.ts'
import { refused } from '../document/refused.ts'
import { readBoolean } from '../document/scalars.ts'
import type { Warnings } from '../document/warnings.ts'
import { attemptEach } from '../document/warnings.ts'
import type { RepoTrust } from './config.ts'

/** Texts of the key files that a config names, or why there is none, by the node that names each. Reading them is the caller's work. */
export type KeyFiles = ReadonlyMap<TreeNode, string | CodedError>

type Reading = {
  readonly keyFiles: KeyFiles
  readonly warnings: Pick<Warnings, 'report'>
  /** Whether `--insecure` was said: repos without a word about trust run without proof. Undefined where no such option is. */
  readonly insecure?: boolean | undefined
}

/** Nodes below `keys:` that name files. */
export function keyFileNodes(repo: TreeNode): readonly ScalarNode[] {
  const files = itemsOf(fieldOf(repo, 'repo', 'keys')).map((key) => fieldOf(key, 'key', 'file'))
  return files.filter((file) => file?.kind === 'scalar')
}

/** Reads `trust:` and `keys:` of a repo; throws CONFIG_INVALID or KEY_UNREADABLE. */
export function trustOf(repo: TreeNode, name: string, reading: Reading): RepoTrust {
  const trust = fieldOf(repo, 'repo', 'trust')
  const keys = fieldOf(repo, 'repo', 'keys')
  const digests = fieldOf(repo, 'repo', 'digests')
  for (const node of [trust, keys]) if (node) refuseRemote(node)
  if (!isEmpty(digests))
    throw invalid(
      digests,
      `\`digests\` of repo ${quote(name)} are of component versions of OCM, and it is no registry of those`,
    )
  if (!isEmpty(trust)) return unsignedTrust(trust, keys, name)
  const list = attemptEach(itemsOf(keys), reading.warnings, (key) => readKey(key, reading))
  if (list.length > 0) return { kind: 'keys', keys: list }
  // A misspelt `keys` was meant to ask for proof.
  if (reading.insecure === true && isEmpty(keys) && !misspelt(repo)) return { kind: 'unsigned' }
  throw undecided(repo, name, reading)
}

function unsignedTrust(trust: TreeNode, keys: TreeNode | undefined, name: string): RepoTrust {
  if (dataOf(trust) !== 'unsigned')
    throw invalid(trust, `\`trust\` of repo ${quote(name)} can only be \`unsigned\``, { hint: howToTrust() })
  if (!isEmpty(keys)) throw invalid(trust, `repo ${quote(name)} has both \`keys\` and \`trust: unsigned\``)
  return { kind: 'unsigned' }
}

/** The table keeps fetched documents from saying this; trust asks once more. */
export function refuseRemote(node: TreeNode): void {
  const remote = [node, ...itemsOf(node)].find(isRemote)
  if (remote) throw refused(remote, 'say which keys are trusted')
}

type KeyReading<Kind> = Pick<Reading, 'keyFiles'> & {
  /** Those that sign releases when absent. */
  readonly kinds?: readonly Kind[]
}

/** One public key with its window; throws CONFIG_INVALID. */
export function readKey<Kind extends AnyKeyKind = KeyKind>(
  node: TreeNode,
  { keyFiles, kinds }: KeyReading<Kind>,
): TrustKey<Kind> {
  const parse = (at: TreeNode, text: string, source = at.origin.source.name) => parseKey(at, { text, source, kinds })
  if (node.kind === 'scalar') return parse(node, textOf(node))
  if (node.kind === 'list') throw invalid(node, 'expected a public key, found a list')
  const revoked = readBoolean(fieldOf(node, 'key', 'revoked'), 'revoked', false)
  const trustLockfile = readBoolean(fieldOf(node, 'key', 'trust-lockfile'), 'trust-lockfile', false)
  return {
    ...keyIn(node, keyFiles, parse),
    ...nameOf(node),
    ...timeOf(node, 'from'),
    ...timeOf(node, 'to'),
    ...(revoked ? { revoked } : {}),
    ...(trustLockfile ? { trustLockfile } : {}),
  }
}

/** Where nothing is said, as its file is called. */
function nameOf(node: MapNode): Pick<TrustKey, 'name'> {
  const said = fieldOf(node, 'key', 'name')
  const named = isEmpty(said) ? fieldOf(node, 'key', 'file') : said
  if (isEmpty(named)) return {}
  if (named.kind !== 'scalar') throw invalid(named, '`name` of a key is no plain text')
  return { name: isEmpty(said) ? textOf(named).replace(/^.*[/\\]/, '') : textOf(named) }
}

type Parse<Kind extends AnyKeyKind> = (at: TreeNode, text: string, source?: string) => TrustKey<Kind>

function keyIn<Kind extends AnyKeyKind>(node: MapNode, keyFiles: KeyFiles, parse: Parse<Kind>): TrustKey<Kind> {
  const inline = fieldOf(node, 'key', 'key')
  const file = fieldOf(node, 'key', 'file')
  if (inline?.kind === 'scalar' && file === undefined) return parse(inline, textOf(inline))
  const text = file && keyFiles.get(file)
  if (isCoded(text) && inline === undefined) throw text
  if (file && inline === undefined && typeof text === 'string') return parse(file, text, textOf(file as ScalarNode))
  throw invalid(node, 'a key is written as one line of base64, as PEM, or as `file: ./octo.pub`')
}

/** `source` is the file that holds it, where the config only names one. */
type KeyText<Kind> = {
  readonly text: string
  readonly source: string
  readonly kinds: readonly Kind[] | undefined
}

function parseKey<Kind extends AnyKeyKind>(node: TreeNode, { text, source, kinds }: KeyText<Kind>): TrustKey<Kind> {
  try {
    return parsePublicKey(text, source, kinds)
  } catch (error) {
    throw invalid(node, 'this is no public key that can be pinned', {
      cause: error,
      hint: kinds === undefined ? howToTrust() : HOW_TO_SIGN,
    })
  }
}

/** A date without a time means its first moment in UTC. */
function timeOf(node: MapNode, key: 'from' | 'to'): { from?: number; to?: number } {
  const value = fieldOf(node, 'key', key)
  if (isEmpty(value)) return {}
  const text = value.kind === 'scalar' ? textOf(value) : ''
  const time = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN
  if (Number.isNaN(time)) throw invalid(value, `\`${key}\` is no date, expected for example \`2026-01-31T12:00:00Z\``)
  return { [key]: time }
}

function undecided(repo: TreeNode, name: string, { insecure }: Reading): Error {
  const problem = `repo ${quote(name)} does not say whose signatures it needs`
  const slip = misspelt(repo)
  // A way out that gives the proof up is not offered to somebody who wrote whose it is.
  if (slip)
    return invalid(slip.at, `${problem}: unknown key ${quote(slip.key)}`, { hint: `did you mean \`${slip.meant}\`?` })
  const hint = insecure === undefined ? howToTrust() : `${howToTrust()}, or say \`--insecure\``
  return invalid(repo, problem, { hint })
}

function misspelt(repo: TreeNode) {
  const [slip] = namedEntries(repo).flatMap(([key, at]) => {
    const meant = nearestWord(key, ['keys', 'trust'])
    return meant === undefined || meant === key ? [] : [{ key, at, meant }]
  })
  return slip
}

function howToTrust(): string {
  return 'write `keys: [{file: ./octo.pub}]` with the public key of the publisher, or `trust: unsigned` to run unproven plugins'
}

const HOW_TO_SIGN =
  'a registry of OCM needs the public half of an RSA key of 2048 bits or more, as `openssl rsa -in KEY -pubout` writes it'
