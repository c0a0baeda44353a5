// What a fetched document may do, field by field: the cases are made from the table of fields itself, for each place where
// a shape can stand, and each is tried in every way that YAML has to say it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { stringify } from 'yaml'
import type { Field, Holds, ShapeName } from '../../../config/document/fields.ts'
import { FIELDS, shapeOf } from '../../../config/document/fields.ts'
import type { OctoConfig } from '../../../config/model/config.ts'
import { readConfig } from '../../../config/read-config.ts'
import { isCoded } from '../../../schemas/errors.ts'
import { writeConfigFiles } from '../../support/machine/config-files.ts'

const WEB = 'https://x.example/shared.yaml'

/** A local config that says something in every shape, so that there is something to change. */
const CHECK = { tool: 'check-tcp', args: { port: 1 }, interval: '7s', timeout: '8s', failureThreshold: 5 }
const LOCAL = {
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

type Path = readonly string[]
type Case = { readonly path: Path; readonly row: Field }

/** Every place in a config that a row stands for; names are those of the local config, so that they meet it. */
function places(shape: ShapeName, path: Path = []): Case[] {
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

/** Values that a fetched document may try at a place. */
function attempts({ path, row }: Case): readonly unknown[] {
  const last = path.at(-1) ?? ''
  if (typeof row.holds !== 'string') return [null, {}, []]
  if (['enabled', 'disabled', 'prerelease', 'revoked'].includes(last)) return [null, true, false]
  if (last === 'interval' || last === 'timeout') return [null, '1s']
  if (last.endsWith('hreshold')) return [null, 99]
  if (last === 'operators') return [null, ['docker']]
  if (last === 'tool') return [null, 'evil/check-tcp', 'check-tcp@1', 'check-tcp', 'evil/other', 'other@1']
  if (last === 'url') return [null, 'https://evil.example/b.yaml', '{{.configs.web.port}}']
  return [null, 'text', '{{.configs.web.port}}', ['text'], { port: 2 }]
}

/** Builds the document that says this value at this place. */
function documentWith(path: Path, value: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return value
  const inner = documentWith(rest, value)
  if (key !== '[]') return { [key]: inner }
  if (isPlain(inner) && ('offers' in inner || 'trust' in inner || 'keys' in inner))
    return [{ url: 'more.yaml', ...inner }]
  const isCheck = typeof inner === 'object' && inner !== null && !('url' in inner || 'key' in inner)
  return [isCheck ? { tool: 'added', ...inner } : inner]
}

/** The same said with a merge key: what is merged is no less said. */
function withMergeKeys(document: unknown): string {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return stringify(document)
  return `x-all: &all ${JSON.stringify(document)}\n<<: *all\n`
}

async function read(directory: string, web: Readonly<Record<string, string>>): Promise<OctoConfig> {
  return readConfig(undefined, {
    cwd: directory,
    env: { SECRET: 'hunter2' },
    fetchText: async (url) => web[url] ?? 'name: theirs\n',
  })
}

function isConfig(outcome: unknown): outcome is OctoConfig {
  return typeof outcome === 'object' && outcome !== null && 'services' in outcome
}

/** What decides in a config: everything but what elsewhere added. */
function decisions({ name, repos, pins, services }: OctoConfig) {
  const local = services.map(({ name: service, enabled, checks, spec }) => [
    service,
    enabled,
    isCoded(spec) ? spec.message : { ...spec, leftAside: [] },
    Object.entries(checks).map(([phase, items]) => [
      phase,
      items.filter(({ place }) => !place.file.startsWith('https:')).map(({ place: _, ...item }) => item),
    ]),
  ])
  return {
    name,
    repos,
    pins,
    services: local,
  }
}

/** Each place with each value, and one of them, another one from place to place, said with a merge key too. */
const cases = places('config').flatMap((one, at) => {
  const values = attempts(one)
  const said = values.map((value) => ({ value, way: 'plain' as const }))
  const merged = { value: values[1 + (at % (values.length - 1))], way: 'merge key' as const }
  return [...said, merged].map(({ value, way }) => ({ ...one, value, way, shown: JSON.stringify(value) }))
})

test('no fetched document changes a repo, pin, name or local check, whatever field it tries and however', async (t) => {
  assert.ok(cases.length >= 200, `${cases.length} cases`)
  const directory = await writeConfigFiles(t, { 'octo.yaml': stringify(LOCAL) })
  const before = decisions(await read(directory, {}))
  const allowed = new Set<string>()
  for (const { path, row, value, way, shown } of cases) {
    const document = documentWith(path, value)
    const text = way === 'plain' ? stringify(document) : withMergeKeys(document)
    const what = `${path.join('.')}: ${shown} (${way})`
    const outcome = await read(directory, { [WEB]: text }).catch((error: unknown) => error)
    if (!isConfig(outcome)) {
      assert.ok(isCoded(outcome), what)
      assert.ok(['CONFIG_INVALID', 'CONFIG_NOT_FOUND', 'REPO_NOT_FOUND', 'NAME_INVALID'].includes(outcome.code), what)
      assert.match(outcome.message, /x\.example|evil\.example/, what)
      continue
    }
    if (value !== null) allowed.add(path.join('.'))
    const after = decisions(outcome)
    const names = new Set(before.services.map(([name]) => name))
    assert.deepEqual({ ...after, services: after.services.filter(([name]) => names.has(name)) }, before, what)
    if (row.fetched === 'never' && typeof row.holds === 'string') assert.equal(value, null, what)
  }
  for (const path of ['operator.services.web.health', 'configs', 'services.web.octocompose.validate'])
    assert.ok(allowed.has(path), `${path} may be written`)
})

/** Several of the cases in one document. */
function together(documents: readonly unknown[]): unknown {
  return documents.reduce((all, next) => {
    if (!isPlain(all) || !isPlain(next)) return Array.isArray(all) && Array.isArray(next) ? all.concat(next) : next
    const keys = [...new Set([...Object.keys(all), ...Object.keys(next)])]
    return Object.fromEntries(
      keys.map((key) => [key, key in all && key in next ? together([all[key], next[key]]) : (next[key] ?? all[key])]),
    )
  })
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const ADMITTED = 32

test(`no set of fetched documents, however they include each other, changes what local documents decide (${ADMITTED} sets that are read)`, async (t) => {
  const directory = await writeConfigFiles(t, { 'octo.yaml': stringify(LOCAL) })
  const before = decisions(await read(directory, {}))
  // Those that are refused by themselves would end most of the runs.
  const harmless = cases.filter(({ row, value, way }) => row.fetched !== 'never' && value !== null && way === 'plain')
  const some = fc.array(fc.constantFrom(...harmless), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(fc.array(some, { minLength: 1, maxLength: 3 }), async (documents) => {
      const web = documents.map((chosen, index) => {
        const said = together(chosen.map(({ path, value }) => documentWith(path, value)))
        const next = index + 1 < documents.length ? { include: [`https://x.example/${index + 1}.yaml`] } : {}
        return [index === 0 ? WEB : `https://x.example/${index}.yaml`, stringify({ ...(said as object), ...next })]
      })
      const outcome = await read(directory, Object.fromEntries(web)).catch((error: unknown) => error)
      assert.ok(isConfig(outcome) || isCoded(outcome))
      // What is refused as a whole counts for nothing, however many of them there are.
      fc.pre(isConfig(outcome))
      const after = decisions(outcome)
      const local = after.services.filter(([name]) => before.services.some(([known]) => known === name))
      assert.deepEqual({ ...after, services: local }, before)
    }),
    { numRuns: ADMITTED, maxSkipsPerRun: 1000 },
  )
})

test('every row that says never is refused with the fetched line and the local place', async (t) => {
  const directory = await writeConfigFiles(t, { 'octo.yaml': stringify(LOCAL) })
  const rows = places('config').filter(({ row }) => row.fetched === 'never')
  assert.ok(rows.length > 40, `${rows.length} rows`)
  for (const { path, row } of rows) {
    const value = valueOfKind(row.holds)
    const text = `# one\n${stringify(documentWith(path, value))}`
    const outcome = await read(directory, { [WEB]: text }).catch((error: unknown) => error)
    assert.ok(isCoded(outcome), path.join('.'))
    assert.equal(outcome.code, 'CONFIG_INVALID', path.join('.'))
    assert.match(outcome.message, /^`https:\/\/x\.example\/shared\.yaml` line \d+: .* may not /, path.join('.'))
    assert.match(outcome.message, /octo\.yaml` line \d+ (includes it|decides that)$/, path.join('.'))
  }
})

function valueOfKind(holds: Holds): unknown {
  if (typeof holds === 'string') return 'text'
  if ('list' in holds) return [{}]
  if (holds.map === 'plugins') return { 'check-tcp': '1' }
  return holds.map === 'repo' || holds.map === 'pin' ? { url: 'https://a.example/b.yaml' } : { core: { url: 'x' } }
}

test('the table has a right for every field that any shape can hold', () => {
  const shapes = Object.keys(FIELDS)
  const held = places('config').flatMap(({ row }) =>
    typeof row.holds === 'string' ? [] : ['map' in row.holds ? row.holds.map : row.holds.list],
  )
  assert.deepEqual(new Set([...held, 'config', 'tool']), new Set(shapes))
})
