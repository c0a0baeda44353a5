// A plugin with so many versions that the oldest stand on pages: whoever needs none of them asks for none.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { withOlderVersions } from '../../../client/resolve/older-versions.ts'
import type { Question } from '../../../client/sources/offer.ts'
import { repoAddressOf } from '../../../client/sources/repo-address.ts'
import { digestOf } from '../../../schemas/digest.ts'
import type { PluginDocument } from '../../../schemas/plugin-document.ts'
import type { Version } from '../../../schemas/version.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import type { SignedRelease } from '../../support/builders/test-authority.ts'
import { aScript } from '../../support/builders/test-authority.ts'
import type { ClientMachine } from '../../support/client/client-machine.ts'
import { aMachine, one, run } from '../../support/client/client-machine.ts'

const COUNT = 300
const PLATFORMS = ['linux_amd64', 'linux_arm64', 'darwin_arm64', 'darwin_amd64', 'freebsd_amd64', 'freebsd_arm64']

const aLargePlugin = (t: Parameters<typeof aMachine>[0], count = COUNT) =>
  aMachine(
    t,
    Array.from({ length: count }, (_none, at) => ({
      version: `${Math.floor(at / 100)}.${at % 100}.0`,
      platforms: Object.fromEntries(PLATFORMS.map((platform) => [platform, aScript(`number ${at}`)])),
    })),
    20_000,
  )

const pagesAsked = ({ registry }: ClientMachine) => registry.requests.filter((path) => path.includes('/_/'))
const pageCount = ({ registry }: ClientMachine) =>
  [...registry.files.keys()].filter((path) => path.startsWith('repos/core/hello/_/')).length

test('newest, oldest, ranges, frozen and offline: each asks for the pages that it needs', async (t) => {
  const machine = await aLargePlugin(t)
  const { install, config, registry } = machine
  assert.ok(pageCount(machine) > 20)
  const rows = [
    { pin: 'hello', runs: 'number 299', asks: (asked: number) => asked === 0 },
    { pin: 'hello@^2.0.0', runs: 'number 299', asks: (asked: number) => asked === 0 },
    { pin: 'hello@0.0.0', runs: 'number 0', asks: (asked: number) => asked === 1 },
    { pin: 'hello@~1.50.0', runs: 'number 150', asks: (asked: number) => asked > 5 && asked < 15 + 5 },
    { pin: 'hello@<1.0.0', runs: 'number 99', asks: (asked: number) => asked > 0 },
    { pin: 'hello@<=0.0.0', runs: 'number 0', asks: (asked: number) => asked > 20 },
  ]
  for (const { pin, runs, asks } of rows) {
    registry.requests.length = 0
    const { executables } = await install({ config: config([pin]) })
    assert.equal(run(one(executables)), `${runs} !\n`, pin)
    const asked = pagesAsked(machine)
    assert.ok(asks(asked.length), `${pin} asked for ${asked.length} pages`)
    assert.equal(new Set(asked).size, asked.length, 'each page once')
    registry.requests.length = 0
    for (const options of [{ frozen: true }, { frozen: true, offline: true }])
      assert.equal(run(one((await install({ ...options, config: config([pin]) })).executables)), `${runs} !\n`)
    assert.deepEqual(registry.requests, [])
  }
})

test('a version that exists on no page is an error like any other', async (t) => {
  const { install, config } = await aLargePlugin(t, 60)
  await expectCodeAsync('VERSION_NOT_FOUND', () => install({ config: config(['hello@7.0.0']) }))
})

test('a yank of an old version is seen', async (t) => {
  const { install, config, registry, releases } = await aLargePlugin(t, 60)
  const [oldest] = releases
  if (!oldest) return assert.fail('no release')
  registry.publish(oldest, { state: 'yanked', reason: 'bad' })
  const error = await expectCodeAsync('VERSION_YANKED', () => install({ config: config(['hello@0.0.0']) }))
  assert.match(error.message, /bad/)
})

/** What happens between the reading of a document and of its page, so many times. */
const publishing = (machine: ClientMachine, versions: readonly SignedRelease[]) => {
  const left = [...versions]
  machine.registry.misbehave = (path) => {
    const next = path.includes('/_/') ? left.shift() : undefined
    if (next) machine.registry.publish(next, { state: 'yanked', reason: 'bad' })
    return false
  }
}

