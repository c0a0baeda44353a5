// Gives the secrets of a server that speaks the HTTP API of HashiCorp Vault, such as OpenBao.
import type { SecretResult, SecretsContext } from '../../sdk/index.ts'
import { defineSecrets, failed, provided, retry } from '../../sdk/index.ts'
import { renewLease, validityOf } from './lease.ts'
import type { Session, VaultOptions } from './login.ts'
import { logIn, logOut } from './login.ts'
import { openVault } from './open-vault.ts'
import { options } from './options.ts'
import type { Read } from './read.ts'
import { readSecrets } from './read.ts'
import { Refusal } from './refusal.ts'
import type { Vault } from './request.ts'
import { hidden } from './request.ts'
import { chooseSecrets } from './secrets.ts'

type Context = SecretsContext<typeof options>

export const source = defineSecrets({
  name: 'vault-client',
  version: '1.0.0',
  summary: 'gives the secrets of a Vault or OpenBao',
  options,
  run: async (context) => {
    try {
      return await answer(openVault(context.options, context.signal), context)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const { status, reason, message, retryAfterMs } = error
      if (status === 'failed') return failed(message, { reason })
      return retry(message, { reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) })
    }
  },
})

async function answer(vault: Vault, { options: given, lease }: Context): Promise<SecretResult> {
  const session = await logIn(vault, given)
  if (lease && !session.isOwn) {
    const renewed = await renewLease(vault, session, lease)
    if (renewed) return provided('the lease was renewed', { renewed: true, ...renewed })
  }
  return session.isOwn ? withOwnToken(vault, session, given) : (await read(vault, session, given)).result
}

type Answered = { readonly result: SecretResult; readonly hasLease: boolean }

/** Ended also when reading failed, but not when what was read would end with it. */
async function withOwnToken(vault: Vault, session: Session, given: VaultOptions): Promise<SecretResult> {
  let answered: Answered
  try {
    answered = await read(vault, session, given)
  } catch (error) {
    await logOut(vault, session)
    throw error
  }
  if (answered.hasLease) return answered.result
  const warnings = await logOut(vault, session)
  return { ...answered.result, warnings: [...(answered.result.warnings ?? []), ...warnings] }
}

async function read(vault: Vault, session: Session, given: VaultOptions): Promise<Answered> {
  const found = await readSecrets(vault, session, given)
  const secrets = chooseSecrets(found.data, given.keys)
  for (const value of Object.values(secrets)) vault.secrets.add(value)
  const validity = await validityOf(vault, session, found)
  const count = Object.keys(secrets).length
  const version = versionOf(found)
  const summary = `${count} ${count === 1 ? 'secret' : 'secrets'} of ${given.path}${version === undefined ? '' : `, version ${version}`}`
  const warnings = warningsOf(vault, found)
  const result = provided(summary, { secrets, ...validity, ...(version === undefined ? {} : { version }), warnings })
  return { result, hasLease: validity.lease !== undefined }
}

function versionOf({ metadata }: Read): string | undefined {
  return typeof metadata?.version === 'number' ? String(metadata.version) : undefined
}

function warningsOf(vault: Vault, { body }: Read): string[] {
  const said = Array.isArray(body.warnings) ? body.warnings.filter((text) => typeof text === 'string') : []
  return said
    .slice(0, 5)
    .map((text) => hidden(text, vault.secrets))
    .filter((text) => text !== '')
}
