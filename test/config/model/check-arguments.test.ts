// Arguments that cannot be rendered are the problem of their check, where the reader wants that; what is forbidden is everybody's.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { readFiles } from '../../support/machine/config-files.ts'

const withArgs = (args: string, includes = '') => `${includes}
services: {web: {octocompose: {health: [{tool: check-a, args: ${args}}, {tool: check-b, args: [b]}]}}}`

test('the check has its problem and no arguments, and the others are as they are', async (t) => {
  const { services } = await readFiles(
    t,
    { 'octo.yaml': withArgs('["{{.env.NONE}}"]') },
    { env: {}, keepsUnrendered: true },
  )
  const [bad, good] = services[0]?.checks.health ?? []
  assert.match(bad?.problem?.message ?? '', /environment variable `NONE` is not set/)
  assert.deepEqual(bad?.arguments, { kind: 'map', value: {}, texts: {} })
  assert.deepEqual([good?.problem, good?.arguments], [undefined, { kind: 'list', value: ['b'] }])
})

test('it is an error of the config for everybody else', async (t) => {
  await expectCodeAsync('CONFIG_INVALID', () =>
    readFiles(t, { 'octo.yaml': withArgs('["{{.env.NONE}}"]') }, { env: {} }),
  )
})

test('what a document may not do or cost is an error of the config, also beside what cannot be rendered', async (t) => {
  const fetchText = async () => withArgs('{a: "{{.configs.none}}", b: "{{.env.SECRET}}"}')
  const local = { 'octo.yaml': 'include: [https://elsewhere.example/octo.yaml]' }
  const deps = { env: { SECRET: 's' }, keepsUnrendered: true }
  const error = await expectCodeAsync('CONFIG_INVALID', () => readFiles(t, local, { ...deps, fetchText }))
  assert.match(error.message, /may not read the environment variable `SECRET`/)
  const costly = { 'octo.yaml': withArgs('{a: "{{.env.NONE}}", b: "{{range 15000}}{{len `a`}}{{end}}"}') }
  assert.match(
    (await expectCodeAsync('CONFIG_INVALID', () => readFiles(t, costly, deps))).message,
    /more than 20000 steps/,
  )
})
