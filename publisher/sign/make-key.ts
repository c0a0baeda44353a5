// Makes a publisher's key pair: the private half for one file only its owner can read, the public half for everyone.
import { generateKeyPairSync } from 'node:crypto'
import type { KeyKind, TrustKey } from '../../schemas/trust-key.ts'
import { parsePublicKey, publicKeyLine } from '../../schemas/trust-key.ts'

type KeyPair = {
  /** PKCS #8 in PEM, encrypted when a passphrase was given. */
  readonly privatePem: string
  readonly trustKey: TrustKey
}

export function makeKeyPair(kind: KeyKind, passphrase?: string): KeyPair {
  const { privateKey, publicKey } =
    kind === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const encryption = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }
  return {
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem', ...encryption }).toString(),
    trustKey: parsePublicKey(publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'new key'),
  }
}

/** What a user of the repo writes into the config to trust this key. */
export function pinSnippet(key: TrustKey, repo = 'NAME', url = `https://…/repos/${repo}.yaml`): string {
  return `operator:\n  repos:\n    ${repo}:\n      url: ${url}\n      keys:\n        - ${publicKeyLine(key)}\n`
}
