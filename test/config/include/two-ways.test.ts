// Documents that two ways lead to: both give the same rights, or neither counts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { readFiles } from '../../support/machine/config-files.ts'

test('a document that two ways lead to has the same rights on both, or is refused with both places', async (t) => {
  const B = 'https://x.example/b.yaml'
  const web: Readonly<Record<string, string>> = {
    'https://x.example/a.yaml': 'include: [b.yaml]\n',
    [B]: 'services: {b: {health: [{tool: b}]}}\n',
  }
  const a = (more: string) => `{url: "https://x.example/a.yaml"${more}}`
  const b = (more: string) => `{url: "${B}"${more}}`
  const read = (...items: string[]) =>
    readFiles(
      t,
      { 'octo.yaml': `include:\n${items.map((item) => `  - ${item}\n`).join('')}` },
      {
        fetchText: async (url) => web[url] ?? assert.fail(url),
      },
    )
  for (const [first, second] of [
    [a(''), b('')],
    [a(', trust: unsigned'), b(', trust: unsigned')],
    [a(', offers: [configs.a, name]'), b(', offers: [name, configs.a]')],
  ] as const)
    for (const items of [
      [first, second],
      [second, first],
    ])
      assert.equal((await read(...items)).services.length, 1)
  for (const [first, second] of [
    [a(', trust: unsigned'), b('')],
    [a(', offers: []'), b('')],
    [a(', offers: [configs.a]'), b(', offers: [configs.b]')],
    [b(', offers: []'), b('')],
  ] as const)
    for (const items of [
      [first, second],
      [second, first],
    ]) {
      const error = await expectCodeAsync('CONFIG_INVALID', () => read(...items))
      assert.match(
        error.message,
        /b\.yaml` is included twice, and not with the same `trust` and `offers`/,
        items.join(),
      )
      assert.match(error.message, /first at .*octo\.yaml` line 2/)
    }
})

test('a local document has its own rights, whatever two ways to it say', async (t) => {
  for (const said of ['trust: unsigned', 'offers: [configs.a]'])
    for (const items of [
      ['b.yaml', `{url: b.yaml, ${said}}`],
      [`{url: b.yaml, ${said}}`, 'b.yaml'],
    ]) {
      const files = { 'octo.yaml': `include: [${items.join(', ')}]\n`, 'b.yaml': 'services: {b: {image: x}}\n' }
      assert.equal((await readFiles(t, files, {})).services.length, 1, items.join())
    }
})
