// Whose signatures count in a repo that is added, and whether somebody agrees: a key comes from its owner, on another way than from
// the registry, and is shown to be compared.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { RepoConfig, RepoTrust } from '../../../config/model/config.ts'
import { coded } from '../../../schemas/errors.ts'
import { printable, quote } from '../../../schemas/quote.ts'
import { shownAddress } from '../../../schemas/shown-address.ts'
import type { AnyKeyKind, KeyKind, TrustKey } from '../../../schemas/trust-key.ts'
import { parsePublicKey, publicKeyLine } from '../../../schemas/trust-key.ts'
import { readGivenFile } from '../../../system/files/given-file.ts'
import { askOn } from '../../../terminal/ask-question.ts'
import type { Terminal } from '../../../terminal/index.ts'

export type ConsentFlags = {
  readonly key?: readonly string[]
  readonly unsigned?: boolean
  readonly yes?: boolean
}

const MAX_PATH = 1024
const MAX_KEY_BYTES = 64 * 1024
const NAME_THE_KEY =
  'give the path of the `.pub` file that its owner has handed you, or the key itself: one line of base64 that begins with `M`'

type Telling = {
  readonly name: string
  readonly terminal: Terminal
  /** What whoever serves the repo says its keys are. */
  readonly served: () => Promise<readonly TrustKey[]>
  readonly ask?: ReturnType<typeof askOn>
}

/** Throws USAGE where nobody can be asked, and KEY_UNREADABLE. A key that is served counts only once somebody has compared it. */
export async function trustOf(
  { key: texts = [], unsigned, yes = false }: ConsentFlags,
  { name, terminal, served, ask = askOn(terminal) }: Telling,
): Promise<RepoTrust> {
  if (unsigned && texts.length > 0)
    throw coded('USAGE', { message: '`--unsigned` says that nothing is proven, and `--key` whose signatures count' })
  if (unsigned) return { kind: 'unsigned' }
  if (texts.length > 0) return { kind: 'keys', keys: keysOf(texts) }
  const offered = await served()
  if (!ask) throw keyNeeded(name, offered)
  // Whoever said `--yes` has compared a key, and not one of these.
  if (offered.length > 0 && !yes) {
    terminal.info(
      'the keys come from the registry itself, which could name any: compare each with what its owner says elsewhere',
    )
    return { kind: 'keys', keys: offered }
  }
  const text = await ask({
    name: `Public key of ${name}, as its owner gives it (one line, or a file)`,
    type: 'text',
    options: [],
  })
  return { kind: 'keys', keys: [keyOf(text)] }
}

function keyNeeded(name: string, offered: readonly TrustKey[]): Error {
  const ids = offered.map(({ id }) => `\`${id}\``)
  const note = ids.length === 0 ? '' : `; the registry itself names ${ids.join(', ')}`
  return coded('USAGE', {
    message: `repo ${quote(name)} needs the public key of whoever publishes there, and nobody can be asked for it${note}`,
    details: { served: offered.map((key) => ({ id: key.id, key: publicKeyLine(key) })) },
    hint: 'get it from its owner, on another way than from the registry, and add `--key KEY --yes`',
  })
}

/** One that is named twice, as by its file and by itself, is one. */
export function keysOf(texts: readonly string[]): readonly TrustKey[] {
  return [...new Map(texts.map((text) => keyOf(text)).map((key) => [key.id, key])).values()]
}

/** What is a key is that key, whatever a file is called in the folder where somebody stands. */
export function keyOf<Kind extends AnyKeyKind = KeyKind>(text: string, kinds?: readonly Kind[]): TrustKey<Kind> {
  const path = resolve(process.cwd(), text)
  try {
    return parsePublicKey(text, '--key', kinds)
  } catch (error) {
    if (text.length >= MAX_PATH || !existsSync(path)) throw isMeantAsFile(text) ? noKeyFile(text, path) : error
    const given = { what: 'public key file', maxBytes: MAX_KEY_BYTES, hint: NAME_THE_KEY }
    return parsePublicKey(readGivenFile(path, given).toString(), path, kinds)
  }
}

/** Neither text of a key nor its base64, which may be a secret one. */
function isMeantAsFile(text: string): boolean {
  return !/^[A-Za-z0-9+/=\s]{40,}$/.test(text) && !/PRIVATE|-----/.test(text)
}

function noKeyFile(text: string, path: string): Error {
  return coded('KEY_UNREADABLE', {
    message: `\`--key\` is given ${quote(text)}, which is neither a file here nor a public key in one line`,
    details: { path },
    hint: NAME_THE_KEY,
  })
}

type Asking = {
  readonly flags: ConsentFlags
  readonly terminal: Terminal
  /** Why the keys prove nothing. */
  readonly unproven?: string
  readonly ask?: ReturnType<typeof askOn>
}

/** What the keys prove, and where its publisher can be found, as that release says. */
export type Proven = { readonly release: string; readonly homepage: string | undefined }

/** Throws USAGE where nobody can be asked, and INTERRUPTED for a no. */
export async function requireConsent(
  { name, url, trust }: RepoConfig,
  proven: Proven | undefined,
  { flags, terminal, unproven = 'there is no release yet to try the keys on', ask = askOn(terminal) }: Asking,
): Promise<void> {
  const keys =
    trust.kind === 'keys'
      ? trust.keys.map(({ id, kind }) => `key   ${id} (${kind})`)
      : ['key   none: nothing is proven']
  const evidence = proven === undefined ? unproven : `they prove ${proven.release}${homeNote(proven)}`
  const lines = [
    `repo  ${name} at ${shownAddress(url)}`,
    ...keys,
    ...(trust.kind === 'keys' ? [`      ${evidence}`] : []),
  ]
  for (const line of lines) terminal.info(line)
  if (flags.yes) return
  if (!ask)
    throw coded('USAGE', {
      message:
        'whoever holds these keys decides what runs here, and nobody can be asked whether they are the right ones',
      hint: 'compare them with what their owner says, and add `--yes`',
    })
  const question =
    trust.kind === 'keys'
      ? 'Are these the keys that its owner told you?'
      : 'May all that it serves run here without proof?'
  // Somebody who goes on with Enter has compared nothing.
  if ((await ask({ name: question, type: 'confirm', options: [], unsaid: 'no' })) === 'true') return
  throw coded('INTERRUPTED', { message: 'nothing was written, as nobody said yes' })
}

function homeNote({ homepage }: Proven): string {
  return homepage === undefined ? '' : `, which calls ${printable(homepage, 300)} the home of its publisher`
}
