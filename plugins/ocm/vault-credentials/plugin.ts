// A repository of credentials in a Vault or OpenBao: which identity gets which secret is configured, and what logs in comes from the
// host. The server is asked by the code of vault-client.
import { CallError, credentialRepository, definePlugin } from '../../../sdk/service/index.ts'
import { fitsIdentity } from './fits-identity.ts'
import { readFromVault } from './read-from-vault.ts'
import { vaultConfigShape } from './vault-config.ts'

const [UNAUTHORIZED, NOT_FOUND] = [401, 404]

export const plugin = definePlugin({
  name: 'vault-credentials',
  version: '1.0.0',
  summary: 'gives credentials that a Vault or OpenBao keeps',
  serves: [
    credentialRepository({
      type: 'Vault/v1',
      aliases: ['Vault'],
      schema: vaultConfigShape,
      // By it the host finds what the plugin logs in with.
      getConsumerIdentity: ({ config: { address } }) => identityOf(address),
      resolve: async ({ config, identity }, { credentials, signal }) => {
        const row = config.secrets.find(({ match }) => fitsIdentity(match, identity))
        if (!row) throw new CallError(`no row of \`secrets\` fits the identity ${JSON.stringify(identity)}`, NOT_FOUND)
        if (config.role === undefined && credentials?.properties === undefined)
          throw new CallError(
            `no credentials for \`${config.address}\`: the host has none for ${JSON.stringify(identityOf(config.address))}`,
            UNAUTHORIZED,
          )
        const properties = await readFromVault(config, row, { own: credentials?.properties ?? {}, signal })
        return { type: 'Credentials/v1', properties }
      },
    }),
  ],
})

function identityOf(address: string): Record<string, string> {
  const type = 'HashiCorpVault'
  if (address.startsWith('unix://')) return { type, path: address.slice('unix://'.length) }
  if (!URL.canParse(address)) throw new CallError('`address` is no address, expected `https://HOST:8200`', 400)
  const { protocol, hostname, port } = new URL(address)
  return { type, scheme: protocol.slice(0, -1), hostname, ...(port === '' ? {} : { port }) }
}
