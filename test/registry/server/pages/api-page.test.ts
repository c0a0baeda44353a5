// The page of the API says what the OpenAPI document says, and what it shows to type does what it says.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { digestOf } from '../../../../schemas/digest.ts'
import { aRelease, aScript } from '../../../support/builders/test-authority.ts'
import { runWell } from '../../../support/machine/run-shell.ts'
import { tempFolder } from '../../../support/machine/temp-folder.ts'
import { announce } from '../../../support/publisher/publish-release.ts'
import type { TestRegistry } from '../../../support/registry/test-registry.ts'
import { startTestRegistry } from '../../../support/registry/test-registry.ts'

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
}
const plain = (text: string) => text.replace(/&\w+;|&#39;/g, (entity) => ENTITIES[entity] ?? assert.fail(entity))

async function readPage({ url }: TestRegistry) {
  const text = await (await fetch(`${url}/api`)).text()
  const [intro = '', ...parts] = text.split('<section class="operation">')
  const typed = (part: string) => plain(/<pre[^>]*>([^<]*)<\/pre>/.exec(part)?.[1] ?? '')
  const operations = parts.map((part) => [/<h2 id="(\w+)"/.exec(part)?.[1] ?? '', plain(part)] as const)
  return {
    intro: typed(intro),
    parts: new Map(operations),
    typed: (name: string) => typed(parts.find((part) => part.includes(`id="${name}"`)) ?? ''),
  }
}

type Described = {
  readonly operationId: string
  readonly summary: string
  readonly parameters?: readonly { readonly name: string; readonly description: string }[]
  readonly responses: Readonly<Record<string, { readonly description: string }>>
  readonly 'x-codeSamples': readonly { readonly source: string }[]
}

test('the page has every operation of the served document, with all that is said of it there', async (t) => {
  const registry = await startTestRegistry(t, { baseUrl: 'https://plugins.example.com/octo' })
  const { parts } = await readPage(registry)
  const document = await (await fetch(`${registry.url}/api/v1/openapi.json`)).json()
  const { paths } = document as { paths: Record<string, Record<string, Described>> }
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods))
  assert.deepEqual(
    [...parts.keys()],
    operations.map(({ operationId }) => operationId),
  )
  for (const { operationId, summary, parameters = [], responses, 'x-codeSamples': samples } of operations) {
    const text = parts.get(operationId) ?? ''
    const said = [
      summary,
      ...parameters.flatMap(({ name, description }) => [
        `<code>${name}</code>`,
        ` data-title="What">${description}</td>`,
      ]),
      ...Object.entries(responses).map(
        ([status, { description }]) => `<dt>${status === 'default' ? 'else' : status}</dt><dd>${description}</dd>`,
      ),
      ...samples.map(({ source }) => source),
    ]
    for (const each of said) assert.ok(text.includes(each), `${operationId} does not say: ${each}`)
    assert.match(samples[0]?.source ?? '', /^curl .*https:\/\/plugins\.example\.com\/octo\/api\/v1\//)
  }
  const start = await (await fetch(`${registry.url}/`)).text()
  assert.match(start, /href="\/octo\/api"/)
})

const skip = spawnSync('curl', ['--version']).status === 0 ? false : 'curl is not on this machine'

test('what the page shows to type publishes a release, from the token to the yank', { skip }, async (t) => {
  const registry = await startTestRegistry(t)
  const { intro, typed } = await readPage(registry)
  const cwd = tempFolder(t)
  const bytes = aScript('hello')
  const release = await aRelease(registry.key, { platforms: { linux_amd64: bytes } })
  writeFileSync(join(cwd, 'release.json'), JSON.stringify(announce(release)))
  writeFileSync(join(cwd, 'hello_1.0.0_linux_amd64'), bytes)
  writeFileSync(join(cwd, 'release.sigstore.json'), release.bundle)
  const env: Record<string, string> = { OCTO_TOKEN: registry.token }
  const type = (line: string) => runWell(line.replace(/^curl /, 'curl -sS '), { cwd, env })
  const answerOf = async (name: string) => JSON.parse(await type(typed(name)))
  await type(intro)
  assert.equal((await answerOf('whoami')).token.name, 'test')
  env.SESSION = (await answerOf('openSession')).id
  for (const [file, content] of [
    ['hello_1.0.0_linux_amd64', bytes],
    ['release.sigstore.json', Buffer.from(release.bundle)],
  ] as const) {
    Object.assign(env, { FILE: file, DIGEST: digestOf(content) })
    assert.match(await type(typed('readUpload')), /upload-offset: 0\b/i)
    assert.equal(await type(typed('appendUpload')), '')
    assert.match(await type(typed('readUpload')), new RegExp(`upload-offset: ${content.length}\\b`, 'i'))
  }
  assert.equal((await answerOf('readSession')).state, 'open')
  assert.deepEqual((await answerOf('publish')).version, '1.0.0')
  assert.deepEqual(
    (await answerOf('search')).results.map(({ plugin }: { plugin: string }) => plugin),
    ['hello'],
  )
  assert.deepEqual((await answerOf('changeState')).state, 'yanked')
  writeFileSync(join(cwd, 'release.json'), JSON.stringify(announce(await aRelease(registry.key, { version: '2.0.0' }))))
  env.SESSION = (await answerOf('openSession')).id
  assert.equal(await type(typed('closeSession')), '')
  assert.equal((await answerOf('readSession')).code, 'SESSION_NOT_FOUND')
})
