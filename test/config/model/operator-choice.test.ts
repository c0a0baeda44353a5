// Which operator a config names, and what a document from elsewhere may say about it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseOperator } from '../../../config/model/operator-choice.ts'
import { requestsOf } from '../../../config/model/requests.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { readFiles } from '../../support/machine/config-files.ts'

const NAMES: readonly (readonly [string, string | undefined])[] = [
  ['baremetal', undefined],
  ['docker', 'operator-compose'],
  ['podman', 'operator-compose'],
  ['nerdctl', 'operator-compose'],
  ['compose', 'operator-compose'],
  ['kubernetes', 'operator-kubernetes'],
  ['core/docker', 'docker'],
  ['myop', 'myop'],
  ['acme/myop@^2', 'myop'],
]
for (const [name, plugin] of NAMES)
  test(`\`operator: ${name}\` means ${plugin ? `the plugin ${plugin}` : 'octo itself'}`, () => {
    const choice = parseOperator(name)
    assert.equal(choice.name, name)
    assert.equal(choice.kind === 'plugin' ? choice.request.plugin : undefined, plugin)
  })

test('the operator is asked for with its pin, and by its older key', async (t) => {
  for (const key of ['operator', 'plugin']) {
    const config = await readFiles(t, {
      'octo.yaml': `octoctl: {${key}: docker, plugins: {operator-compose: {version: ^1, prerelease: true}}}`,
    })
    const asked = requestsOf(config).find(({ range }) => range === '^1')
    assert.deepEqual([asked?.plugin, asked?.prerelease], ['operator-compose', true])
    assert.equal(config.operator?.name, 'docker')
  }
})

const REFUSED: readonly (readonly [said: string, problem: RegExp])[] = [
  ['[docker]', /`operator` is no name, expected for example `operator: docker`$/],
  ['{name: docker}', /`operator` is no name, expected for example `operator: docker`$/],
  ['1_000', /`1_000` is text in YAML 1\.2 and 1000 in YAML 1\.1$/],
  ['"Not A Name"', /`operator`: .*`Not A Name`/],
  ['"docker@not a range"', /`operator`: .*not a range/],
]
for (const [said, problem] of REFUSED)
  test(`\`operator: ${said}\` is an error at its line`, async (t) => {
    const read = () => readFiles(t, { 'octo.yaml': `octoctl:\n  operator: ${said}\n` })
    const { message, details } = await expectCodeAsync('CONFIG_INVALID', read)
    assert.match(message, problem)
    assert.equal(details?.line, 2)
  })

const web = (elsewhere: string, local = '') => ({
  files: { 'octo.yaml': `include: ["https://x.example/a.yaml"]\n${local}\n` },
  more: { fetchText: async () => `${elsewhere}\n` },
})

test('elsewhere names an operator where no local document does', async (t) => {
  const first = web('octoctl: {operator: docker}')
  assert.equal((await readFiles(t, first.files, first.more)).operator?.name, 'docker')
  const second = web('octoctl: {operator: docker}', 'octoctl: {operator: baremetal}')
  assert.equal((await readFiles(t, second.files, second.more)).operator?.name, 'baremetal')
})

for (const name of ['evil/docker', 'docker@0.0.1', 'a/b@c'])
  test(`elsewhere may not say \`operator: ${name}\``, async (t) => {
    const { files, more } = web(`octoctl: {operator: ${name}}`)
    const { message } = await expectCodeAsync('CONFIG_INVALID', () => readFiles(t, files, more))
    assert.match(message, /a document from elsewhere may not say from which repo or of which version the operator is/)
  })
