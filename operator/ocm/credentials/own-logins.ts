// A credential repository that octo has built in: what `octo login`, the environment and ~/.netrc have for a server, given out under
// the identity by which OCM looks for credentials. Each only to its own scheme, host, port and path.
import { credentialsFrom } from '../../../credentials/read-credentials.ts'
import { coded } from '../../../schemas/errors.ts'
import { quote, shellWord } from '../../../schemas/quote.ts'
import type { BuiltInPlugin } from '../plugin.ts'

type Environment = Readonly<Record<string, string | undefined>>

const NAME = 'octo-logins'
const SCHEMA = {
  type: 'object',
  required: ['type'],
  properties: { type: { type: 'string' } },
  additionalProperties: false,
}

export function ownLogins(env: Environment): BuiltInPlugin {
  return {
    name: NAME,
    capabilities: {
      capabilities: [
        {
          capability: 'credentialRepository',
          types: {
            supportedConsumerIdentityTypes: [],
            supportedCredentialRepositorySpecTypes: [
              { type: 'OctoLogins/v1', aliases: ['OctoLogins'], schema: SCHEMA },
            ],
            customCredentialTypes: [],
          },
        },
      ],
      configTypes: [],
      unknown: [],
    },
    // Nobody has to say who they are to be told what is theirs already.
    answer: async ({ name }, request) =>
      name === 'resolve' ? resolve((request as { identity: Identity }).identity, env) : null,
  }
}

type Identity = Readonly<Record<string, string>>

async function resolve(identity: Identity, env: Environment) {
  const url = addressOf(identity)
  const [, scheme = '', value = ''] = /^(\S+) (.*)$/.exec((await credentialsFrom(env)(url, undefined)) ?? '') ?? []
  if (scheme === 'Bearer') return credentials({ accessToken: value })
  if (scheme === '') throw noLogin(url)
  const [, username = '', password = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(value, 'base64').toString()) ?? []
  return credentials({ username, password })
}

function credentials(properties: Readonly<Record<string, string>>) {
  return { type: 'Credentials/v1', properties }
}

function addressOf({ hostname, scheme = 'https', port, path = '' }: Identity): URL {
  const host = hostname?.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname
  const text = `${scheme}://${host}${port === undefined ? '' : `:${port}`}/${path.replace(/^\/+|\/+$/g, '')}`
  const isWeb = /^https?$/.test(scheme) && host !== undefined && !/[/?#@\\]/.test(host) && URL.canParse(text)
  if (isWeb) return new URL(text.endsWith('/') ? text : `${text}/`)
  throw coded('PLUGIN_FAILED', {
    message: `plugin ${quote(NAME)} cannot tell which server is meant: expected an identity with \`hostname\`, and perhaps \`scheme\`, \`port\` and \`path\``,
    details: { plugin: NAME, status: 404, saysNone: true },
  })
}

function noLogin({ origin, pathname, protocol, host }: URL): Error {
  const address = `${origin}${pathname}`.replace(/\/$/, '')
  return coded('PLUGIN_FAILED', {
    message: `plugin ${quote(NAME)} has no login for ${quote(address)}`,
    details: { plugin: NAME, status: 404, saysNone: true, url: address },
    hint:
      protocol === 'http:'
        ? 'nothing is sent without encryption, but to this machine'
        : `\`octo login --registry ${shellWord(address)}\` keeps a token, \`~/.netrc\` a password for ${quote(host)}`,
  })
}
