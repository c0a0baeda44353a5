// A real registry in this process: real HTTP on a port the system chose, real SQLite and blobs in a temporary folder.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import type { TestContext } from 'node:test'
import pino from 'pino'
import { changeVisibility, createRepo } from '../../../registry/admin/repos.ts'
import type { CreatedToken } from '../../../registry/admin/tokens.ts'
import { createToken } from '../../../registry/admin/tokens.ts'
import { parseScope } from '../../../registry/auth/scope.ts'
import type { BlobStore } from '../../../registry/blobs/store.ts'
import type { Visibility } from '../../../registry/db/records.ts'
import type { MetadataStore } from '../../../registry/db/store.ts'
import { LOGGING } from '../../../registry/log/logger.ts'
import { openRegistry } from '../../../registry/open-registry.ts'
import type { Serving } from '../../../registry/server/listen.ts'
import { serve } from '../../../registry/server/listen.ts'
import type { SettingsInput } from '../../../registry/settings.ts'
import { registrySettings } from '../../../registry/settings.ts'
import type { Trees } from '../../../registry/tree/store.ts'
import type { Name } from '../../../schemas/name.ts'
import type { TrustKey } from '../../../schemas/trust-key.ts'
import type { SigningKey } from '../builders/test-authority.ts'
import { issueKey } from '../builders/test-authority.ts'
import { putBlankData } from './blank-data.ts'

export type TestRegistryOptions = {
  readonly dataDir?: string
  /** Repos that exist at the start, each admitting `key`. Default: `core`. */
  readonly repos?: readonly string[]
  readonly key?: SigningKey
  readonly limits?: SettingsInput['limits']
  readonly times?: SettingsInput['times']
  readonly clock?: () => number
  /** Where bytes are kept; in the data directory when absent. */
  readonly metadata?: MetadataStore
  readonly blobs?: BlobStore
  readonly trees?: Trees
  /** Where people reach it; the address that it listens on when absent. */
  readonly baseUrl?: string
}

export type TestRegistry = {
  readonly url: string
  readonly dataDir: string
  /** Signs what the repos admit. */
  readonly key: SigningKey
  /** A token for everything in every repo. */
  readonly token: string
  readonly serving: Serving
  /** Lines of the JSON log so far. */
  readonly logs: readonly string[]
  createRepo(name: string, keys?: readonly TrustKey[]): Promise<void>
  /** Resolves once the tree shows it. */
  setVisibility(repo: string, visibility: Visibility): Promise<void>
  /** `core/*`, `core/hello:publish` … */
  createToken(scopes: readonly string[], days?: number): Promise<CreatedToken>
  /** Stops it; the folder stays until the test ends. */
  stop(): Promise<void>
  /** Stops it and starts another on the same folder, with the same key and token. */
  restart(changes?: Pick<TestRegistryOptions, 'limits'>): Promise<TestRegistry>
}

/** Gone with its folder when the test ends. */
export async function startTestRegistry(t: TestContext, options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const { repos = ['core'], key = issueKey() } = options
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'octo-registry-')))
  if (options.dataDir === undefined && options.metadata === undefined) await putBlankData(dataDir)
  const stops: (() => Promise<void>)[] = []
  t.after(async () => {
    for (const stop of stops) await stop()
    // Its look over the tree, which began with it, may still write its mark.
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
  })
  const start = async (token?: string, changes = {}): Promise<TestRegistry> => {
    const registry = await openTestRegistry({ ...options, ...changes, dataDir, key }, start)
    stops.push(registry.stop)
    return token === undefined ? registry : { ...registry, token }
  }
  const registry = await start()
  if (options.dataDir === undefined) for (const repo of repos) await registry.createRepo(repo)
  await registry.serving.registry.tree.drain()
  return registry
}

type Folder = TestRegistryOptions & { readonly dataDir: string; readonly key: SigningKey }

async function openTestRegistry(
  folder: Folder,
  start: (token: string, changes?: Pick<TestRegistryOptions, 'limits'>) => Promise<TestRegistry>,
): Promise<TestRegistry> {
  const { dataDir, key } = folder
  const logs: string[] = []
  const serving = await serveTestRegistry(dataDir, folder, logs)
  const { services } = serving.registry
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= serving.stop())
  const newToken: TestRegistry['createToken'] = (scopes, days) =>
    createToken(services, { name: 'test', scopes: scopes.map(parseScope), ...(days === undefined ? {} : { days }) })
  const { token } = await newToken(['*/*:admin'])
  const restart: TestRegistry['restart'] = async (changes) => {
    await stop()
    return start(token, changes)
  }
  const newRepo: TestRegistry['createRepo'] = (name, keys = [key.trustKey]) =>
    createRepo(services, name as Name, { keys })
  return {
    url: serving.url,
    dataDir,
    key,
    token,
    serving,
    logs,
    createRepo: newRepo,
    async setVisibility(repo, visibility) {
      await changeVisibility(services, repo as Name, visibility)
      await serving.registry.tree.drain()
    },
    createToken: newToken,
    stop,
    restart,
  }
}

function serveTestRegistry(dataDir: string, options: TestRegistryOptions, logs: string[]): Promise<Serving> {
  const { limits, times, clock, metadata, blobs, trees, baseUrl } = options
  const collector = new Writable({
    write(line, _encoding, done) {
      logs.push(String(line))
      done()
    },
  })
  const logger = pino({ level: 'debug', ...LOGGING }, collector)
  return serve({
    host: '127.0.0.1',
    port: 0,
    logger,
    open: (url) =>
      openRegistry({
        config: registrySettings({
          dataDir,
          baseUrl: baseUrl ?? url,
          ...(limits ? { limits } : {}),
          ...(times ? { times } : {}),
        }),
        logger,
        ...(clock ? { clock } : {}),
        ...(metadata ? { metadata } : {}),
        ...(blobs ? { blobs } : {}),
        ...(trees ? { trees } : {}),
      }),
  })
}
