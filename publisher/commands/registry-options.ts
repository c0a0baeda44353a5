// The flags of every command that talks to a registry, and the connection they ask for.
import type { Command } from 'commander'
import type { Connection } from '../../system/http/connection.ts'
import { openConnection } from '../../system/http/connection.ts'
import type { Terminal } from '../../terminal/index.ts'
import { waitingLine } from '../../terminal/index.ts'
import { findToken, requireToken } from '../account/find-token.ts'
import { namedRegistry } from '../account/named-registry.ts'
import { refuseCleartext } from '../account/registry-url.ts'

export type RegistryOptions = {
  readonly registry?: string
  readonly tokenFile?: string
  readonly insecureHttp?: boolean
}

export function addRegistryOptions(command: Command): Command {
  return command
    .option('--registry <url>', 'address of the registry; else OCTO_REGISTRY')
    .option(
      '--token-file <file>',
      'file with the token, - for standard input; else OCTO_TOKEN, OCTO_TOKEN_FILE or `octo login`',
    )
    .option('--insecure-http', 'send the token even without encryption')
}

/** A connection with a token; throws UNAUTHENTICATED, CONFIG_INVALID or USAGE before anything is sent. */
export async function openRegistry(options: RegistryOptions, terminal: Terminal): Promise<Connection> {
  const registry = await namedRegistry(options.registry, process.env)
  refuseCleartext(registry, options.insecureHttp === true)
  const token = await requireToken({ registry, tokenFile: options.tokenFile, env: process.env })
  return openConnection(registry, { token, env: process.env, onWait: waitingLine(terminal) })
}

/** For what can be asked of a public repo without a token, and of a private one with the token that is there. */
export async function openReading(options: RegistryOptions, terminal: Terminal): Promise<Connection> {
  const registry = await namedRegistry(options.registry, process.env)
  const token = await findToken({ registry, tokenFile: options.tokenFile, env: process.env })
  if (token !== undefined) refuseCleartext(registry, options.insecureHttp === true)
  return openConnection(registry, { token, env: process.env, onWait: waitingLine(terminal) })
}
