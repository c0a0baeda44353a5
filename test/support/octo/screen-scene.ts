// A folder as somebody has it who looks at a screen, and a registry; as nothing in it is left to chance, what octo shows of it is the
// same each time, but for what `plain` takes away.
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { stringify } from 'yaml'
import { parsePublicKey, publicKeyLine } from '../../../schemas/trust-key.ts'
import type { SigningKey } from '../builders/test-authority.ts'
import { aRelease } from '../builders/test-authority.ts'
import { publishRelease } from '../publisher/publish-release.ts'
import type { TestRegistry } from '../registry/test-registry.ts'
import { startTestRegistry } from '../registry/test-registry.ts'

const DAY = Date.parse('2026-01-02T03:04:05Z')
/** Of an Ed25519 key, whose signatures are the same each time as well. */
const PKCS8 = '302e020100300506032b657004220420'

const says = (plugin: string, text: string, code: number) => ({
  plugin,
  manifest: { output: 'nagios' as const, description: `looks at ${plugin.replace('check-', 'the ')}` },
  platforms: {
    any: { bytes: Buffer.from(`#!/bin/sh\necho '${text}'\nexit ${code}\n`), runtime: { name: 'sh' as const } },
  },
})

const PLUGINS = [
  says('check-port', 'OK - answers in time | time=0.021s;1;5', 0),
  says(
    'check-disk',
    'WARNING - /var/lib/postgresql/data has 9% left (11 of 120 GiB), less than the 10% that are asked for',
    1,
  ),
  says(
    'check-certificate',
    'CRITICAL - certificate of https://shop.example.com/ ended 3 days ago\nissuer: Example CA 3\nserial: 04:a1',
    2,
  ),
  says('check-queue', 'UNKNOWN - the queue does not say how long it is', 3),
]

const once = { failureThreshold: 1, interval: '1s' }
const SERVICES = {
  shop: {
    preflight: [{ tool: 'check-port' }],
    health: [
      { tool: 'check-disk', ...once },
      { tool: 'check-certificate', ...once },
    ],
  },
  orders: { health: [{ tool: 'check-queue', ...once }] },
  archive: {},
}

export type ScreenScene = {
  readonly folder: string
  readonly registry: TestRegistry
  readonly env: Readonly<Record<string, string>>
  /** The lines without what differs from run to run, in its place something as wide. */
  plain(rows: readonly string[]): readonly string[]
}

export async function aScreenScene(t: TestContext): Promise<ScreenScene> {
  const key = alwaysTheSameKey()
  const registry = await startTestRegistry(t, { key, clock: () => DAY })
  for (const recipe of PLUGINS) {
    const { status, body } = await publishRelease(registry, await aRelease(key, recipe))
    if (status !== 201) throw new Error(JSON.stringify(body))
  }
  await registry.serving.registry.tree.drain()
  // Not in the folder for temporary files, whose name is longer here than there: where lines are wrapped hangs on it.
  const folder = realpathSync(mkdtempSync('/tmp/octo-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const [store, state] = [join(folder, 'store'), join(folder, 'state')]
  mkdirSync(join(folder, 'home'))
  const repos = { core: { url: `${registry.url}/repos/core.yaml`, keys: [publicKeyLine(key.trustKey)] } }
  writeFileSync(join(folder, 'octo.yaml'), stringify({ operator: { repos, services: SERVICES } }))
  return {
    ...{ folder, registry },
    env: {
      ...{ PATH: process.env.PATH ?? '', HOME: join(folder, 'home'), LC_ALL: 'C.UTF-8', LANG: 'C.UTF-8' },
      ...{ OCTO_HOME: store, XDG_STATE_HOME: state, XDG_RUNTIME_DIR: state, TZ: 'UTC' },
    },
    plain: (rows) => rows.map((row) => plainRow(row, { folder, url: registry.url })),
  }
}

function alwaysTheSameKey(): SigningKey {
  const der = Buffer.concat([Buffer.from(PKCS8, 'hex'), Buffer.alloc(32, 'octo')])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const pem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString()
  return { privateKey, trustKey: parsePublicKey(pem, 'test key') }
}

function plainRow(row: string, { folder, url }: { readonly folder: string; readonly url: string }): string {
  return row.replaceAll(folder, '/tmp/octo-FOLDER').replaceAll(url, 'http://127.0.0.1:55555')
}
