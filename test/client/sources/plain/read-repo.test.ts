// Plain YAML repos: what they may name, and that their includes end.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readPlainRepo } from '../../../../client/sources/plain/read-repo.ts'
import { expectCodeAsync } from '../../../support/assertions/expect-code.ts'

const START = 'https://x.example/plain.yaml'
const plugin = (fields: string, name = 'hello') =>
  `tools: {${name}: {baremetal: {binary: {linux_amd64: {${fields}}}}}}\n`

function read(documents: Readonly<Record<string, string>>, start = START) {
  return readPlainRepo(async ({ href }) => documents[href], new URL(start))
}

test('the including document wins over what it includes', async () => {
  const plugins = await read({
    [START]: `include: [{url: more.yaml}]\n${plugin('url: ./first')}`,
    'https://x.example/more.yaml': `${plugin('url: ./second')}operators: {op: {binary: {any: {url: ./op}}}}\n`,
  })
  const urls = [...plugins.values()].flatMap(({ platforms }) => [...platforms.values()].map(({ url }) => url))
  assert.deepEqual(urls, ['https://x.example/first', 'https://x.example/op'])
})

test('names neither files of this machine nor, over HTTPS, addresses without encryption', async () => {
  for (const url of ['file:///etc/passwd', 'http://x.example/hello', 'ftp://x.example/hello', '']) {
    for (const fields of [`url: "${url}"`, ...(url ? [`url: ./hello, sha256Url: "${url}"`] : [])])
      await expectCodeAsync('FORMAT_INVALID', () => read({ [START]: plugin(fields) }))
    await expectCodeAsync('FORMAT_INVALID', () => read({ [START]: `include: [{url: "${url}"}]\n` }))
  }
  const plain = 'http://x.example/plain.yaml'
  assert.equal((await read({ [plain]: plugin('url: "http://x.example/hello"') }, plain)).size, 1)
})

test('refuses what is not there, binaries outside of their archive, and text that is none', async () => {
  await expectCodeAsync('REPO_NOT_FOUND', () => read({}))
  for (const binary of ['../../../bin/sh', '/bin/sh', 'a/../b', 'a//b'])
    assert.match(
      (await expectCodeAsync('FORMAT_INVALID', () => read({ [START]: plugin(`url: ./x, binary: "${binary}"`) })))
        .message,
      /a path inside an archive/,
    )
  for (const url of ['0755', 'true', '[./x]', '{a: ./x}'])
    assert.match(
      (await expectCodeAsync('FORMAT_INVALID', () => read({ [START]: plugin(`url: ${url}`) }))).message,
      /expected text in quotes/,
    )
})

test('includes that lead in a circle, too deep or to too many documents are refused', async () => {
  const circle = await expectCodeAsync('LIMIT_EXCEEDED', () => read({ [START]: 'include: [{url: plain.yaml}]\n' }))
  assert.match(circle.message, /included twice or in a circle/)
  const chain = Array.from({ length: 9 }, (_none, index) => [
    index === 0 ? START : `https://x.example/${index}.yaml`,
    `include: [{url: ${index + 1}.yaml}]\n`,
  ])
  await expectCodeAsync('LIMIT_EXCEEDED', () => read(Object.fromEntries(chain)))
  const names = Array.from({ length: 40 }, (_none, index) => `${index}.yaml`)
  const wide = names.map((name) => [`https://x.example/${name}`, 'tools: {}\n'])
  const start = `include: [${names.map((name) => `{url: ${name}}`).join(', ')}]\n`
  await expectCodeAsync('LIMIT_EXCEEDED', () => read({ ...Object.fromEntries(wide), [START]: start }))
})
