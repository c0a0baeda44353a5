// What a local include offers to a document from elsewhere: every value for templates, or only what it names, by path.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { readFiles } from '../../support/machine/config-files.ts'

const WEB = 'https://x.example/shared.yaml'

type Context = Parameters<typeof readFiles>[0]

function read(t: Context, offers: string, local: string, web: Readonly<Record<string, string>>) {
  const text = `include: [{url: "${WEB}", offers: ${offers}}]\n${local}`
  return readFiles(t, { 'octo.yaml': text }, { fetchText: async (url) => web[url] ?? assert.fail(url) })
}

test('what a local include offers is read by the document and all that it includes', async (t) => {
  const local = 'configs: {web: {port: 1}, key: k}\n'
  const web = {
    [WEB]: 'include: [b.yaml]\n',
    'https://x.example/b.yaml':
      'services: {web: {health: [{tool: c, args: ["{{.configs.web.port}}{{.configs.key}}{{.name}}"]}]}}\nname: shop\n',
  }
  const { services } = await read(t, '[configs.web, configs.key]', local, web)
  assert.deepEqual(services[0]?.checks.health[0]?.arguments.value, ['1kshop'])
})

test('only parts of the values for templates can be offered, and the hint of a refusal says how', async (t) => {
  for (const offers of ['[octoctl.token]', '[env.SECRET]', '[operator]', '[name, services]', '[""]', '{configs: 1}']) {
    const text = `include: [{url: "${WEB}", offers: ${offers}}]\n`
    await expectCodeAsync('CONFIG_INVALID', () =>
      readFiles(t, { 'octo.yaml': text }, { fetchText: async () => 'name: shop' }),
    )
  }
  const web = 'services: {web: {health: [{tool: c, args: ["{{.configs.db}}"]}]}}\n'
  const error = await expectCodeAsync('CONFIG_INVALID', () =>
    read(t, '[configs.d]', 'configs: {db: 1}\n', { [WEB]: web }),
  )
  const [, entry = ''] = /`(\{.*\})`/.exec(error.hint ?? '') ?? []
  const include = `include: [${entry.replace('…', JSON.stringify(WEB))}]\n`
  const { services } = await readFiles(
    t,
    { 'octo.yaml': `${include}configs: {db: 1}\n` },
    { fetchText: async () => web },
  )
  assert.deepEqual(services[0]?.checks.health[0]?.arguments.value, ['1'])
})

test('that a map or list is empty is only said to whom it is offered as a whole', async (t) => {
  for (const template of ['{{len .configs.db}}', '{{if .configs.db}}x{{end}}', '{{range .configs.db}}x{{end}}'])
    for (const value of ['{}', '[]']) {
      const local = `configs: {db: ${value}}\n`
      const web = { [WEB]: `services: {web: {health: [{tool: c, args: ["a${template}"]}]}}\n` }
      const error = await expectCodeAsync('CONFIG_INVALID', () => read(t, '[configs.db.port]', local, web))
      assert.match(error.message, /may not read `configs\.db`/, template)
      assert.equal((await read(t, '[configs.db]', local, web)).services.length, 1)
    }
})

test('where the include says nothing, a base from elsewhere is filled in with all values for templates', async (t) => {
  const web = 'services: {web: {health: [{tool: c, args: ["{{.configs.a}}{{.globals.b}}{{.service.c}}{{.name}}"]}]}}\n'
  const text = `include: ["${WEB}"]\nname: shop\nconfigs: {a: 1}\nglobals: {b: 2}\nservice: {c: 3}\n`
  const { services } = await readFiles(t, { 'octo.yaml': text }, { fetchText: async () => web })
  assert.deepEqual(services[0]?.checks.health[0]?.arguments.value, ['123shop'])
})

test('`offers: []` is nothing', async (t) => {
  const web = 'services: {web: {health: [{tool: c, args: ["{{.configs.a}}"]}]}}\n'
  const error = await expectCodeAsync('CONFIG_INVALID', () => read(t, '[]', 'configs: {a: 1}\n', { [WEB]: web }))
  assert.match(error.message, /may not read `configs\.a`/)
})

test('a document from elsewhere may not offer at all, whether or not what it would offer could be', async (t) => {
  for (const offers of ['[configs.db]', '[octoctl.token]', '[]', '{a: 1}', 'configs']) {
    const web = { [WEB]: `include: [{url: b.yaml, offers: ${offers}}]\n`, 'https://x.example/b.yaml': 'name: x\n' }
    const error = await expectCodeAsync('CONFIG_INVALID', () => read(t, '[configs.db]', 'configs: {db: 1}\n', web))
    assert.match(error.message, /may not write `include\.offers`/, offers)
  }
})

test('values of `globals` that are not offered stay unread, also in a config that brings files', async (t) => {
  const local = `services: {web: {octocompose: {command: [/srv/run], config: {globals: main}}}}
globals: {main: {secret: s3cret}}\nconfigs: {web: {a: 1}}\nrepos: {files: {app: {url: ./app.conf}}}\n`
  const web = 'services: {web: {octocompose: {health: [{tool: c, args: ["{{.configs.web.secret}}"]}]}}}\n'
  const error = await expectCodeAsync('CONFIG_INVALID', () => read(t, '[configs.web]', local, { [WEB]: web }))
  assert.match(error.message, /globals\.main\.secret/)
})
