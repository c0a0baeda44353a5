// What a fetched document may do, field by field: the cases are made from the table of fields itself, for each place where
// a shape can stand, and each is tried in every way that YAML has to say it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { stringify } from 'yaml'
import { FIELDS } from '../../../config/document/fields.ts'
import type { OctoConfig } from '../../../config/model/config.ts'
import { isCoded } from '../../../schemas/errors.ts'
import type { Case } from '../../support/builders/field-places.ts'
import {
  documentWith,
  isPlain,
  LOCAL_FILE,
  LOCAL_TEXT,
  places,
  valueOfKind,
  WEB,
} from '../../support/builders/field-places.ts'
import { readConfig } from '../../support/builders/read-configs.ts'
import { writeConfigFiles } from '../../support/machine/config-files.ts'
import { triesEveryCase } from '../../support/machine/full-form.ts'

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

/** The same said with a merge key: what is merged is no less said. */
function withMergeKeys(document: unknown): string {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return stringify(document)
  return `x-all: &all ${JSON.stringify(document)}\n<<: *all\n`
}

async function read(directory: string, web: Readonly<Record<string, string>>): Promise<OctoConfig> {
  return readConfig(LOCAL_FILE, {
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

type Way = 'plain' | 'merge key'

/** Rows that stand for more places than this are the same in each service, phase and repo. */
const MANY = 2
/** At how many places each row came up so far. */
const known = new Map<Case['row'], number>()

/**
 * Each row at one of its places with each value, one of them said with a merge key. One that holds text is said with one value at its
 * other places, which changes from place to place as the way does, and at every sixth where there are many. OCTO_EVERY_CASE=1 tries
 * each value everywhere.
 */
const cases = places('config').flatMap((one, at) => {
  const values = attempts(one)
  const turn = 1 + (at % (values.length - 1))
  const nth = known.get(one.row) ?? 0
  known.set(one.row, nth + 1)
  const said = (index: number, way: Way) => ({
    ...one,
    value: values[index],
    way,
    shown: JSON.stringify(values[index]),
  })
  const all = values.map((_value, index) => index)
  if (triesEveryCase) return [...all.map((index) => said(index, 'plain')), said(turn, 'merge key')]
  if (nth === 0 || typeof one.row.holds !== 'string')
    return all.map((index) => said(index, index === turn ? 'merge key' : 'plain'))
  return nth < MANY || nth % 6 === 0 ? [said(turn, at % 2 > 0 ? 'merge key' : 'plain')] : []
})

test('no fetched document changes a repo, pin, name or local check, whatever field it tries and however', async (t) => {
  assert.ok(cases.length >= 900, `${cases.length} cases`)
  const directory = await writeConfigFiles(t, { [LOCAL_FILE]: LOCAL_TEXT })
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

const ADMITTED = 32

test(`no set of fetched documents, however they include each other, changes what local documents decide (${ADMITTED} sets that are read)`, async (t) => {
  const directory = await writeConfigFiles(t, { [LOCAL_FILE]: LOCAL_TEXT })
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
  const directory = await writeConfigFiles(t, { [LOCAL_FILE]: LOCAL_TEXT })
  const rows = places('config').filter(({ row }) => row.fetched === 'never')
  assert.ok(rows.length > 40, `${rows.length} rows`)
  for (const { path, row } of rows) {
    const value = valueOfKind(row.holds)
    const text = `# one\n${stringify(documentWith(path, value))}`
    const outcome = await read(directory, { [WEB]: text }).catch((error: unknown) => error)
    assert.ok(isCoded(outcome), path.join('.'))
    assert.equal(outcome.code, 'CONFIG_INVALID', path.join('.'))
    assert.match(outcome.message, /^`https:\/\/x\.example\/shared\.yaml` line \d+: .* may not /, path.join('.'))
    assert.match(outcome.message, /octo\.toml` line \d+ (includes it|decides that)$/, path.join('.'))
  }
})

test('the table has a right for every field that any shape can hold', () => {
  const shapes = Object.keys(FIELDS)
  const held = places('config').flatMap(({ row }) =>
    typeof row.holds === 'string' ? [] : ['map' in row.holds ? row.holds.map : row.holds.list],
  )
  assert.deepEqual(new Set([...held, 'config', 'tool']), new Set(shapes))
})
