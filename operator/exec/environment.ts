// The whole environment of a plugin: an allow-list, because everything else on a machine may be a secret.
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { NODE_OPTIONS } from './runtime-flags.ts'

type Environment = Readonly<Record<string, string | undefined>>

export type RunFacts = {
  /** Private directory for temporary files. */
  readonly temporary: string
  /** The plugin's own folder. */
  readonly root: string
  readonly contract: string
  readonly service?: string
  readonly phase?: string
  /** When the plugin will be killed, in milliseconds since 1970. */
  readonly deadlineMs?: number
}

/** A single argument or variable of this many bytes is refused by Linux (MAX_ARG_STRLEN, with the NUL). */
export const MAX_WORD_BYTES = 131_072

const INHERITED = [
  'HOME',
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS'],
]
/** Programs on Windows do not start without these. */
const INHERITED_WINDOWS = ['SystemRoot', 'USERPROFILE', 'LOCALAPPDATA', 'APPDATA']

/** No entry that another user could write to, none that is relative or empty. */
export const FIXED_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/

/** Throws LIMIT_EXCEEDED for a variable that is too long for a program to receive. */
export function pluginEnvironment(host: Environment, facts: RunFacts, platform = process.platform) {
  const env: Record<string, string> = {
    PATH: platform === 'win32' ? windowsPath(host) : FIXED_PATH,
    LANG: 'C.UTF-8',
    ...plain(host, 'LANG', /^[A-Za-z0-9_.@-]{1,64}$/),
    ...plain(host, 'TZ', /^(?![/:])(?!.*\.\.)[A-Za-z0-9_+\-/:,.<>]{1,64}$/),
    ...inherited(host, platform === 'win32' ? [...INHERITED, ...INHERITED_WINDOWS] : INHERITED),
    TMPDIR: facts.temporary,
    ...(platform === 'win32' ? { TEMP: facts.temporary, TMP: facts.temporary } : {}),
    // For what a plugin starts by itself: no packages of the user, no compiled modules among the plugin's files, no modules
    // of the folders above.
    PYTHONNOUSERSITE: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    NODE_OPTIONS,
    OCTO_PLUGIN_ROOT: facts.root,
    OCTO_CONTRACT: facts.contract,
    ...(facts.service === undefined ? {} : { OCTO_SERVICE: facts.service }),
    ...(facts.phase === undefined ? {} : { OCTO_PHASE: facts.phase }),
    ...(facts.deadlineMs === undefined ? {} : { OCTO_DEADLINE_MS: String(Math.round(facts.deadlineMs)) }),
    ...(TRACEPARENT.test(host.TRACEPARENT ?? '') ? { TRACEPARENT: host.TRACEPARENT as string } : {}),
  }
  for (const [name, value] of Object.entries(env)) refuseLong(name, value)
  return env
}

function inherited(host: Environment, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (host[name] === undefined ? [] : [[name, host[name]]])))
}

/** Only a name: both variables may also be the path of a file that the C library reads. */
function plain(host: Environment, name: string, allowed: RegExp): Record<string, string> {
  const value = host[name]
  return value !== undefined && allowed.test(value) ? { [name]: value } : {}
}

function windowsPath(host: Environment): string {
  const root = host.SystemRoot ?? 'C:\\Windows'
  return `${root}\\System32;${root}`
}

function refuseLong(name: string, value: string): void {
  const bytes = Buffer.byteLength(name) + 1 + Buffer.byteLength(value)
  if (bytes < MAX_WORD_BYTES) return
  throw coded('LIMIT_EXCEEDED', {
    message: `environment variable ${quote(name)} of ${bytes} bytes is too long for a program, expected fewer than ${MAX_WORD_BYTES}`,
    details: { name, bytes, limit: MAX_WORD_BYTES },
  })
}
