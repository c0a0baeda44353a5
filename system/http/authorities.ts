// Whose certificates a server may show: those that come with Node and those of the system, or what SSL_CERT_FILE and
// SSL_CERT_DIR name instead, and what NODE_EXTRA_CA_CERTS adds. Read when the first TLS connection is made.
import { readdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { Environment } from './proxy.ts'

/** Where systems keep the one file with all authorities; the first that is there counts. */
const SYSTEM_FILES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

const CERTIFICATE =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g

/** PEM texts; throws CONFIG_INVALID, with the variable's name, for a file that cannot be read or holds no certificate. */
export function readAuthorities(env: Environment, systemFiles: readonly string[] = SYSTEM_FILES): readonly string[] {
  const named = [...fromFile('SSL_CERT_FILE', env), ...fromFolders('SSL_CERT_DIR', env)]
  const usual = named.length > 0 ? named : [...bundled(), ...ofSystem(systemFiles)]
  return [...new Set([...usual, ...fromFile('NODE_EXTRA_CA_CERTS', env)])]
}

function bundled(): readonly string[] {
  return process.getBuiltinModule('node:tls').rootCertificates
}

function ofSystem(files: readonly string[]): readonly string[] {
  if (process.platform === 'darwin' || process.platform === 'win32')
    return process.getBuiltinModule('node:tls').getCACertificates('system')
  for (const file of files) {
    const found = certificatesIn(readIfPossible(file))
    if (found.length > 0) return found
  }
  return []
}

function fromFile(variable: string, env: Environment): readonly string[] {
  const path = env[variable]
  if (!path) return []
  const found = certificatesIn(readNamed(variable, path, () => readFileSync(path, 'utf8')))
  if (found.length === 0) throw unusable(variable, path, 'holds no certificate in PEM')
  for (const certificate of found) requireCertificate(variable, path, certificate)
  return found
}

/** A damaged one would be left out silently, and the connection fail with a reason that leads elsewhere. */
function requireCertificate(variable: string, path: string, pem: string): void {
  try {
    // A trusted certificate carries more than the certificate, and only OpenSSL's own reader knows that form.
    if (!pem.includes('TRUSTED')) new (process.getBuiltinModule('node:crypto').X509Certificate)(pem)
  } catch (error) {
    throw unusable(variable, path, 'holds a damaged certificate', error)
  }
}

/** Folders hold links and lists of revoked ones beside certificates: what is none is passed over. */
function fromFolders(variable: string, env: Environment): readonly string[] {
  const value = env[variable]
  if (!value) return []
  const folders = value.split(delimiter).filter(Boolean)
  const found = folders.flatMap((folder) =>
    readNamed(variable, folder, () => readdirSync(folder))
      .sort()
      .flatMap((name) => certificatesIn(readIfPossible(join(folder, name)))),
  )
  if (found.length === 0) throw unusable(variable, value, 'holds no certificate in PEM')
  return found
}

function certificatesIn(text: string): readonly string[] {
  return (text.match(CERTIFICATE) ?? []).map((pem) => pem.replace(/\r/g, ''))
}

function readIfPossible(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function readNamed<Found>(variable: string, path: string, read: () => Found): Found {
  try {
    return read()
  } catch (error) {
    throw unusable(variable, path, `cannot be read (${(error as NodeJS.ErrnoException).code})`, error)
  }
}

function unusable(variable: string, path: string, problem: string, cause?: unknown): Error {
  return coded('CONFIG_INVALID', {
    message: `${variable} names ${quote(path)}, which ${problem}`,
    details: { variable, path },
    hint: `name a file with certificates in PEM in ${variable}, or unset it`,
    cause,
  })
}
