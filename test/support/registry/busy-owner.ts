// The owner of a registry, who never rests either: hides and shows a repo, admits and revokes keys and tokens, collects blobs and
// kills commands in their middle, beside a registry that is killed. What was acknowledged is compared with what it serves afterwards.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { addRepoKey, changeVisibility, revokeKey } from '../../../registry/admin/repos.ts'
import { createToken, revokeToken } from '../../../registry/admin/tokens.ts'
import { parseScope } from '../../../registry/auth/scope.ts'
import type { RegistryDeps } from '../../../registry/context.ts'
import type { Visibility } from '../../../registry/db/records.ts'
import { openDeps } from '../../../registry/open-registry.ts'
import { registrySettings } from '../../../registry/settings.ts'
import { collectGarbage } from '../../../registry/upkeep/collect-garbage.ts'
import { parsePluginDocument } from '../../../schemas/plugin-document.ts'
import type { Random } from '../builders/seeded-random.ts'
import type { SignedRelease, SigningKey } from '../builders/test-authority.ts'
import { issueKey } from '../builders/test-authority.ts'
import { WORDS_OF_NODE } from '../octo/run-octo.ts'
import { blobsOf, callApi } from '../publisher/publish-release.ts'

const OCTO = fileURLToPath(new URL('../../../bin/octo.js', import.meta.url))
const MAX_PAUSE_MS = 40
const MAX_COMMAND_MS = 900

type OwnerOptions = {
  readonly dataDir: string
  readonly random: Random
  /** A release of a repo of its own, which is hidden and shown. */
  readonly release: SignedRelease
  /** Reads that repo. */
  readonly token: string
}

type BusyOwner = {
  readonly acknowledged: number
  /** Works until `ended`. */
  workUntil(ended: Promise<unknown>): Promise<void>
  /** Fails unless the registry holds to what was acknowledged, and its log and its serials went on from where they were. */
  compare(url: string): Promise<void>
}

export function aBusyOwner(options: OwnerOptions): BusyOwner {
  const { dataDir, random, release } = options
  const { repo } = release.predicate
  const revoked = { tokens: [] as string[], keys: [] as SigningKey[] }
  let visibility: Visibility = 'public'
  let asked: Visibility | undefined
  let acknowledged = 0
  let lastRow: { readonly id: number; readonly rowSha256: string } | undefined
  let serial = 0

  const acts: readonly ((deps: RegistryDeps) => Promise<unknown>)[] = [
    async (deps) => {
      asked = visibility === 'public' ? 'private' : 'public'
      await changeVisibility(deps, repo, asked)
      visibility = asked
      asked = undefined
    },
    async (deps) => {
      const { id, token } = await createToken(deps, { name: 'short', scopes: [parseScope('*/*:admin')] })
      await revokeToken(deps, id)
      revoked.tokens.push(token)
    },
    async (deps) => {
      const key = issueKey()
      await addRepoKey(deps, repo, key.trustKey)
      await revokeKey(deps, repo, key.trustKey.id)
      revoked.keys.push(key)
    },
    (deps) => collectGarbage(deps, { dryRun: false, graceMs: 0 }),
    killACommand,
  ]

  async function killACommand(): Promise<void> {
    asked = random.pick(['public', 'private'] as const)
    const words = random.pick([
      ['repo', 'visibility', repo, asked],
      ['gc', '--grace', '0'],
    ])
    const child = spawn(process.execPath, [...WORDS_OF_NODE, OCTO, 'registry', ...words, '--data', dataDir], {
      stdio: 'ignore',
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), random.below(MAX_COMMAND_MS))
    const [code] = await once(child, 'exit')
    clearTimeout(timer)
    if (code !== 0 || words[0] === 'gc') return settle()
    visibility = asked
    asked = undefined
  }

  /** What came of a command that was killed is what stands in the database. */
  async function settle(): Promise<void> {
    await withDeps(dataDir, async ({ metadata }) => {
      visibility = (await metadata.repos.visibility(repo)) ?? visibility
    })
    asked = undefined
  }

  return {
    get acknowledged() {
      return acknowledged
    },
    async workUntil(ended) {
      let isOver = false
      const end = () => {
        isOver = true
      }
      ended.then(end, end)
      await withDeps(dataDir, async (deps) => {
        while (!isOver) {
          await random.pick(acts)(deps)
          acknowledged++
          await wait(random.below(MAX_PAUSE_MS))
        }
        const head = await deps.metadata.audit.head()
        if (head) lastRow = head
      })
    },
    async compare(url) {
      await compareRepo(url, visibility, options)
      for (const token of revoked.tokens.slice(-3)) {
        const answer = await callApi({ url, token }, '/api/v1/publishes/0123456789abcdef0123456789abcdef')
        assert.equal(answer.status, 401, 'a revoked token is taken')
      }
      await withDeps(dataDir, async ({ metadata }) => {
        for (const { trustKey } of revoked.keys.slice(-3)) {
          const found = (await metadata.repos.keys(repo)).find(({ id }) => id === trustKey.id)
          assert.notEqual(found?.revokedAt ?? null, null, 'a revoked key is admitted')
        }
        for await (const row of metadata.audit.walk())
          if (row.id === lastRow?.id) assert.equal(row.rowSha256, lastRow.rowSha256, 'the log was written anew')
        assert.ok(((await metadata.audit.head())?.id ?? 0) >= (lastRow?.id ?? 0), 'the log went back')
      })
      const path = `/repos/${repo}/${release.predicate.plugin}.json`
      const document = parsePluginDocument(await textAt(url, path, options.token), path)
      assert.ok(document.serial >= serial, `serial ${document.serial} follows ${serial}`)
      serial = document.serial
    },
  }
}

