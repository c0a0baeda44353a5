import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Candidate, SearchFilters } from '../../../registry/db/search-filters.ts'
import { COUNTED, narrow } from '../../../registry/db/search-filters.ts'
import { seededRandom } from '../../support/builders/seeded-random.ts'
import { stepsOf } from '../../support/machine/steps.ts'

type Row = Candidate & { readonly plugin: string }

const aPlugin = (plugin: string, change: Partial<Candidate> = {}): Row => ({
  ...{ plugin, repo: 'core', kind: 'tool', category: 'health' },
  ...{ platform: 'linux_amd64', contract: 'check/v1', signer: 'sha256:a' },
  ...change,
})

const on = (...platforms: string[]) => ({ platform: platforms.join(' ') })
const namesOf = (rows: readonly Row[], filters: SearchFilters) =>
  narrow(rows, { filters }).shown.map(({ plugin }) => plugin)

test('a platform lets through what a client of it would install, and what runs everywhere', () => {
  const rows = [
    aPlugin('plain', on('linux_amd64')),
    aPlugin('musl', on('linux_amd64_musl')),
    aPlugin('script', on('any')),
    aPlugin('mac', on('darwin_amd64')),
    aPlugin('none', on()),
  ]
  assert.deepEqual(namesOf(rows, { platform: 'linux_amd64' }), ['plain', 'script'])
  assert.deepEqual(namesOf(rows, { platform: 'linux_amd64_musl' }), ['plain', 'musl', 'script'])
  assert.deepEqual(namesOf(rows, { platform: 'darwin_arm64' }), ['script', 'mac'])
  assert.deepEqual(namesOf(rows, { platform: 'any' }), ['script'])
  const { counts } = narrow(rows, {})
  assert.deepEqual(counts.platform, { linux_amd64_musl: 3, darwin_amd64: 2, linux_amd64: 2 })
})

test('a filter that is set shows what else could be chosen, and the others count what it lets through', () => {
  const rows = [
    aPlugin('one'),
    aPlugin('two', { kind: 'service', contract: 'ocm' }),
    aPlugin('three', { kind: 'service', category: '' }),
  ]
  const { counts, without, total } = narrow(rows, { filters: { kind: 'service', contract: 'ocm' } })
  assert.equal(total, 1)
  assert.deepEqual(counts.kind, { service: 1 })
  assert.deepEqual(counts.contract, { 'check/v1': 1, ocm: 1 })
  assert.deepEqual(counts.category, { health: 1 })
  assert.deepEqual(without, { kind: 1, contract: 2 })
})

test('whatever is chosen, each count is the number of plugins that choosing it gives', () => {
  const { pick, chance } = seededRandom()
  const platforms = [
    'linux_amd64',
    'linux_arm64_musl',
    'linux_arm64',
    'darwin_amd64',
    'darwin_arm64',
    'windows_arm64',
    'any',
  ]
  const values = {
    kind: ['tool', 'service'],
    category: ['health', 'secret'],
    contract: ['ocm', 'nagios'],
    signer: ['sha256:a', 'sha256:b'],
  }
  for (let round = 0; round < 60; round++) {
    const rows = Array.from({ length: 40 }, (_, index) =>
      aPlugin(`p${index}`, {
        ...on(...platforms.filter(() => chance(0.3))),
        ...{ kind: pick(values.kind), category: pick([...values.category, '']), repo: pick(['core', 'other']) },
        ...{ contract: pick(values.contract), signer: pick(values.signer) },
      }),
    )
    const all = { ...values, platform: platforms }
    const filters: SearchFilters = Object.fromEntries(
      Object.entries(all).flatMap(([name, each]) => (chance(0.4) ? [[name, pick(each)]] : [])),
    )
    const { counts, without } = narrow(rows, { filters })
    for (const name of COUNTED)
      for (const [value, count] of Object.entries(counts[name])) {
        const chosen = name === 'repo' ? rows.filter(({ repo }) => repo === value) : rows
        const narrowed = narrow(chosen, { filters: name === 'repo' ? filters : { ...filters, [name]: value } })
        assert.equal(narrowed.total, count, `${name} ${value} of ${JSON.stringify(filters)}`)
      }
    for (const [name, count] of Object.entries(without)) {
      const rest = Object.fromEntries(Object.entries(filters).filter(([other]) => other !== name))
      assert.equal(narrow(rows, { filters: rest }).total, count)
    }
  }
})

test('pages follow each other without a gap, and a page behind the last is empty', () => {
  const rows = Array.from({ length: 120 }, (_, index) => aPlugin(`p${index}`))
  const pages = [1, 2, 3, 4].map((page) => narrow(rows, { page }))
  assert.deepEqual(
    pages.map(({ shown, truncated, total }) => [shown.length, truncated, total]),
    [
      [50, true, 120],
      [50, true, 120],
      [20, false, 120],
      [0, false, 120],
    ],
  )
  assert.deepEqual(
    pages.flatMap(({ shown }) => shown),
    rows,
  )
})

test('of very many values the most frequent are counted', () => {
  const rows = Array.from({ length: 100 }, (_, index) =>
    aPlugin(`p${index}`, { category: index < 50 ? 'often' : `c${index}` }),
  )
  const counted = Object.entries(narrow(rows, {}).counts.category)
  assert.equal(counted.length, 20)
  assert.deepEqual(counted[0], ['often', 50])
})

const COUNTED_STEPS = `
import { narrow } from '${new URL('../../../registry/db/search-filters.ts', import.meta.url).href}'
const systems = ['linux', 'darwin', 'windows', 'freebsd', 'netbsd', 'openbsd', 'solaris', 'aix', 'illumos', 'android']
const platforms = systems.flatMap((system) => [system + '_amd64', system + '_arm64'])
for (const many of [250, 1000]) {
  const rows = Array.from({ length: many }, (_, index) => ({
    ...{ plugin: 'p' + index, repo: 'core', kind: 'tool', contract: 'check/v1', signer: 'sha256:a', category: 'c' + index },
    platform: platforms.filter((_platform, bit) => ((index + 1) >> (bit % 13)) & 1).join(' '),
  }))
  count(many, () => {
    const { counts, total } = narrow(rows, {})
    if (total !== many || Object.keys(counts.category).length !== 20) throw Error(total)
  })
}`

test('plugins of which each has a category and platforms of its own are counted without each being compared with each', () => {
  const { 250: few = 0, 1000: more = 0 } = stepsOf(COUNTED_STEPS)
  assert.ok(more > few && more < 8 * few, `${few} steps for 250, ${more} for 1000`)
})
