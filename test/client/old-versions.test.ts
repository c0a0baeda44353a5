// A plugin with so many versions that the oldest stand on pages: whoever needs none of them asks for none.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClientMachine } from '../support/client-machine.ts'
import { aMachine, one, run } from '../support/client-machine.ts'
import { expectCodeAsync } from '../support/expect-code.ts'
import { aScript } from '../support/test-authority.ts'

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
