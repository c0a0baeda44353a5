// The config as it counts: which of its values nobody should see on a screen, and what a fetched document has no part in.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TreeNode } from '../../../config/document/node.ts'
import { dataOf, placeOf } from '../../../config/document/node.ts'
import type { EffectiveTree } from '../../../config/model/effective-tree.ts'
import { openWholeConfig } from '../../support/machine/config-files.ts'

/** Paths of the values that are secret. */
function secretsIn({ root, secrets }: EffectiveTree): readonly string[] {
  const found: string[] = []
  const walk = (node: TreeNode, path: string) => {
    if (secrets.has(node)) found.push(path)
    if (node.kind === 'list') for (const [index, item] of node.items.entries()) walk(item, `${path}.${index}`)
    if (node.kind === 'map') for (const [key, inner] of node.entries) walk(inner, path === '' ? key : `${path}.${key}`)
  }
  if (root) walk(root, '')
  return found
}

const env = { SECRET: 'hush', OTHER: 'x' }

const secret: readonly (readonly [yaml: string, path: string])[] = [
  ['services: {web: {environment: {A: "{{.env.SECRET}}"}}}', 'services.web.environment.A'],
  ['services: {web: {environment: {A: "to {{ .env.SECRET }} or not"}}}', 'services.web.environment.A'],
  ['services: {web: {command: [x, "{{.env.SECRET}}"]}}', 'services.web.command.1'],
  ['configs: {w: {a: "{{.env.SECRET}}"}}\nservices: {web: {a: "{{.configs.w.a}}"}}', 'services.web.a'],
  [
    'configs: {w: {a: "{{.env.OTHER}}", b: "{{.configs.w.a}}"}}\nservices: {web: {a: "{{.configs.w.b}}"}}',
    'services.web.a',
  ],
  [
    'operator: {services: {web: {health: [{tool: t, args: {a: "{{.env.SECRET}}"}}]}}}',
    'operator.services.web.health.0.args.a',
  ],
  ['octoctl: {secrets: {tool: v, config: {at: "{{.env.SECRET}}"}}}', 'octoctl.secrets.config.at'],
  ['operator: {notifications: [{notifier: a, user: "{{.env.SECRET}}"}]}', 'operator.notifications.0.user'],
  ['octoctl: {token: abc}', 'octoctl.token'],
  ['operator: {notifications: [{notifier: a, password: 12345}]}', 'operator.notifications.0.password'],
  ['services: {web: {environment: {DB_PASSWORD: abc}}}', 'services.web.environment.DB_PASSWORD'],
  ['configs: {web: {apiKey: abc}}', 'configs.web.apiKey'],
  ['configs: {web: {Client-Secret: abc}}', 'configs.web.Client-Secret'],
]

for (const [yaml, path] of secret)
  test(`a value that nobody should see is known: ${yaml}`, async (t) => {
    const whole = await openWholeConfig(t, { 'octo.yaml': yaml }, { env })
    assert.deepEqual(secretsIn(whole.effective()), [path])
  })

const shown: readonly string[] = [
  'configs: {web: {port: 80}}\nservices: {web: {environment: {A: "{{.configs.web.port}}", B: "{{.OS}}"}}}',
  'services: {web: {environment: {DB_PASSWORD_FILE: /run/secrets/db}, secrets: [db]}}',
  'secrets: {db: {file: ./db.txt}}',
  'octoctl: {token: "{{.env.SECRET}}"}',
  'configs: {web: {token: true, secret: , password: ""}}',
]

for (const yaml of shown)
  test(`a value that anybody may see is none of them: ${yaml}`, async (t) => {
    const whole = await openWholeConfig(t, { 'octo.yaml': yaml }, { env })
    assert.deepEqual(secretsIn(whole.effective()), [])
  })

test('a value that a template made stands where the template does, and the template is known', async (t) => {
  const text = 'configs: {web: {port: 80}}\nservices:\n  web:\n    port: "{{.configs.web.port}}"\n'
  const { root, templates } = (await openWholeConfig(t, { 'octo.yaml': text })).effective()
  const web = root?.entries.get('services')
  const port = web?.kind === 'map' ? at(at(web, 'web'), 'port') : undefined
  assert.ok(port)
  assert.equal(dataOf(port), 80)
  assert.equal(placeOf(port).line, 4)
  assert.equal(templates.get(port), '{{.configs.web.port}}')
})

function at(node: TreeNode | undefined, key: string): TreeNode | undefined {
  return node?.kind === 'map' ? node.entries.get(key) : undefined
}

test('what a fetched document repeats of the repos is not said twice, and its services and values stand beside the local ones', async (t) => {
  const repos = 'repos: {include: [{url: "https://x.example/repos/core.yaml"TRUST}]}\n'
  const fetched = `${repos.replace('TRUST', '')}services: {db: {octocompose: {health: [{tool: t}]}}}\nconfigs: {web: {a: 1, b: 2}}\n`
  const local = `include: ["https://x.example/base.yaml"]\n${repos.replace('TRUST', ', trust: unsigned')}configs: {web: {b: 3}}\n`
  const whole = await openWholeConfig(t, { 'octo.yaml': local }, { fetchText: async () => fetched })
  const { root } = whole.effective()
  assert.deepEqual(root && dataOf(root), {
    include: ['https://x.example/base.yaml'],
    repos: { include: [{ url: 'https://x.example/repos/core.yaml', trust: 'unsigned' }] },
    configs: { web: { b: 3, a: 1 } },
    services: { db: { octocompose: { health: [{ tool: 't' }] } } },
  })
})
