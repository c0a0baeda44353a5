// What operator-kubernetes makes of a config: compared byte by byte, and with the schemas of the oldest and the newest Kubernetes.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import type { KubernetesObject } from '../../../plugins/operator-kubernetes/objects.ts'
import { referenceOf } from '../../../plugins/operator-kubernetes/objects.ts'
import { shownText } from '../../../plugins/operator-kubernetes/render.ts'
import { parseOperatorConfig, yamlText } from '../../../sdk/operator/index.ts'
import { anOperatorConfig } from '../../support/builders/operator-config.ts'
import { objectIn, objectsOf, rendered } from '../../support/kubernetes/rendered.ts'
import { KUBERNETES_VERSIONS, schemaProblems } from '../../support/kubernetes/schemas.ts'

const here = (name: string) => new URL(`./golden/${name}`, import.meta.url)
const documents = (objects: readonly KubernetesObject[]) => objects.map((one) => `---\n${yamlText(one)}`).join('')

const GOLDEN: readonly (readonly [string, URL])[] = [
  ['all', here('all.json')],
  ['checks', here('checks.json')],
  ['shop', new URL('../operator-compose/golden/shop.json', import.meta.url)],
]
for (const [name, path] of GOLDEN)
  test(`the objects of \`${name}\` are those that are kept, and fit the schemas of Kubernetes`, () => {
    const rendering = rendered(parseOperatorConfig(readFileSync(path, 'utf8')))
    const objects = objectsOf(rendering)
    assert.equal(documents(objects), readFileSync(here(`${name}.yaml`), 'utf8'))
    const order = rendering.stages.map(({ objects, awaited }) => [
      objects.map(referenceOf),
      awaited.map(({ workload, until }) => `${referenceOf(workload)} ${until}`),
    ])
    assert.deepEqual({ order, notes: rendering.notes }, JSON.parse(readFileSync(here(`${name}.order.json`), 'utf8')))
    for (const version of KUBERNETES_VERSIONS)
      for (const object of objects) assert.deepEqual(schemaProblems(object, version), [], referenceOf(object))
  })

test('what is shown has no value of a Secret, and cannot be applied by mistake', () => {
  const rendering = rendered(parseOperatorConfig(readFileSync(here('all.json'), 'utf8')))
  const text = shownText(rendering)
  for (const secret of ['hush', Buffer.from('hush').toString('base64'), 'script-src'])
    assert.ok(!text.includes(secret), secret)
  const secrets = text.split('---\n').filter((one) => one.includes('"kind": "Secret"'))
  assert.equal(secrets.length, 3)
  for (const one of secrets)
    for (const value of Object.values(parse(one).data))
      assert.notEqual(Buffer.from(`${value}`, 'base64').toString('base64'), value)
})

const NAMES: readonly (readonly [string, string | undefined])[] = [
  ['web', 'web'],
  ['my_web', 'my-web'],
  ['My.Web', 'my-web'],
  ['a'.repeat(52), 'a'.repeat(52)],
  ['a'.repeat(53), undefined],
  ['1web', undefined],
  ['-web', undefined],
  ['web-', undefined],
  ['web shop', undefined],
  ['wéb', undefined],
  ['../web', undefined],
]
for (const [name, kubernetes] of NAMES)
  test(`the service \`${name.slice(0, 12)}\` ${kubernetes ? `is called \`${kubernetes.slice(0, 12)}\`` : 'is refused for its name'}`, () => {
    const config = anOperatorConfig({ services: { [name]: { image: 'x' } } })
    if (kubernetes)
      return assert.equal(objectIn(config, `service/${kubernetes}`).spec.selector['octo.service'], kubernetes)
    assert.throws(() => rendered(config), /cannot be called so in Kubernetes/)
  })

test('projects have labels of their own, and objects named after them stay within what Kubernetes takes', () => {
  const names = ['shop', 'my-shop', 'my_shop', 'My Shop', 'my shop', '-shop', 'ü', '../..', 'x'.repeat(80), '1shop']
  const labels = names.map((name) => rendered(anOperatorConfig({ name })).project)
  assert.equal(new Set(labels).size, names.length)
  for (const label of labels) assert.match(label, /^[a-z][a-z0-9-]{0,30}[a-z0-9]$/)
  const long = 'v'.repeat(70)
  const config = anOperatorConfig({
    name: 'x'.repeat(80),
    volumes: { [long]: {}, [`${long}w`]: {} },
    services: { web: { image: 'x', volumes: [`${long}:/a`, `${long}w:/b`] } },
  })
  const claims = objectsOf(rendered(config)).filter(({ kind }) => kind === 'PersistentVolumeClaim')
  assert.equal(new Set(claims.map(({ metadata }) => metadata.name)).size, 2)
  for (const { metadata } of claims) assert.ok(metadata.name.length <= 63)
})

test('two things of one name in Kubernetes are refused, in whatever way they would meet', () => {
  const web = { image: 'x' }
  for (const [services, twice] of [
    [{ my_db: web, 'my-db': web }, 'service/my-db'],
    [{ web: { ...web, networks: { default: { aliases: ['db'] } } }, db: web }, 'service/db'],
    [{ web: { ...web, ports: ['80:80'] }, 'web-published': web }, 'service/web-published'],
  ] as const) {
    const config = anOperatorConfig({ services, configs: { 'operator-kubernetes': { publish: 'NodePort' } } })
    assert.throws(() => rendered(config), {
      message: `two things of the config would be \`${twice}\` in Kubernetes: give one of them another name`,
    })
  }
})
