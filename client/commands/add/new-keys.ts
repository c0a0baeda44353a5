// `octo add URL --key NEW` for a repo that the config has, as its publisher changes keys: the new one is written beside the old one, which
// goes on to prove what it signed. Nothing that stands there is changed.
import type { RepoConfig } from '../../../config/model/config.ts'
import { coded, isCoded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import type { TrustKey } from '../../../schemas/trust-key.ts'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { appendToYaml } from '../../../schemas/yaml/append.ts'
import { pairAt } from '../../../schemas/yaml/edit.ts'
import type { Terminal } from '../../../terminal/index.ts'
import type { ConsentFlags, Proven } from './consent.ts'
import { keysOf, requireConsent } from './consent.ts'
import type { OwnConfig } from './own-config.ts'
import { shownPath, writeOwnConfig } from './own-config.ts'
import { requireAdmitted, tryOn } from './try-keys.ts'
import type { AddFlags } from './workspace.ts'
import { workspaceOf } from './workspace.ts'

type KeyFlags = AddFlags & ConsentFlags & { readonly name?: string }
type Setting = { readonly own: OwnConfig; readonly flags: KeyFlags; readonly terminal: Terminal }

/** Those that the config does not have; one that it calls revoked stays so. None where the line is about something else. */
export function newKeysFor({ name, trust }: RepoConfig, flags: KeyFlags): readonly TrustKey[] {
  if (trust.kind !== 'keys' || flags.unsigned || (flags.name ?? name) !== name) return []
  return keysOf(flags.key ?? []).filter(({ id }) => !trust.keys.some((known) => known.id === id))
}

export async function addKeys(
  known: RepoConfig,
  keys: readonly TrustKey[],
  { own, flags, terminal }: Setting,
): Promise<number> {
  const way = wayTo(known, own)
  const repo: RepoConfig = { ...known, trust: { kind: 'keys', keys } }
  const proven = await provenBy(repo, terminal)
  if (!proven) await requireAdmitted({ repo, keys, address: new URL(repo.url) }, terminal)
  const unproven = 'none of the releases that were tried is signed by them'
  await requireConsent(repo, proven, { flags, terminal, unproven })
  const changed = keys.reduce((text, key) => appendToYaml(text, way, publicKeyLine(key), own.path), own.text)
  await workspaceOf(flags, { path: own.path, text: changed }, terminal)
  using _written = await writeOwnConfig(own, changed, terminal)
  const shown = shownPath(own.path, process.cwd())
  const ids = keys.map(({ id }) => id)
  terminal.result({
    json: { added: { repo: known.name, url: known.url, keys: ids }, config: own.path },
    text: () => `added ${ids.join(', ')} to the keys of repo ${known.name} in ${shown}; those before count as well`,
  })
  return 0
}

/** The old key may have signed all that there is. */
async function provenBy(repo: RepoConfig, terminal: Terminal): Promise<Proven | undefined> {
  try {
    return await tryOn(repo, terminal)
  } catch (error) {
    if (isCoded(error, 'SIGNER_NOT_ALLOWED')) return undefined
    throw error
  }
}

/** Throws CONFIG_INVALID for a repo that another document names, or a list without names. */
function wayTo({ name }: RepoConfig, { path, text }: OwnConfig): readonly [string, ...string[]] {
  const ways: readonly (readonly [string, ...string[]])[] = [
    ['operator', 'repos', name, 'keys'],
    ['octoctl', 'repos', name, 'keys'],
    ['repos', name, 'keys'],
  ]
  const found = ways.find((way) => pairAt(text, way))
  if (found) return found
  throw coded('CONFIG_INVALID', {
    message: `the keys of repo ${quote(name)} do not stand in ${quote(path)}`,
    details: { repo: name, file: path },
    hint: 'see where they are written with `octo config show --origin`, and write the new one beside them',
  })
}
