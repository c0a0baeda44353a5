// The most that a service may use, as octo and Compose say it, and who may say so.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { stringify } from 'yaml'
import type { ServiceSpec } from '../../../config/model/service-spec.ts'
import { isCoded } from '../../../schemas/errors.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { readFiles } from '../../support/machine/config-files.ts'

const WEB = 'https://x.example/shared.yaml'
const MIB = 1024 * 1024

async function spec(t: TestContext, web: object, fetched?: object): Promise<ServiceSpec> {
  const text = stringify({ ...(fetched ? { include: [WEB] } : {}), services: { web } })
  const config = await readFiles(
    t,
    { 'octo.yaml': text },
    { env: {}, fetchText: async () => stringify({ services: { web: fetched } }) },
  )
  const found = config.services.find(({ name }) => name === 'web')?.spec
  if (isCoded(found)) throw found
  assert.ok(found)
  return found
}

const command = ['x']
const ALL = { memoryBytes: 512 * MIB, cpus: 1.5, processes: 100, openFiles: 1024 }
const OWN = { memory: '512m', cpus: 1.5, processes: 100, open_files: 1024 }

type Row = readonly [what: string, service: object, limits: ServiceSpec['limits']]
const READ: readonly Row[] = [
  ['nothing', {}, undefined],
  ['all of them', { limits: OWN }, ALL],
  ['all of them below octocompose', { octocompose: { command, limits: OWN } }, ALL],
  ['an empty map', { limits: {} }, undefined],
  ['keys that are left empty', { limits: { memory: null, cpus: null, processes: null } }, undefined],
  ['texts', { limits: { memory: '1.5g', cpus: '.5' } }, { memoryBytes: 1536 * MIB, cpus: 0.5 }],
  ...['512m', '512M', '512mb', '512Mi', '512MiB', '524288k', '0.5g', 512 * MIB, '536870912b'].map(
    (memory): Row => [`memory of ${memory}`, { limits: { memory } }, { memoryBytes: 512 * MIB }],
  ),
  [
    'what Compose deploys',
    { deploy: { resources: { limits: { memory: '512m', cpus: '1.5', pids: 100 } } } },
    without('openFiles'),
  ],
  ['older words of Compose', { mem_limit: '512m', cpus: 1.5, pids_limit: 100, ulimits: { nofile: 1024 } }, ALL],
  ['two numbers of open files', { ulimits: { nofile: { soft: 512, hard: 1024 } } }, { openFiles: 1024 }],
  ['no limit of Compose', { mem_limit: 0, cpus: 0, pids_limit: -1 }, undefined],
  [
    'own ones before those of Compose',
    { limits: { memory: '512m' }, mem_limit: '1g', cpus: 2 },
    { memoryBytes: 512 * MIB, cpus: 2 },
  ],
  ['what is for a container', { image: 'i', mem_limit: '1g', octocompose: { command } }, undefined],
]

function without(key: keyof typeof ALL) {
  return Object.fromEntries(Object.entries(ALL).filter(([name]) => name !== key))
}

test(`limits are read in the words of octo and of Compose (${READ.length})`, async (t) => {
  for (const [what, service, limits] of READ) {
    const own = 'image' in service || 'octocompose' in service ? service : { command, ...service }
    assert.deepEqual((await spec(t, own)).limits, limits, what)
  }
})

const REFUSED: readonly object[] = [
  ...['', '512', '0', '-1', '512x', '1e9', 'much', '512 m m', '9999t', true, ['512m'], { max: 1 }].map((memory) => ({
    memory,
  })),
  ...['0', -1, 'one', '1,5', 5000, true].map((cpus) => ({ cpus })),
  ...[0, -1, 1.5, 'many', 5_000_000].map((processes) => ({ processes })),
  ...[0, 1, -1, 15, 'unlimited'].map((open_files) => ({ open_files })),
]

test(`what is no limit is refused where it stands, and never left aside (${REFUSED.length + 2})`, async (t) => {
  for (const limits of REFUSED)
    await expectCodeAsync('CONFIG_INVALID', () => spec(t, { command, limits })).catch((error: unknown) => {
      throw new Error(JSON.stringify(limits), { cause: error })
    })
  const list = await expectCodeAsync('CONFIG_INVALID', () => spec(t, { command, limits: ['memory'] }))
  assert.match(list.message, /`limits` is no map, found a list$/)
  await expectCodeAsync('CONFIG_INVALID', () => spec(t, { command, mem_limit: 'much' }))
})

test('what else Compose deploys or limits is left aside with a warning, and limits alone are not', async (t) => {
  const left = async (service: object) => (await spec(t, { command, ...service })).leftAside.map(({ key }) => key)
  assert.deepEqual(await left({ deploy: { resources: { limits: { memory: '1g' } } }, ulimits: { nofile: 99 } }), [])
  assert.deepEqual(await left({ mem_limit: '1g', cpus: 1, pids_limit: 5 }), [])
  assert.deepEqual(await left({ deploy: { resources: { limits: { memory: '1g' }, reservations: {} } } }), ['deploy'])
  const limits = { memory: '1g' }
  for (const deploy of [
    { replicas: 2, resources: { limits } },
    { resources: { limits: { ...limits, devices: 1 } } },
    { resources: {} },
    { resources: ['limits'] },
    { resources: { limits: ['memory'] } },
    'twice',
  ])
    assert.deepEqual(await left({ deploy }), ['deploy'], JSON.stringify(deploy))
  assert.deepEqual(await left({ deploy: { replicas: 2 }, ulimits: { nproc: 5 } }), ['deploy', 'ulimits'])
})

test('a document from elsewhere limits no program that a local one names', async (t) => {
  assert.equal((await spec(t, { command }, { limits: OWN, mem_limit: '1g' })).limits, undefined)
})
