// The server that options name, with what is needed to ask it.
import { tlsOptions } from '../../sdk/index.ts'
import type { VaultOptions } from './login.ts'
import { parsePath, parseServer } from './place.ts'
import type { Vault } from './request.ts'

/** Throws InvalidOptions. */
export function openVault(given: VaultOptions, signal: AbortSignal): Vault {
  const server = parseServer(given.address, given.plaintext)
  const tls = tlsOptions({ insecure: false, caFile: given.ca_file, serverName: given.server_name }, hostOf(server.url))
  return {
    server,
    tls,
    timeoutMs: given.timeout,
    signal,
    secrets: new Set<string>(),
    ...(given.namespace === undefined ? {} : { namespace: parsePath(given.namespace, 'namespace') }),
  }
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '')
}
