// Whatever is written where the registry expects a name, version, platform, digest or session: a refusal below 500 with a
// code, no row and no file of it, and the registry goes on serving.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { aRelease } from '../../support/builders/test-authority.ts'
import { triesEveryCase } from '../../support/machine/full-form.ts'
import { announce, callApi, publishRelease } from '../../support/publisher/publish-release.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const NAUGHTY = [
  '.',
  '..',
  '%2e%2e',
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  'a%2fb',
  'a%5cb',
  '%00',
  'a%00b',
  '%0d%0aX-Evil:1',
  '%20',
  'A',
  'Foo_Bar',
  '-a',
  'a-',
  'con',
  'nul',
  'constructor',
  '__proto__',
  'toString',
  'a'.repeat(65),
  'a'.repeat(5000),
  '%F0%9F%92%A9',
  '%E2%80%AEtxt',
  '%D0%B0pple',
  '%EF%BD%81',
  '<script>alert(1)</script>',
  "'%20OR%201=1--",
  '$(id)',
  '`id`',
  '{{.env.HOME}}',
  '${x}',
  '*',
  '?',
  '#',
  '~',
  '%',
  '%zz',
  '%ff',
  '%c0%ae',
  'NaN',
  '-1',
  '[object%20Object]',
  '%3Cimg%3E',
]
const VERSIONS = [
  '1',
  '1.2',
  'v1.2.3',
  '01.2.3',
  '1.2.3+a',
  '1.2.3-',
  '>=1',
  '*',
  'latest',
  `1.0.0-${'a'.repeat(200)}`,
  '1.0.0\n',
  '',
]

test('naughty names, versions and addresses are refused with a code, and nothing of them stays', async (t) => {
  const registry = await startTestRegistry(t)
  const release = await aRelease(registry.key)
  const good = announce(release)
  for (const [at, name] of NAUGHTY.entries()) {
    const announced = { method: 'POST', json: good } as const
    const calls: readonly (readonly [path: string, call: Parameters<typeof callApi>[2]])[] = [
      [`/api/v1/repos/${name}/plugins/hello/publishes`, announced],
      [`/api/v1/repos/core/plugins/${name}/publishes`, announced],
      [
        `/api/v1/repos/core/plugins/hello/versions/${name}/state`,
        { method: 'PUT', json: { action: 'yank', reason: 'x' } },
      ],
      [`/api/v1/publishes/${name}`, {}],
      [`/repos/${name}.json`, {}],
      [`/repos/core/${name}.json`, {}],
      [`/repos/core/hello/${name}/x`, {}],
      [`/blobs/sha256/${name}`, {}],
    ]
    // Names that are alike stand together, so that each place has some of each kind.
    for (const [place, [path, call]] of calls.entries())
      if (triesEveryCase || (at + place) % 3 === 0) await refused(path, call, name)
    const found = await ask(`/api/v1/search?q=${name}&repo=core`, {})
    assert.ok(found.status < 500, `search for ${name}: ${found.status}`)
  }
  for (const version of VERSIONS) {
    const path = '/api/v1/repos/core/plugins/hello/publishes'
    await refused(path, { method: 'POST', json: { ...good, version } }, version)
    await refused(
      path,
      {
        method: 'POST',
        json: {
          ...good,
          artifacts: good.artifacts.map((one) => ({ ...one, file: version || '../x', platform: version })),
        },
      },
      version,
    )
  }
  assert.deepEqual(
    readdirSync(join(registry.dataDir, 'tree', 'repos')).filter((name) => !name.startsWith('core.')),
    [],
  )
  assert.deepEqual(readdirSync(join(registry.dataDir, 'blobs', 'sha256')), [])
  assert.equal((await publishRelease(registry, release)).status, 201)

  async function ask(path: string, call: Parameters<typeof callApi>[2]) {
    return await callApi(registry, path, call)
  }

  async function refused(path: string, call: Parameters<typeof callApi>[2], what: string) {
    const { status, body } = await ask(path, call)
    assert.ok(status >= 300 && status < 500, `${path.slice(0, 100)} answered ${status} to ${what.slice(0, 40)}`)
    assert.equal(typeof body.code, 'string', `${path.slice(0, 100)} has no code`)
  }
})
