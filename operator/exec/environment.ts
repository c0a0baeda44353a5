// The whole environment of a plugin: an allow-list, because everything else on a machine may be a secret.
import { coded } from '../../schemas/errors.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { quote } from '../../schemas/quote.ts'
import { MARK } from '../../system/process/mark.ts'
import { FIXED_PATH } from '../../system/process/system-tool.ts'
import { NODE_OPTIONS } from './runtime-flags.ts'

type Environment = Readonly<Record<string, string | undefined>>

export type RunFacts = {
  /** Private directory for temporary files. */
  readonly temporary: string
  /** The plugin's own folder. */
  readonly root: string
  readonly contract: string
  readonly service?: string | undefined
  readonly phase?: string | undefined
  /** What stands on standard input; nothing when absent. */
  readonly input?: 'json' | undefined
  /** How it is asked when it stays; a run of its own when absent. */
  readonly resident?: string | undefined
  /** When the plugin will be killed, in milliseconds since 1970. */
  readonly deadlineMs?: number
}

/** A single argument or variable of this many bytes is refused by Linux (MAX_ARG_STRLEN, with the NUL). */
export const MAX_WORD_BYTES = 131_072

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** In words that a shell understands as well: shims ask the same. */
export type ValueRule = {
  readonly characters: string
  /** How many characters each part has that stands between `-`; or else how many all have at most. */
  readonly parts?: readonly number[]
  readonly atMost?: number
  readonly notFirst?: string
  readonly never?: string
}

export type InheritedVariable = {
  readonly name: string
  /** A value that does not fit is as if the variable were not set; without a rule all do. */
  readonly value?: ValueRule
  /** The address of a proxy may hold a password. */
  readonly mayHoldSecret?: boolean
}

/** What a plugin gets from its caller, and nothing else. */
export const INHERITED: readonly InheritedVariable[] = [
  { name: 'HOME' },
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'].map(
    (name) => ({ name, mayHoldSecret: true }),
  ),
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS'].map((name) => ({ name })),
  // Only names: both may also be the path of a file that the C library reads.
  { name: 'LANG', value: { characters: `${LETTERS_AND_DIGITS}_.@-`, atMost: 64 } },
  { name: 'TZ', value: { characters: `${LETTERS_AND_DIGITS}_+/:,.<>-`, atMost: 64, notFirst: '/:', never: '..' } },
  { name: 'TRACEPARENT', value: { characters: '0123456789abcdef', parts: [2, 32, 16, 2] } },
]
/** Programs on Windows do not start without these. */
const INHERITED_WINDOWS = ['SystemRoot', 'USERPROFILE', 'LOCALAPPDATA', 'APPDATA'].map((name) => ({ name }))

/**
 * Of a service that is a program of this machine: the same that a plugin gets from whoever starts it, and what the config says.
 * Throws LIMIT_EXCEEDED for a variable that is too long for a program to receive.
 */
export function serviceEnvironment(host: Environment, own: Readonly<Record<string, string>>): Record<string, string> {
  const env = { PATH: FIXED_PATH, LANG: 'C.UTF-8', ...inherited(host, INHERITED), ...own }
  for (const [name, value] of Object.entries(env)) refuseLong(name, value)
  return env
}

/** Throws LIMIT_EXCEEDED for a variable that is too long for a program to receive. */
export function pluginEnvironment(host: Environment, facts: RunFacts, platform = process.platform) {
  const env: Record<string, string> = {
    PATH: platform === 'win32' ? windowsPath(host) : FIXED_PATH,
    LANG: 'C.UTF-8',
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
    ...omitUndefined({
      [MARK]: host[MARK],
      OCTO_SERVICE: facts.service,
      OCTO_PHASE: facts.phase,
      OCTO_INPUT: facts.input,
      OCTO_RESIDENT: facts.resident,
    }),
    ...(facts.deadlineMs === undefined ? {} : { OCTO_DEADLINE_MS: String(Math.round(facts.deadlineMs)) }),
  }
  for (const [name, value] of Object.entries(env)) refuseLong(name, value)
  return env
}

function inherited(host: Environment, variables: readonly InheritedVariable[]): Record<string, string> {
  return Object.fromEntries(
    variables.flatMap(({ name, value: rule }) => {
      const value = host[name]
      return value !== undefined && (!rule || fits(value, rule)) ? [[name, value]] : []
    }),
  )
}

function fits(value: string, { characters, parts, atMost = MAX_WORD_BYTES, notFirst = '', never }: ValueRule): boolean {
  const isOfThese = (text: string) => [...text].every((character) => characters.includes(character))
  if (parts) {
    const found = value.split('-')
    return found.length === parts.length && found.every((part, at) => part.length === parts[at] && isOfThese(part))
  }
  if (value.length === 0 || value.length > atMost || !isOfThese(value)) return false
  return !notFirst.includes(value.charAt(0)) && !(never !== undefined && value.includes(never))
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
