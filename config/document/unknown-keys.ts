// Keys that nobody knows: octoctl drops them silently, which is how a typo turns a check off. They are warnings with the
// nearest known word, and errors where nobody watches.
import { coded } from '../../schemas/errors.ts'
import { nearestAmong } from '../../schemas/nearest-word.ts'
import { quote } from '../../schemas/quote.ts'
import { COMPOSE_SERVICE_KEYS } from './compose-keys.ts'
import type { ShapeName } from './fields.ts'
import { knownKeys, rowOf } from './fields.ts'
import { showPlace, warningAt } from './invalid.ts'
import { holdsChecks } from './misplaced-checks.ts'
import type { TreeNode } from './node.ts'
import type { ConfigWarning, Warnings } from './warnings.ts'

/** Notes a key that has no row; `x-` keys are the user's own, and in a service of Compose only what resembles ours is ours. */
export function noteUnknownKey(shape: ShapeName, key: string, { at, warnings }: { at: TreeNode; warnings: Warnings }) {
  if (key.startsWith('x-')) return
  if (shape === 'compose service' && !isOurs(key) && !holdsChecks(at)) return
  warnings.addUnknownKey(() => {
    const [problem, meant] = [`unknown key ${quote(key)} in ${WHERE[shape]}`, didYouMean(shape, key)]
    return { ...warningAt(at, `${problem} is ignored${meant}`), unknownKey: key, problem: `${problem}${meant}` }
  })
}

/** In a service: neither ours, nor a slip of ours, nor Compose's, nor the user's own. */
export function isStrangeKey(key: string): boolean {
  if (key.startsWith('x-') || COMPOSE_SERVICE_KEYS.has(key) || rowOf('compose service', key)) return false
  return nearestKey('compose service', key) === undefined
}

function isOurs(key: string): boolean {
  return !COMPOSE_SERVICE_KEYS.has(key) && nearestKey('compose service', key) !== undefined
}

/** Throws CONFIG_INVALID that names every unknown key; for `check`, `--frozen` and CI, where a warning is not read. */
export function refuseUnknownKeys(warnings: readonly ConfigWarning[]): void {
  const unknown = warnings.filter(({ unknownKey }) => unknownKey !== undefined)
  const [first, ...others] = unknown.map((warning) => `${showPlace(warning)}: ${warning.problem ?? warning.message}`)
  if (first === undefined) return
  throw coded('CONFIG_INVALID', {
    message: [first, ...others].join('; '),
    details: { unknownKeys: unknown.map(({ file, line, unknownKey }) => ({ file, line, key: unknownKey })) },
    hint: 'correct the key, or begin it with `x-` if it is yours',
  })
}

function didYouMean(shape: ShapeName, key: string): string {
  const nearest = nearestKey(shape, key)
  return nearest === undefined ? '' : `, did you mean \`${nearest}\`?`
}

export function nearestKey(shape: ShapeName, key: string): string | undefined {
  const known = NEAREST.get(shape) ?? nearestAmong(knownKeys(shape))
  NEAREST.set(shape, known)
  return known(key)
}

const NEAREST = new Map<ShapeName, (key: string) => string | undefined>()

const WHERE: Readonly<Record<ShapeName, string>> = {
  config: 'the config',
  project: '`project`',
  operator: '`operator`',
  octoctl: '`octoctl`',
  include: 'an include',
  versions: '`versions`',
  prompt: 'a prompt',
  repos: '`repos`',
  'octoctl repos': '`repos`',
  repo: 'a repo',
  key: 'a key',
  plugins: '`plugins`',
  pin: 'a pin',
  mcp: '`mcp`',
  'operator services': '`services`',
  services: '`services`',
  service: 'a service',
  'compose service': 'a service',
  hooks: '`hooks`',
  settings: 'the `config` of a service',
  stop: '`stop`',
  limits: '`limits`',
  metrics: '`metrics`',
  probes: '`probes`',
  check: 'a check',
  secret: 'a source of secrets',
  tool: '`tool`',
  notification: 'a notifier',
  'plugin directory': 'a folder of plugins',
}
