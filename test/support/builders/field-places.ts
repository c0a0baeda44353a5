// Every place of a config that a row of the table of fields stands for, and documents that say something there.
import { stringify } from 'smol-toml'
import type { Field, Holds, ShapeName } from '../../../config/document/fields.ts'
import { shapeOf } from '../../../config/document/fields.ts'

export const WEB = 'https://x.example/shared.yaml'

/** A local config that says something in every shape, so that there is something to change. */
const CHECK = { tool: 'check-tcp', args: { port: 1 }, interval: '7s', timeout: '8s', failureThreshold: 5 }
const LOCAL_CONFIG = {
  include: [{ url: WEB, offers: ['configs.web'] }],
  name: 'mine',
  configs: { web: { port: 1 } },
  service: { web: { port: 1 } },
  globals: { all: { port: 1 } },
  operator: {
    repos: {
      core: { url: 'https://x.example/repos/core.yaml', trust: 'unsigned' },
      evil: { url: 'https://evil.example/repos/evil.yaml', trust: 'unsigned' },
    },
    plugins: { 'check-tcp': { repo: 'core', version: '^2' } },
    services: { web: { health: [CHECK], preflight: [CHECK], init: [CHECK] } },
  },
  services: {
    web: { image: 'x', octocompose: { health: [CHECK], command: ['/bin/true'] } },
    db: { health: [CHECK], command: ['/bin/true'] },
  },
}

/** Read for each case: as TOML that takes two thirds of the time that YAML takes with the fetched document, and decides the same. */
export const LOCAL_FILE = 'octo.toml'
export const LOCAL_TEXT = stringify(LOCAL_CONFIG)

type Path = readonly string[]
export type Case = { readonly path: Path; readonly row: Field }

/** Every place in a config that a row stands for; names are those of the local config, so that they meet it. */
export function places(shape: ShapeName, path: Path = []): Case[] {
  return Object.entries(shapeOf(shape)).flatMap(([key, row]) => {
    const at = [...path, key === '*' ? nameFor(path) : key]
    return [{ path: at, row }, ...below(row.holds, at)]
  })
}

function below(holds: Holds, path: Path): Case[] {
  if (typeof holds === 'string') return []
  return 'map' in holds ? places(holds.map, path) : places(holds.list, [...path, '[]'])
}

function nameFor(path: Path): string {
  if (path.at(-1) === 'plugins') return 'check-tcp'
  return path.at(-1) === 'repos' ? 'core' : 'web'
}

/** Builds the document that says this value at this place. */
export function documentWith(path: Path, value: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return value
  const inner = documentWith(rest, value)
  if (key !== '[]') return { [key]: inner }
  if (isPlain(inner) && ('offers' in inner || 'trust' in inner || 'keys' in inner))
    return [{ url: 'more.yaml', ...inner }]
  const isCheck = typeof inner === 'object' && inner !== null && !('url' in inner || 'key' in inner)
  return [isCheck ? { tool: 'added', ...inner } : inner]
}

/** One that a field of this kind may have. */
export function valueOfKind(holds: Holds): unknown {
  if (typeof holds === 'string') return 'text'
  if ('list' in holds) return [{}]
  if (holds.map === 'plugins') return { 'check-tcp': '1' }
  return holds.map === 'repo' || holds.map === 'pin' ? { url: 'https://a.example/b.yaml' } : { core: { url: 'x' } }
}

export function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
