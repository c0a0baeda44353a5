// Writes the table of fields in docs/CONFIG.md from config/document/fields.ts; with --check it only says whether it is stale.
import { readFile, writeFile } from 'node:fs/promises'
import type { Field, Holds, ShapeName } from '../config/document/fields.ts'
import { FIELDS, shapeOf } from '../config/document/fields.ts'

const PAGE = new URL('../docs/CONFIG.md', import.meta.url)
const [BEGIN, END] = ['<!-- fields: written by tools/write-config-docs.ts -->', '<!-- end of fields -->']

/** The page with its table as the fields are now. */
export function withFieldTable(page: string): string {
  const [before, rest = ''] = page.split(BEGIN)
  const [, after] = rest.split(END)
  if (after === undefined) return page
  return `${before}${BEGIN}\n\n${fieldTables()}\n${END}${after}`
}

function fieldTables(): string {
  const shapes = Object.keys(FIELDS) as ShapeName[]
  return shapes.map((shape) => `**${TITLES[shape]}**\n\n${table(shape)}\n`).join('\n')
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
  check: 'check',
  tool: 'parts of `tool`',
}

if (import.meta.main) {
  const page = await readFile(PAGE, 'utf8')
  const wanted = withFieldTable(page)
  if (!process.argv.includes('--check')) await writeFile(PAGE, wanted)
  else if (page !== wanted || !page.includes(BEGIN)) {
    process.stderr.write(
      'stale: docs/CONFIG.md\n  do this instead: node_modules/.bin/node tools/write-config-docs.ts\n',
    )
    process.exitCode = 1
  }
}
