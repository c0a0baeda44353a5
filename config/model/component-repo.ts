// A repo that is a plugin registry of OCM: where it is, and by whose keys or by which digests its component versions are proven. The
// registry proves nothing itself, and the first look at it neither. Answers THREATS.md: only local documents say whom to trust.
import { readComponentAddress } from '../../schemas/component/address.ts'
import { quote } from '../../schemas/quote.ts'
import { COMPONENT_KINDS } from '../../schemas/trust-key.ts'
import { fieldOf, itemsOf } from '../document/field-of.ts'
import { invalid } from '../document/invalid.ts'
import type { MapNode, ScalarNode } from '../document/node.ts'
import { isEmpty } from '../document/node.ts'
import type { RepoTrust } from './config.ts'
import { readDigests } from './digests.ts'
import type { KeyFiles } from './keys.ts'
import { readKey, refuseRemote } from './keys.ts'

export function isComponentAddress(url: string): boolean {
  return /^ocm:/i.test(url)
}

/** As it is written. Throws CONFIG_INVALID. */
export function componentAddress(node: ScalarNode, text: string, name: string): string {
  if (readComponentAddress(text)) return text
  throw invalid(node, `address of repo ${quote(name)} is none of a plugin registry of OCM`, {
    hint: 'write `ocm://HOST/PATH//COMPONENT`, for example `ocm://ghcr.io/acme//acme.org/plugin-registry`; a login is kept in ~/.netrc, OCTO_CREDENTIALS or by `docker login`',
  })
}

/** Throws CONFIG_INVALID unless the config says what proves the registry's component versions. */
export function componentTrustOf(
  repo: MapNode,
  name: string,
  { keyFiles }: { readonly keyFiles: KeyFiles },
): RepoTrust {
  const [trust, keys, digests] = (['trust', 'keys', 'digests'] as const).map((key) => fieldOf(repo, 'repo', key))
  for (const node of [trust, keys, digests]) if (node) refuseRemote(node)
  if (!isEmpty(trust))
    throw invalid(
      trust,
      `repo ${quote(name)} is a registry of OCM, of which nothing runs without proof: \`trust\` does not fit`,
      {
        hint: HOW_TO_TRUST,
      },
    )
  if (digests === undefined && itemsOf(keys).length === 0)
    throw invalid(repo, `repo ${quote(name)} does not say what proves its plugins`, { hint: HOW_TO_TRUST })
  return {
    kind: 'component',
    keys: itemsOf(keys).map((key) => readKey(key, { keyFiles, kinds: COMPONENT_KINDS })),
    digests: readDigests(repo, digests),
  }
}

const HOW_TO_TRUST =
  'write `keys: [{file: ./signer.pem}]` with the RSA key that its component versions are signed with, or `digests: [sha256:…]` of those that you trust; with `digests: []` the error of `octo lock` says what they are now'
