// octo login, logout and whoami.
import type { Command } from 'commander'
import { readTokenFile, tokenOfEnvironment } from '../../credentials/read-token-file.ts'
import { changeToken, tokenFilePath } from '../../credentials/token-file.ts'
import { cleanToken } from '../../credentials/token-text.ts'
import type { WhoamiAnswer } from '../../schemas/api.ts'
import { whoamiAnswer } from '../../schemas/api.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { Connection } from '../../system/http/connection.ts'
import { openConnection } from '../../system/http/connection.ts'
import type { Terminal } from '../../terminal/index.ts'
import { waitingLine } from '../../terminal/index.ts'
import { addCommand, onRun } from '../../terminal/program.ts'
import { secretPrompt } from '../../terminal/secret-prompt.ts'
import { namedRegistry } from '../account/named-registry.ts'
import { parseRegistryUrl, refuseCleartext, registryName } from '../account/registry-url.ts'
import { callApi } from '../publish/call-api.ts'
import type { RegistryOptions } from './registry-options.ts'
import { addRegistryOptions, openRegistry } from './registry-options.ts'

export function addLogin(program: Command): void {
  const command = addCommand(program, {
    words: 'login',
    summary: 'store a token for a registry',
    examples: [
      'octo login --registry https://plugins.example.com',
      'echo "$TOKEN" | octo login --registry https://plugins.example.com --token-file -',
    ],
    json: true,
  })
  onRun<RegistryOptions>(addRegistryOptions(command), async ({ options, terminal }) => {
    const registry = parseRegistryUrl(options.registry, process.env)
    refuseCleartext(registry, options.insecureHttp === true)
    const token = await givenToken(options, terminal)
    using connection = openConnection(registry, { token, env: process.env, onWait: waitingLine(terminal) })
    const who = await askWho(connection)
    await changeToken(tokenFilePath(process.env), registryName(registry), token)
    terminal.result({
      json: { registry: registryName(registry), ...who },
      text: () => `logged in to ${registryName(registry)}\n${describe(who)}`,
    })
    return 0
  })
}

export function addLogout(program: Command): void {
  const command = addCommand(program, {
    words: 'logout',
    summary: 'forget a stored token',
    examples: ['octo logout --registry https://plugins.example.com'],
    json: true,
  }).option('--registry <url>', 'address of the registry; else OCTO_REGISTRY')
  onRun<RegistryOptions>(command, async ({ options, terminal }) => {
    const registry = registryName(await namedRegistry(options.registry, process.env))
    const forgotten = await changeToken(tokenFilePath(process.env), registry, undefined)
    terminal.result({
      json: { registry, forgotten },
      text: () =>
        forgotten ? `logged out of ${registry}; the token itself stays valid` : `no token was stored for ${registry}`,
    })
    return 0
  })
}

export function addWhoami(program: Command): void {
  const command = addCommand(program, {
    words: 'whoami',
    summary: 'show what your token may do',
    examples: ['octo whoami --registry https://plugins.example.com'],
    json: true,
  })
  onRun<RegistryOptions>(addRegistryOptions(command), async ({ options, terminal }) => {
    using connection = await openRegistry(options, terminal)
    const who = await askWho(connection)
    terminal.result({ json: { registry: registryName(connection.base), ...who }, text: () => describe(who) })
    return 0
  })
}

function askWho(connection: Connection): Promise<WhoamiAnswer> {
  return callApi(connection, { method: 'GET', path: 'api/v1/whoami' }, whoamiAnswer)
}

async function givenToken(options: RegistryOptions, terminal: Terminal): Promise<string> {
  if (options.tokenFile !== undefined) return readTokenFile(options.tokenFile)
  const token = await tokenOfEnvironment(process.env)
  if (token) return token
  const ask = secretPrompt(terminal, 'Token')
  if (ask) return cleanToken(await ask(), 'the answer')
  throw coded('USAGE', {
    message: `no token was given for ${quote(options.registry ?? 'the registry')}`,
    hint: 'pass `--token-file FILE`, or `--token-file -` and the token on standard input',
  })
}

function describe({ token, scopes, expiresAt }: WhoamiAnswer): string {
  const rights = scopes.map(({ repo, plugin, actions }) => `may ${actions.join(', ')} in ${repo}/${plugin}`)
  return [`token ${token.name} (${token.id}), valid until ${expiresAt}`, ...rights].join('\n')
}
