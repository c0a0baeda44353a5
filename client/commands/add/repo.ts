// `octo add URL`: a repo in the config, with the keys whose signatures count there. A key comes from whoever publishes, on another way
// than the registry: it is shown to be compared, and tried on what the repo offers, before anything is written.

import { fileURLToPath } from 'node:url'
import type { OctoConfig, RepoConfig } from '../../../config/model/config.ts'
import { hintOfLogin, holdsLogin } from '../../../schemas/address-login.ts'
import { coded } from '../../../schemas/errors.ts'
import type { Name } from '../../../schemas/name.ts'
import { parseName } from '../../../schemas/name.ts'
import { quote, shellWord } from '../../../schemas/quote.ts'
import { shownAddress } from '../../../schemas/shown-address.ts'
import type { TrustKey } from '../../../schemas/trust-key.ts'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import type { Terminal } from '../../../terminal/index.ts'
import { addressNamed, readDiscovery } from '../../sources/read-discovery.ts'
import { repoAddressOf } from '../../sources/repo-address.ts'
import { requireRepo } from '../../sources/require-repo.ts'
import { readServedKeys } from '../../sources/served-keys.ts'
import { servedSchema } from '../../sources/served-schema.ts'
import { contextFor } from './adding-context.ts'
import type { ConsentFlags } from './consent.ts'
import { requireConsent, trustOf } from './consent.ts'
import { editorLine, SCHEMA_FILE, writeSchemaBeside } from './editor-line.ts'
import { addKeys, newKeysFor } from './new-keys.ts'
import { findOwnConfig, holderIn, shownPath, withValue, writeOwnConfig } from './own-config.ts'
import { requireAdmitted, tryOn } from './try-keys.ts'
import type { AddFlags } from './workspace.ts'
import { workspaceOf } from './workspace.ts'

export type AddRepoFlags = AddFlags &
  ConsentFlags & {
    readonly name?: string
    /** Of a registry of OCM, as its owner tells it. */
    readonly digest?: string
  }

export async function addRepo(address: string, flags: AddRepoFlags, terminal: Terminal): Promise<number> {
  const own = findOwnConfig(flags.config, process.cwd())
  const known = own.isNew ? undefined : (await workspaceOf(flags, own, terminal)).config
  const url = await repoUrl(plainAddress(address), terminal)
  const name = parseName(flags.name ?? repoAddressOf(url).name, 'repo')
  const held = known?.repos.find((repo) => repo.url === url)
  const newKeys = held ? newKeysFor(held, flags) : []
  if (held && newKeys.length > 0) return addKeys(held, newKeys, { own, flags, terminal })
  if (known) refuseKnown(known, { name, url })
  const trust = await trustOf(flags, { name, terminal, served: () => servedKeys(url, terminal) })
  const repo: RepoConfig = { name, url, trust }
  const proven = await tryOn(repo, terminal)
  if (!proven && trust.kind === 'keys')
    await requireAdmitted({ repo, keys: trust.keys, address: new URL(address) }, terminal)
  await requireConsent(repo, proven, { flags, terminal })
  const entry = trust.kind === 'keys' ? { url, keys: trust.keys.map(publicKeyLine) } : { url, trust: 'unsigned' }
  const schema = own.isNew ? await schemaFor(own.path, repo, terminal) : undefined
  const begun = own.isNew ? { ...own, text: editorLine(schema ?? SCHEMA_FILE) } : own
  const changed = withValue(begun, [holderIn(own), 'repos', name], entry)
  await workspaceOf(flags, { path: own.path, text: changed }, terminal)
  using _written = await writeOwnConfig(own, changed, terminal)
  if (own.isNew && schema === undefined) writeSchemaBeside(own.path)
  const shown = shownPath(own.path, process.cwd())
  const search = flags.config === undefined ? 'octo search' : `octo search --config ${shellWord(shown)}`
  const keys = trust.kind === 'keys' ? trust.keys.map(({ id }) => id) : 'unsigned'
  if (terminal.json) terminal.result({ json: { added: { repo: name, url, keys }, config: own.path }, text: () => '' })
  else terminal.sentence(`added repo ${name} to ${shown}; \`${search}\` lists what it offers`)
  return 0
}

/** Throws REPO_NOT_FOUND and what keeps it from being asked: nobody should look for the key of a repo that is not there. */
async function servedKeys(url: string, terminal: Terminal): Promise<readonly TrustKey[]> {
  const address = repoAddressOf(url)
  const { network } = contextFor([{ name: address.name, url, trust: { kind: 'unsigned' } }], terminal)
  using _network = network
  const keys = await readServedKeys(url, network.fetchDocument)
  if (keys.length === 0) await requireRepo(network.fetchDocument, address)
  return keys
}

async function schemaFor(path: string, repo: RepoConfig, terminal: Terminal): Promise<string | undefined> {
  const { network } = contextFor([repo], terminal)
  using _network = network
  return servedSchema(path, repo.url, network.fetchDocument)
}

function plainAddress(address: string): URL {
  const url = new URL(address)
  if (holdsLogin(address) || url.search || url.hash)
    throw coded('USAGE', {
      message: `${quote(shownAddress(address))} holds more than the address of a repo`,
      hint: hintOfLogin('leave user, password, query and fragment out; logins are for `octo login`', address),
    })
  return url
}

/** The address of a repo as it is, or of the only repo of a registry. */
async function repoUrl(url: URL, terminal: Terminal): Promise<string> {
  if (/\.ya?ml$/i.test(url.pathname)) return url.href
  if (url.protocol === 'file:') throw noFileOfRepo(url)
  const context = contextFor([], terminal)
  using _network = context.network
  const base = new URL(url.href.endsWith('/') ? url.href : `${url.href}/`)
  const { repos = [] } = (await readDiscovery(context.network.fetchDocument, base)) ?? {}
  const [only, another] = repos
  if (only && !another) return addressNamed(only.url, base).href
  const names = repos.slice(0, 20).map((repo) => quote(shownAddress(addressNamed(repo.url, base).href)))
  throw coded(only ? 'USAGE' : 'REPO_NOT_FOUND', {
    message: only
      ? `${quote(shownAddress(url))} has several repos: ${names.join(', ')}`
      : `${quote(shownAddress(url))} is no registry, and its address is none of a repo`,
    hint: 'give the address of the repo itself, such as `octo add https://plugins.example.org/repos/core.yaml`',
  })
}

function noFileOfRepo(url: URL): Error {
  const path = fileURLToPath(url)
  return coded('USAGE', {
    message: `${quote(path)} is no file of a repo, expected one such as \`repos/core.yaml\``,
    details: { path },
    hint: `a plugin that is written here is tried without a repo: \`octo run ${shellWord(path)}\``,
  })
}

/** Throws ALREADY_EXISTS. */
export function refuseKnown({ repos }: OctoConfig, { name, url }: { readonly name: Name; readonly url: string }): void {
  const known = repos.find((repo) => repo.name === name || repo.url === url)
  if (!known) return
  throw coded('ALREADY_EXISTS', {
    message: `the config has repo ${quote(known.name)} at ${quote(shownAddress(known.url))} already`,
    details: { repo: known.name },
    hint: known.url === url ? changing(known) : 'give the new one another name: `--name NAME`',
  })
}

/** A key is changed with both in place: what the old one signed is proven by it still. */
function changing({ name, url, trust }: RepoConfig): string {
  const takeAway = `\`octo remove ${name} --repo\` takes it away`
  if (trust.kind !== 'keys') return takeAway
  return `\`octo add ${shellWord(shownAddress(url))} --key NEW\` puts a new key beside those that it has, and ${takeAway}`
}
