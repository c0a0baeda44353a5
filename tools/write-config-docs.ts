// Writes the table of fields in docs/CONFIG.md from config/document/fields.ts; with --check it only says whether it is stale.
import type { Field, Holds, ShapeName } from '../config/document/fields.ts'
import { FIELDS, shapeOf } from '../config/document/fields.ts'
import { replacePart, writePart } from './written-page.ts'

const TABLE = {
  path: 'docs/CONFIG.md',
  tool: 'tools/write-config-docs.ts',
  begin: '<!-- fields: written by tools/write-config-docs.ts -->',
  end: '<!-- end of fields -->',
}

/** The page with its table as the fields are now; undefined where it has no place for one. */
export function withFieldTable(page: string): string | undefined {
  return replacePart(page, TABLE, fieldTables())
}

function fieldTables(): string {
  const shapes = Object.keys(FIELDS) as ShapeName[]
  return shapes.map((shape) => `**${TITLES[shape]}**\n\n${table(shape)}`).join('\n\n')
}

function table(shape: ShapeName): string {
  const rows = Object.entries(shapeOf(shape)).map(([key, field]) => row(key === '*' ? 'any name' : `\`${key}\``, field))
  return ['| key | holds | a fetched document may | means |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

function row(key: string, { holds, fetched, means }: Field): string {
  return `| ${key} | ${holdsInWords(holds)} | ${fetched === 'never' ? '**never**' : fetched} | ${means.replaceAll('|', '\\|')} |`
}

function holdsInWords(holds: Holds): string {
  if (typeof holds === 'string') return holds
  return 'map' in holds ? `map: ${TITLES[holds.map]}` : `list: ${TITLES[holds.list]}`
}

const TITLES: Readonly<Record<ShapeName, string>> = {
  config: 'config',
  project: 'project',
  operator: 'operator',
  octoctl: 'octoctl',
  include: 'include',
  versions: 'versions',
  prompt: 'prompt',
  repos: 'repos',
  'octoctl repos': 'repos of octoctl',
  repo: 'repo',
  key: 'key',
  plugins: 'plugins',
  pin: 'pin',
  'operator services': 'services of the operator',
  services: 'services',
  service: 'service',
  'compose service': 'service of Compose',
  hooks: 'hooks',
  settings: 'settings',
  stop: 'stop',
  limits: 'limits',
  probes: 'probes',
  metrics: 'metrics',
  check: 'check',
  secret: 'source of secrets',
  notification: 'notifier',
  'plugin directory': 'folder of plugins',
  mcp: 'tool of `octo mcp`',
  tool: 'parts of `tool`',
}

if (import.meta.main) writePart(TABLE, fieldTables())
