// Where measures may be asked for: at this machine alone unless the config says otherwise, and never as a document from elsewhere says.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stringify } from 'yaml'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { readFiles } from '../../support/machine/config-files.ts'

const WEB = 'https://x.example/shared.yaml'
const SERVICES = { services: { web: { command: ['x'] } } }

type Row = readonly [listen: unknown, host: string, port: number]
const READ: readonly Row[] = [
  ['127.0.0.1:9464', '127.0.0.1', 9464],
  ['127.1.2.3:1', '127.1.2.3', 1],
  ['[::1]:9464', '::1', 9464],
  ['localhost:9464', '127.0.0.1', 9464],
  [9464, '127.0.0.1', 9464],
  ['127.0.0.1:0', '127.0.0.1', 0],
]
const OPEN = ['0.0.0.0:9464', '[::]:9464', '10.0.0.1:9464', '[::ffff:127.0.0.1]:9464', '128.0.0.1:80', '1.127.0.0:80']
const REFUSED = [
  ...[
    '127.0.0.1',
    '127.0.0.1:',
    ':9464',
    'example.com:80',
    '127.0.0.1:99999',
    '127.0.0.1:-1',
    '127.1:80',
    '127.0.0.300:80',
  ],
  ...[
    '0177.0.0.1:80',
    '::1:9464',
    'http://127.0.0.1:80',
    '127.0.0.1:80/metrics',
    ' 127.0.0.1:80',
    '',
    [9464],
    { a: 1 },
    true,
    1.5,
  ],
]

const metricsOf = async (t: Parameters<typeof readFiles>[0], metrics: unknown, section = 'operator') =>
  (await readFiles(t, { 'octo.yaml': stringify({ ...SERVICES, [section]: { metrics } }) })).metrics

test(`an address of this machine is taken (${READ.length}), another one only where that is said (${OPEN.length})`, async (t) => {
  for (const [listen, host, port] of READ)
    for (const section of ['operator', 'octoctl'])
      assert.deepEqual(await metricsOf(t, { listen }, section), { host, port }, String(listen))
  for (const listen of OPEN) {
    const error = await expectCodeAsync('CONFIG_INVALID', () => metricsOf(t, { listen }))
    assert.match(error.message, /others can reach/)
    assert.match(error.hint ?? '', /exposed: true/)
    await expectCodeAsync('CONFIG_INVALID', () => metricsOf(t, { listen, exposed: false }))
    assert.equal(typeof (await metricsOf(t, { listen, exposed: true }))?.port, 'number')
  }
  assert.equal(await metricsOf(t, undefined), undefined)
})

test(`what is no address is refused (${REFUSED.length + 5})`, async (t) => {
  for (const listen of REFUSED)
    await expectCodeAsync('CONFIG_INVALID', () => metricsOf(t, { listen, exposed: true })).catch((cause: unknown) => {
      throw new Error(JSON.stringify(listen), { cause })
    })
  const word = await expectCodeAsync('CONFIG_INVALID', () => metricsOf(t, '127.0.0.1:9464'))
  assert.match(word.message, /`metrics` is no map, found a text$/)
  for (const nowhere of [{}, { listen: null }, { exposed: true }]) {
    const error = await expectCodeAsync('CONFIG_INVALID', () => metricsOf(t, nowhere))
    assert.match(error.message, /`metrics` does not say where/)
  }
  const twice = { operator: { metrics: { listen: 1 } }, octoctl: { metrics: { listen: 2 } } }
  await expectCodeAsync('CONFIG_INVALID', () => readFiles(t, { 'octo.yaml': stringify({ ...SERVICES, ...twice }) }))
})

test('no document from elsewhere opens a port, nor opens one that is there to others', async (t) => {
  for (const metrics of [{ listen: 9464 }, { exposed: true }])
    for (const section of ['operator', 'octoctl']) {
      const local = { ...SERVICES, include: [WEB], operator: { metrics: { listen: 9464 } } }
      const fetched = async () => stringify({ [section]: { metrics } })
      await expectCodeAsync('CONFIG_INVALID', () =>
        readFiles(t, { 'octo.yaml': stringify(local) }, { env: {}, fetchText: fetched }),
      )
    }
})
