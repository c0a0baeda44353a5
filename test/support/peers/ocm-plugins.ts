// Peers of the host: OCM's own test plugins, written in Go by others, where OCM_PLUGINS names the folder that holds them; and their
// twins, made with our sdk, all nine contracts in one program.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { discoverPlugins } from '../../../operator/ocm/discovery/discover.ts'
import { openKnowledge } from '../../../operator/ocm/discovery/known-files.ts'
import type { HostOptions } from '../../../operator/ocm/host.ts'
import { openPluginHost } from '../../../operator/ocm/host.ts'
import type { ServicePlugin } from '../../../operator/ocm/plugin.ts'
import { FROM_SOURCES } from '../machine/from-sources.ts'
import { tempFolder } from '../machine/temp-folder.ts'
import { capturedCapabilities } from './ocm-captures.ts'

export const TYPE = { type: 'DummyRepository/v1', baseUrl: 'http://x' }
export const DIGEST = { hashAlgorithm: 'SHA-256', normalisationAlgorithm: 'jsonNormalisation/v4alpha1', value: 'abcd' }
export const RESOURCE = { name: 'r', version: '1.0.0', type: 'plain', relation: 'local', access: TYPE }

const PLUGINS = process.env.OCM_PLUGINS

/** The capability of each plugin, by what its name ends with. */
export const CAPABILITY_OF = {
  'component-version': 'componentVersionRepository',
  'credential-repository': 'credentialRepository',
  input: 'inputRepository',
  signinghandler: 'signingHandler',
  resource: 'resourceRepository',
  digester: 'digestProcessorRepository',
  blobtransformer: 'blobTransformer',
  'component-lister': 'componentLister',
} as const
export type Short = keyof typeof CAPABILITY_OF

export type Peer = {
  readonly title: string
  readonly skip: false | string
  /** The folder of its plugins. */
  readonly place: (t: TestContext) => string
  readonly nameOf: (short: Short) => string
  readonly count: number
  /** Where its answers are others than those of the plugins in Go. */
  readonly others: Readonly<Record<string, string>>
  readonly kind: 'go' | 'sdk'
}

export const GO: Peer = {
  title: 'plugins in Go',
  skip: PLUGINS === undefined && 'OCM_PLUGINS names no folder with the test plugins of OCM',
  place: () => PLUGINS ?? '',
  nameOf: (short) => `test-plugin-${short}`,
  ...{ count: 8, others: {}, kind: 'go' },
}

export const OURS: Peer = {
  title: 'twins of our sdk',
  skip: process.platform === 'win32' && 'a script of the shell is no program there',
  place: writeTwins,
  nameOf: () => 'twins',
  count: 1,
  others: {
    'component-version.addLocalSource': 's',
    'component-version.checkHealth': 'undefined',
    'input.processResource': 'a file',
    'input.processSource': 'a file',
  },
  kind: 'sdk',
}

/** The program lies beside the folder: a plugin loads nothing from outside of its own. */
function writeTwins(t: TestContext): string {
  const folder = tempFolder(t)
  const plugins = join(folder, 'plugins')
  mkdirSync(plugins)
  const url = (path: string) => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)))
  const [captured = ''] = capturedCapabilities().values()
  const schema = Buffer.from(/"jsonSchema":"([^"]+)"/.exec(captured)?.[1] ?? '', 'base64').toString()
  writeFileSync(
    join(folder, 'main.ts'),
    `import { CAPABILITIES } from ${url('../../../schemas/contract/ocm/contracts.ts')}
    import { configType, definePlugin } from ${url('../../../sdk/service/index.ts')}
    import { goTwin } from ${url('../sdk/go-twins.ts')}
    const kind = { type: 'DummyRepository/v1', schema: ${schema} }
    void definePlugin({ name: 'twins', version: '1.0.0', summary: 'answer as plugins in Go do',
      config: [configType('custom.config/v1', {})], handlers: { '/panic': () => { throw null } },
      serves: CAPABILITIES.map((capability) => goTwin(capability, kind)) }).main()\n`,
  )
  const words = [process.execPath, ...FROM_SOURCES, join(folder, 'main.ts')].map((word) => `'${word}'`).join(' ')
  writeFileSync(join(plugins, 'twins'), `#!/bin/sh\nexec ${words} "$@"\n`, {
    mode: 0o755,
  })
  return plugins
}

export async function aPlace(t: TestContext, peer: Peer) {
  const folder = tempFolder(t)
  const env = { PATH: process.env.PATH, TMPDIR: folder }
  using knowledge = openKnowledge(tempFolder(t))
  const directory = { path: peer.place(t), isTrusted: true, digests: [] }
  const found = await discoverPlugins([directory], { knowledge, env, cwd: folder, timeoutMs: 60_000 })
  const plugins = found.flatMap((one) => (one.state === 'usable' ? [one.plugin] : []))
  assert.equal(
    plugins.length,
    peer.count,
    JSON.stringify(found.map((one) => (one.state === 'refused' ? one.error : ''))),
  )
  const openHost = (options: Partial<HostOptions> = {}) =>
    openPluginHost({ plugins, env, cwd: folder, limits: { startMs: 60_000 }, ...options })
  const pluginOf = (short: Short) => plugins.find(({ name }) => name === peer.nameOf(short)) as ServicePlugin
  return { plugins, folder, env, openHost, pluginOf }
}

export function left(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true }).filter((name) => !/^octo-ocm-\d+$/.test(String(name))) as string[]
}

/** Plugins in Go keep their sockets and locks there, each with the number of its process; others may have theirs there too. */
export function assertNoLocks(pids: readonly (number | undefined)[]): void {
  if (!existsSync('/tmp')) return
  const locks = readdirSync('/tmp').filter((name) => /^[0-9a-f]{8}-plugin\.socket\.lock$/.test(name))
  const own = locks.filter((name) => pids.some((pid) => textOf(`/tmp/${name}`) === String(pid)))
  assert.deepEqual(own, [])
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // It is gone by now.
    return undefined
  }
}