/** Private: nobody without a token gets a byte of it, and none lies in the reach of a web server. Public: everything is there. */
async function compareRepo(url: string, visibility: Visibility, { dataDir, release, token }: OwnerOptions) {
  const { repo, plugin, version } = release.predicate
  const folder = `/repos/${repo}/${plugin}/${version}`
  const blobs = [...blobsOf(release).keys()].map((digest) => `/blobs/sha256/${digest.slice('sha256:'.length)}`)
  const paths = [`/repos/${repo}.json`, `/repos/${repo}/${plugin}.json`, `${folder}/release.sigstore.json`]
  for (const path of [...paths, ...blobs]) {
    const status = await statusOf(url, path)
    if (visibility === 'public') assert.equal(status, 200, `${path} of a public repo`)
    else assert.ok(status === 401 || status === 404, `${path} of a private repo is ${status}`)
  }
  for (const path of paths) assert.equal(await statusOf(url, path, token), 200, `${path} for a reader`)
  const [other, name] =
    visibility === 'private' ? ['tree', 'the tree for everybody'] : ['private-tree', 'the private tree']
  const all = readdirSync(join(dataDir, other), { recursive: true, encoding: 'utf8' })
  const left = all.filter((path) => path.startsWith(join('repos', repo)))
  assert.deepEqual(left, [], `the repo is left in ${name}`)
}

async function statusOf(url: string, path: string, token = ''): Promise<number> {
  return (await callApi({ url, token }, path)).status
}

async function textAt(url: string, path: string, token: string): Promise<string> {
  const answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } })
  assert.equal(answer.status, 200, path)
  return answer.text()
}

async function withDeps<T>(dataDir: string, act: (deps: RegistryDeps) => Promise<T>): Promise<T> {
  const config = registrySettings({ dataDir, baseUrl: 'http://registry.test' })
  const deps = await openDeps({ config, logger: pino({ enabled: false }), clock: Date.now })
  try {
    return await act(deps)
  } finally {
    await deps.metadata.close()
  }
}
