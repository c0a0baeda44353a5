// Fills a registry's data with many small plugins faster than publishing them would: every release is signed and its rows
// and blobs are what a publish leaves behind, but thousands share a transaction and nothing waits for the disk.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import type { SigningKey } from '../../publisher/sign/read-key.ts'
import { readSigningKey } from '../../publisher/sign/read-key.ts'
import { signRelease } from '../../publisher/sign/sign-release.ts'
import { blobsPath, databasePath } from '../../registry/data-dir/paths.ts'
import { recordBlob } from '../../registry/db/sqlite/blobs.ts'
import type { Db } from '../../registry/db/sqlite/open.ts'
import { write } from '../../registry/db/sqlite/open.ts'
import type { SqliteStore } from '../../registry/db/sqlite/store.ts'
import { openSqliteStore } from '../../registry/db/sqlite/store.ts'
import { insertPlugin, insertVersion, updatePlugin } from '../../registry/db/sqlite/versions.ts'
import { openStores } from '../../registry/open-registry.ts'
import { registrySettings } from '../../registry/settings.ts'
import { openTree } from '../../registry/tree/tree.ts'
import type { Digest } from '../../schemas/digest.ts'
import { digestOf, hexOf } from '../../schemas/digest.ts'
import { parseName } from '../../schemas/name.ts'
import type { ReleasePredicate } from '../../schemas/release-statement.ts'
import { parseVersion } from '../../schemas/version.ts'
import { aPlatform } from '../../test/support/builders/names.ts'
import { thisPlatform } from './project.ts'
import type { KeyFiles } from './registry.ts'
import { REPO } from './registry.ts'

const BATCH = 1000
const VERSION = parseVersion('1.0.0')

export function seededName(index: number): string {
  return `plugin-${index}`
}

type SeedTarget = {
  readonly data: string
  readonly keys: KeyFiles
  /** Where the registry will be reached: the documents name it. */
  readonly url: string
  readonly scratch: string
}

export async function seedPlugins({ data, keys, url, scratch }: SeedTarget, size: number): Promise<void> {
  await mkdir(scratch, { recursive: true })
  const key = await readSigningKey({ file: keys.privateKey, env: {} })
  const stores = await openStores(data)
  const metadata = openSqliteStore(databasePath(data))
  try {
    for (let start = 0; start < size; start += BATCH) {
      const releases: SeededRelease[] = []
      for (let index = start; index < Math.min(size, start + BATCH); index++)
        releases.push(await seedFiles(index, { data, key, scratch }))
      write(metadata.db, (tx) => {
        for (const release of releases) seedRows(tx, release)
      })
    }
    await renderTree({ metadata, stores, url, data })
  } finally {
    await metadata.close()
  }
}

type Rendering = {
  readonly metadata: SqliteStore
  readonly stores: Awaited<ReturnType<typeof openStores>>
  readonly url: string
  readonly data: string
}

/** As a start would in the background, so that the server has nothing left to do when it is measured. */
async function renderTree({ metadata, stores, url, data }: Rendering): Promise<void> {
  const config = registrySettings({ dataDir: data, baseUrl: url })
  const tree = await openTree({
    config,
    metadata,
    ...stores,
    ...(await stores.trees.open()),
    logger: pino({ level: 'error' }),
  })
  await tree.check()
  await tree.close()
}

type Part = { readonly digest: Digest; readonly size: number }
type SeededRelease = {
  readonly predicate: ReleasePredicate
  readonly artifact: Part
  readonly bundle: Part
  readonly signer: Digest
}

type Making = { readonly data: string; readonly key: SigningKey; readonly scratch: string }

async function seedFiles(index: number, { data, key, scratch }: Making): Promise<SeededRelease> {
  const script = Buffer.from(`#!/bin/sh\necho ${index}\n`)
  const artifact = { digest: digestOf(script), size: script.length }
  const predicate = predicateOf(seededName(index), artifact)
  const text = Buffer.from((await signRelease(scratch, predicate, key)).bundle)
  const bundle = { digest: digestOf(text), size: text.length }
  await writeFile(join(blobsPath(data), hexOf(artifact.digest)), script, { mode: 0o444 })
  await writeFile(join(blobsPath(data), hexOf(bundle.digest)), text, { mode: 0o444 })
  return { predicate, artifact, bundle, signer: key.trustKey.id }
}

function predicateOf(name: string, artifact: Part): ReleasePredicate {
  const platform = aPlatform(thisPlatform())
  const file = `${name}_${VERSION}_${platform}`
  return {
    repo: parseName(REPO, 'repo'),
    plugin: parseName(name, 'plugin'),
    version: VERSION,
    manifest: {
      kind: 'tool',
      description: 'One of many',
      protocol: 'exec',
      output: 'exit-code',
      booleans: 'omit',
      input: 'none',
      needs: { network: [], files: [], secrets: [] },
    },
    platforms: { [platform]: { file, ...artifact, format: 'raw', executable: file } },
  }
}

function seedRows(tx: Db, { predicate, artifact, bundle, signer }: SeededRelease): void {
  const { repo, plugin, version } = predicate
  const at = Date.now()
  for (const { digest, size } of [artifact, bundle]) recordBlob(tx, { digest, size, broughtBy: null, createdAt: at })
  const { kind, description } = predicate.manifest
  insertPlugin(tx, { repo, plugin }, at)
  updatePlugin(tx, repo, plugin, { serial: 1, kind, category: null, description, newest: version })
  const flags = { yanked: null, quarantined: null, deprecated: null }
  const proof = { bundleDigest: bundle.digest, bundleSize: bundle.size, signer, predicate }
  const row = { repo, plugin, version, publishedAt: at, publishedBy: 'seed', serial: 1, ...flags, ...proof }
  const [[platform, { file }] = fail()] = Object.entries(predicate.platforms)
  insertVersion(tx, row, [{ platform: aPlatform(platform), file, ...artifact }])
}

function fail(): never {
  throw new Error('a seeded release has one platform')
}
