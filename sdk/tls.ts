// TLS as checks ask for it: which certificates count, and in words why a handshake failed.
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { connectionReason } from '../schemas/connection-reasons.ts'
import { describeConnectError } from './connect.ts'
import { invalidOptions } from './result.ts'

export type TlsSettings = {
  /** Any certificate will do. */
  readonly insecure: boolean
  /** PEM file of the authorities that count instead of the usual ones. */
  readonly caFile?: string | undefined
  /** Name that the certificate must be for, when not the host. */
  readonly serverName?: string | undefined
}

/** For `tls.connect`; throws InvalidOptions for a file that names no authority. */
export function tlsOptions({ insecure, caFile, serverName }: TlsSettings, host: string): ConnectionOptions {
  return {
    rejectUnauthorized: !insecure,
    ...(caFile === undefined ? {} : { ca: readAuthorities(caFile) }),
    host,
    servername: serverName ?? (isIP(host) === 0 ? host : ''),
  }
}

function readAuthorities(file: string): string {
  const text = readText(file)
  // Node takes an empty text for none given, and would trust the usual authorities.
  if (/-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/.test(text)) return text
  throw invalidOptions('--ca-file holds no certificate, expected PEM: `-----BEGIN CERTIFICATE-----`')
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw invalidOptions(`--ca-file cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}

/** The certificate is called by its name here, where the server may be reached without any. */
export function describeTlsError(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  const kind = connectionReason(code)?.kind
  if (kind === 'untrusted') return `the TLS certificate is not trusted: ${message.split(';')[0]}`
  if (kind === 'handshake') return 'the server does not speak TLS as expected'
  return describeConnectError(error).replace(/^its certificate/, 'the TLS certificate')
}
