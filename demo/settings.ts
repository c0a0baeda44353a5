// Where the quick start keeps things and which ports it uses. With the usual ones it checks examples/config.yaml as it
// is; with others, a copy in its own folder that names them.
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { coded } from '../schemas/errors.ts'
import { quote } from '../schemas/quote.ts'

export type StartSettings = {
  /** Folder of the checkout. */
  readonly root: string
  /** Folder of all data: keys, the registry's database, the copied config. */
  readonly dir: string
  readonly port: number
  /** Port of the demo service; the next one is left free. */
  readonly demoPort: number
  /** Ends after the check instead of serving. */
  readonly once: boolean
  /** Repos of the registry, all signed with the same key. */
  readonly repos: readonly string[]
  /** What is published to them: plugin projects of the checkout. */
  readonly plugins: readonly string[]
  /** Variables beside those of the shell. */
  readonly env: Readonly<Record<string, string>>
}

export type StartOptions = {
  readonly port?: string
  readonly demoPort?: string
  readonly dir?: string
  readonly once?: boolean
}
type Environment = Readonly<Record<string, string | undefined>>

export const DEFAULT_PORT = 8787
export const DEFAULT_DEMO_PORT = 8788
const DEFAULT_DIR = '.octo'
/** What the repo `core` is made of; built beside their sources. */
const CORE_PLUGINS = [
  'plugins/check-tcp',
  'plugins/check-tcp-port',
  'plugins/check-server-url',
  'plugins/check-grpc',
  'plugins/check-orbdrpc',
  'plugins/smtp',
  'plugins/operator-compose',
  'plugins/operator-kubernetes',
  'plugins/vault-client',
] as const

const HIGHEST_PORT = 65_535

/** Options win over OCTO_START_PORT, OCTO_START_DEMO_PORT, OCTO_START_DIR and OCTO_START_ONCE; throws USAGE. */
export function readSettings(options: StartOptions, env: Environment): StartSettings {
  const root = checkout()
  return {
    root,
    dir: resolve(root, options.dir ?? env.OCTO_START_DIR ?? DEFAULT_DIR),
    port: readPort(options.port ?? env.OCTO_START_PORT, DEFAULT_PORT, 0),
    demoPort: readPort(options.demoPort ?? env.OCTO_START_DEMO_PORT, DEFAULT_DEMO_PORT, 1),
    once: options.once ?? env.OCTO_START_ONCE === '1',
    repos: ['core'],
    plugins: CORE_PLUGINS,
    env: {},
  }
}

/** The folder of the checkout. */
export const checkout = () => fileURLToPath(new URL('..', import.meta.url))

export const registryUrl = ({ port }: StartSettings) => `http://127.0.0.1:${port}`
/** Key pair that signs the repos: `core.key` and `core.pub`. */
export const keyBase = ({ dir }: StartSettings) => join(dir, 'keys', 'core')
export const tokenFile = ({ dir }: StartSettings) => join(dir, 'keys', 'core.token')
export const dataDir = ({ dir }: StartSettings) => join(dir, 'registry')

export function isUsual(settings: StartSettings): boolean {
  const { root, dir, port, demoPort } = settings
  return dir === join(root, DEFAULT_DIR) && port === DEFAULT_PORT && demoPort === DEFAULT_DEMO_PORT
}

export function configPath(settings: StartSettings): string {
  return isUsual(settings) ? join(settings.root, 'examples', 'config.yaml') : join(settings.dir, 'config.yaml')
}

/** The path as people type it in the checkout. */
export function typed({ root }: StartSettings, path: string): string {
  const short = relative(root, path)
  return short.startsWith('..') ? path : short
}

function readPort(text: string | undefined, otherwise: number, spare: number): number {
  if (text === undefined || text === '') return otherwise
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0
  if (port >= 1 && port <= HIGHEST_PORT - spare) return port
  throw coded('USAGE', { message: `${quote(text)} is no port, expected a number from 1 to ${HIGHEST_PORT - spare}` })
}
