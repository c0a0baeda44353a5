// `octo add ocm://…`: a plugin registry of OCM in the config, or the component of one plugin. It proves nothing by itself, and the first
// look at it neither: what counts is the key or the digest that its owner tells on another way, which is tried on what is served before
// anything is written.
import type { RepoConfig } from '../../../config/model/config.ts'
import type { ComponentAddress } from '../../../schemas/component/address.ts'
import { pluginNameIn, readComponentAddress } from '../../../schemas/component/address.ts'
import { isDigest } from '../../../schemas/digest.ts'
import { coded } from '../../../schemas/errors.ts'
import { parseName } from '../../../schemas/name.ts'
import { printable, quote, shellWord } from '../../../schemas/quote.ts'
import type { ComponentKey } from '../../../schemas/trust-key.ts'
import { COMPONENT_KINDS } from '../../../schemas/trust-key.ts'
import { askOn } from '../../../terminal/ask-question.ts'
import type { Terminal } from '../../../terminal/index.ts'
import type { Offered } from '../../sources/component/look-at-component.ts'
import { lookAtComponent } from '../../sources/component/look-at-component.ts'
import { contextFor } from './adding-context.ts'
import { keyOf } from './consent.ts'
import { editorLine, SCHEMA_FILE, writeSchemaBeside } from './editor-line.ts'
import { findOwnConfig, holderIn, shownPath, withValue, writeOwnConfig } from './own-config.ts'
import type { AddRepoFlags } from './repo.ts'
import { refuseKnown } from './repo.ts'
import { workspaceOf } from './workspace.ts'

const MAX_SHOWN = 20

export async function addComponentRepo(text: string, flags: AddRepoFlags, terminal: Terminal): Promise<number> {
  const address = addressIn(text)
  const { digest, key: texts = [] } = flags
  if (flags.unsigned) throw unprovable()
  if (digest !== undefined && !isDigest(digest))
    throw coded('USAGE', { message: `\`--digest\` is given ${quote(digest)}, expected \`sha256:\` and 64 digits` })
  const own = findOwnConfig(flags.config, process.cwd())
  const known = own.isNew ? undefined : (await workspaceOf(flags, own, terminal)).config
  const name = parseName(flags.name ?? pluginNameIn(address.component), 'repo')
  if (known) refuseKnown(known, { name, url: text })
  const keys = texts.map((one) => keyOf(one, COMPONENT_KINDS))
  const offered = await offeredBy(text, address, terminal)
  if (digest !== undefined && digest !== offered.digest) throw otherDigest(text, { expected: digest, offered })
  if (keys.length > 0) offered.prove(keys)
  if (digest === undefined) await requireConsent({ name, text, keys, offered }, flags, terminal)
  // What a digest proves is one version: with its name the config keeps meaning it when there is a newer one.
  const isPinned = keys.length === 0
  const url = isPinned && address.version === undefined ? `${text}:${offered.version}` : text
  const entry = isPinned ? { url, digests: [offered.digest] } : { url, keys: keys.map(lineOf) }
  const begun = own.isNew ? { ...own, text: editorLine(SCHEMA_FILE) } : own
  const changed = withValue(begun, [holderIn(own), 'repos', name], entry)
  await workspaceOf(flags, { path: own.path, text: changed }, terminal)
  using _written = await writeOwnConfig(own, changed, terminal)
  if (own.isNew) writeSchemaBeside(own.path)
  const shown = shownPath(own.path, process.cwd())
  const config = flags.config === undefined ? '' : ` --config ${shellWord(shown)}`
  const added = { repo: name, url, ...(isPinned ? { digest: offered.digest } : { keys: keys.map(({ id }) => id) }) }
  if (terminal.json) terminal.result({ json: { added, config: own.path }, text: () => '' })
  else
    terminal.sentence(
      `added repo ${name} to ${shown}; \`octo add ${name}/${offered.plugins[0]}${config}\` adds a plugin of it`,
    )
  return 0
}

function lineOf({ pem }: ComponentKey): string {
  return pem.replace(/-----[A-Z ]+-----|\s/g, '')
}

async function offeredBy(url: string, address: ComponentAddress, terminal: Terminal): Promise<Offered> {
  const context = contextFor([], terminal)
  using _network = context.network
  return await lookAtComponent(url, address, context)
}

function addressIn(text: string): ComponentAddress {
  const address = readComponentAddress(text)
  if (address) return address
  throw coded('USAGE', {
    message: `${quote(text)} is not the address of a component, expected \`ocm://HOST/PATH//COMPONENT\``,
    hint: 'for example `octo add ocm://ghcr.io/acme//acme.org/plugin-registry`; a login is kept in ~/.netrc, OCTO_CREDENTIALS or by `docker login`',
  })
}

type Consent = {
  readonly name: RepoConfig['name']
  readonly text: string
  readonly keys: readonly ComponentKey[]
  readonly offered: Offered
}

/** Throws USAGE where nobody can be asked, and INTERRUPTED for a no. A digest that is served counts once somebody has compared it. */
async function requireConsent({ name, text, keys, offered }: Consent, { yes }: AddRepoFlags, terminal: Terminal) {
  const { version, digest, plugins } = offered
  const more = plugins.length > MAX_SHOWN ? ` and ${plugins.length - MAX_SHOWN} more` : ''
  const lines = [
    `repo    ${name} at ${text}`,
    `offers  ${plugins.slice(0, MAX_SHOWN).join(', ')}${more}`,
    ...(keys.length === 0
      ? [`digest  ${digest} of version ${version}`]
      : keys.map(({ id, kind }) => `key     ${id} (${kind}), which has signed version ${version}`)),
  ]
  for (const line of lines) terminal.info(printable(line, 2000))
  // Whoever said `--yes` has compared the key that was given, and no digest that the registry has just told.
  if (yes && keys.length > 0) return
  const ask = askOn(terminal)
  const what = keys.length === 0 ? 'digest' : 'key'
  if (!ask)
    throw coded('USAGE', {
      message: `the ${what} decides what runs here, and nobody can be asked whether it is the one that its owner told you`,
      details: { digest, version },
      hint: keys.length === 0 ? `if it is, add \`--digest ${digest}\`` : 'if it is, add `--yes`',
    })
  const question = `Is this the ${what} that its owner told you?`
  // Somebody who goes on with Enter has compared nothing.
  if ((await ask({ name: question, type: 'confirm', options: [], unsaid: 'no' })) === 'true') return
  throw coded('INTERRUPTED', { message: 'nothing was written, as nobody said yes' })
}

function unprovable(): Error {
  return coded('USAGE', {
    message:
      'a registry of OCM proves nothing by itself, and nothing of it runs without proof: `--unsigned` does not fit',
    hint: 'give the digest or the RSA key that its owner told you: `--digest sha256:…` or `--key ./signer.pem`',
  })
}

function otherDigest(
  url: string,
  { expected, offered }: { readonly expected: string; readonly offered: Offered },
): Error {
  return coded('DIGEST_MISMATCH', {
    message: `version ${quote(offered.version)} of ${quote(url)} is not what was pinned: expected ${quote(expected)}, found ${quote(offered.digest)}`,
    details: { url, version: offered.version, expected, found: offered.digest },
    hint: 'name the version that the digest is of, behind the component: `ocm://HOST/PATH//COMPONENT:VERSION`',
  })
}