test('a publish between the document and its page is read again from the document on', async (t) => {
  const machine = await aLargePlugin(t, 60)
  const { install, config, registry, releases } = machine
  for (const times of [1, 2]) {
    registry.requests.length = 0
    publishing(machine, releases.slice(0, times).reverse())
    const error = await expectCodeAsync('VERSION_YANKED', () => install({ config: config(['hello@0.0.0']) }))
    assert.match(error.message, /bad/)
    assert.equal(registry.requests.filter((path) => path === 'repos/core/hello.json').length, times + 1)
    for (const release of releases.slice(0, times)) registry.publish(release)
  }
  const { executables } = await install({ config: config(['hello@0.0.0']) })
  assert.equal(run(one(executables)), 'number 0 !\n')
})

test('a registry that never says the same twice is given up, and nothing is locked', async (t) => {
  const machine = await aLargePlugin(t, 60)
  const { install, config, registry, releases, base } = machine
  publishing(machine, releases.slice(0, 10))
  await expectCodeAsync('DOCUMENT_MISMATCH', () => install({ config: config(['hello@0.0.0']) }))
  assert.equal(registry.requests.filter((path) => path === 'repos/core/hello.json').length, 3)
  assert.equal(existsSync(base.lockPath), false)
})

test('a range that no page answers is given up after so many pages', async () => {
  const asked: string[] = []
  const page = (at: number) => versionsText(`${3000 - at}.0.0`)
  const pages = Array.from({ length: 500 }, (_none, at) => {
    const [text, version] = [page(at), `${3000 - at}.0.0`]
    return { page: 500 - at, digest: digestOf(text), size: text.length, versions: 1, newest: version, oldest: version }
  })
  const head = { format: 'octo.plugin/v1', repo: 'core', plugin: 'hello', serial: 1, kind: 'tool', description: 'x' }
  const document = { ...head, versions: [entry('9000.0.0')], pages } as unknown as PluginDocument
  const fetch = async (url: URL) => {
    asked.push(url.pathname)
    return page(500 - Number(/(\d+)\.json$/.exec(url.pathname)?.[1]))
  }
  const question = { plugin: 'hello', ranges: ['<0.0.1'], prerelease: false } as unknown as Question
  const need = { question, options: { operatorVersion: '1.0.0' as Version }, before: undefined }
  const address = repoAddressOf('https://plugins.example/repos/core.yaml')
  const error = await expectCodeAsync('LIMIT_EXCEEDED', () => withOlderVersions(document, need, { fetch, address }))
  assert.match(
    error.message,
    /`<0\.0\.1` is answered by none of the 129 versions of `core\/hello` down to `2873\.0\.0`/,
  )
  assert.equal(asked.length, 128)
  const exact = { ...need, question: { ...question, ranges: ['2501.0.0'] } as Question }
  const found = await withOlderVersions(document, exact, { fetch, address })
  assert.equal(found.versions.at(-1)?.version, '2501.0.0')
  assert.equal(asked.length, 129)
})

const entry = (version: string) => ({
  ...{ version, publishedAt: '2026-01-01T00:00:00Z', state: 'active', platforms: {} },
  bundle: { digest: digestOf(version), size: 1 },
})
const versionsText = (version: string) =>
  JSON.stringify({ format: 'octo.plugin-page/v1', repo: 'core', plugin: 'hello', versions: [entry(version)] })

const FORGERIES: Readonly<Record<string, (text: string) => string | undefined>> = {
  'says something else': (text) => text.replace('"active"', '"yanked"'),
  'is not there': () => undefined,
  'is cut off': (text) => text.slice(0, -10),
}

for (const [what, forge] of Object.entries(FORGERIES))
  test(`a page that ${what} is refused, and nothing is locked`, async (t) => {
    const { install, config, registry } = await aLargePlugin(t, 60)
    const path = 'repos/core/hello/_/1.json'
    const forged = forge(String(registry.files.get(path)))
    if (forged === undefined) registry.files.delete(path)
    else registry.files.set(path, Buffer.from(forged))
    await expectCodeAsync('DOCUMENT_MISMATCH', () => install({ config: config(['hello@0.0.0']) }))
    assert.equal(run(one((await install()).executables)), 'number 59 !\n', 'newest needs no page')
  })
