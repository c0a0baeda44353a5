// Questions of the plugin vault-client to a server of a test, and that nothing which it answers shows what is secret but its secrets.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { source } from '../../../plugins/vault-client/source.ts'
import { parseSecretResult } from '../../../schemas/contract/secrets.ts'
import type { SecretLease, SecretResult } from '../../../sdk/index.ts'
import { renderOutcome } from '../../../sdk/outcome.ts'
import type { VaultHeard, VaultSetup } from './vault-server.ts'
import { vaultServer } from './vault-server.ts'

export type Given = Readonly<Record<string, unknown>>

/** A token that may do everything. */
export const ROOT = 'hvs.root-of-the-test'
const SECRET_ARGUMENTS = ['token', 'secret_id', 'password']

export async function ask(t: TestContext, setup: VaultSetup, given: Given, lease?: SecretLease) {
  const vault = await vaultServer(t, { tokens: { [ROOT]: {} }, ...setup })
  return { vault, result: await askAgain(vault, given, lease) }
}

export async function askAgain(vault: VaultHeard, given: Given, lease?: SecretLease): Promise<SecretResult> {
  const arguments_ = { address: vault.url, path: 'secret/api', ...(given.auth_method ? {} : { token: ROOT }), ...given }
  const document = { arguments: arguments_, service: 'api', ...(lease ? { lease } : {}) }
  const result = await source.evaluate(document)
  parseSecretResult(renderOutcome(result), 'result')
  const { secrets, ...shown } = result
  const known = [...SECRET_ARGUMENTS.map((name) => arguments_[name as 'token']), ...Object.values(secrets ?? {})]
  for (const value of known)
    if (typeof value === 'string' && value.length >= 6)
      assert.equal(JSON.stringify(shown).includes(value), false, `\`${value}\` is shown`)
  return result
}

export const whats = ({ asked }: VaultHeard) => asked.map(({ what }) => what)
