// A registry with a public repo and two private ones, and everybody who may or may not read one of them: `secret`, which has as many
// letters as `absent`, a repo that does not exist.
import assert from 'node:assert/strict'
import type { IncomingHttpHeaders } from 'node:http'
import { Agent, request } from 'node:http'
import type { TestContext } from 'node:test'
import { revokeToken } from '../../../registry/admin/tokens.ts'
import { createTokenText } from '../../../registry/auth/token-text.ts'
import type { Digest } from '../../../schemas/digest.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { aRelease, aScript } from '../builders/test-authority.ts'
import { publishRelease } from '../publisher/publish-release.ts'
import type { TestRegistry } from './test-registry.ts'
import { startTestRegistry } from './test-registry.ts'

/** In every text and file of the private repo, and in none of another one. */
export const MARK = 'quixotic'
export const PLUGIN = 'shadow'
const DAY = 24 * 3600_000

export type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer }
type Ask = (path: string, headers?: Readonly<Record<string, string>>, method?: string) => Promise<Answer>

export type PrivateScene = {
  readonly registry: TestRegistry
  readonly ask: Ask
  /** The bytes of the release in `secret`. */
  readonly artifact: { readonly file: string; readonly digest: Digest; readonly bytes: Buffer }
  readonly bundle: Digest
  /** Values of Authorization, by who sends them. */
  readonly mayRead: Readonly<Record<string, string>>
  readonly mayNot: Readonly<Record<string, string | undefined>>
  /** From now on the clock of the registry is so much later. */
  wait(milliseconds: number): void
}

/** A try is a token that does not count. */
export async function aPrivateScene(t: TestContext, refusedTriesPerHour = 1_000_000): Promise<PrivateScene> {
  let late = 0
  const registry = await startTestRegistry(t, {
    repos: ['core', 'secret', 'vault'],
    limits: { refusedTriesPerHour },
    clock: () => Date.now() + late,
  })
  for (const repo of ['secret', 'vault']) await registry.setVisibility(repo, 'private')
  const release = await publishMarked(registry, 'secret')
  await publishMarked(registry, 'vault', 'other')
  await publishRelease(registry, await aRelease(registry.key, { repo: 'core' }))
  const [file = '', bytes = Buffer.alloc(0)] = [...release.files][0] ?? []
  const agent = new Agent({ keepAlive: true })
  t.after(() => agent.destroy())
  const token = async (...scopes: string[]) => (await registry.createToken(scopes)).token
  const reading = await token('secret/*:read')
  const expired = (await registry.createToken(['secret/*:read'], 1)).token
  late = 2 * DAY
  const revoked = await registry.createToken(['secret/*:read'])
  await revokeToken(registry.serving.registry.services, revoked.id)
  const basic = (password: string) => `Basic ${Buffer.from(`anybody:${password}`).toString('base64')}`
  return {
    registry,
    ask: (path, headers = {}, method = 'GET') => send({ url: registry.url, agent, path, headers, method }),
    artifact: { file, bytes, digest: digestOf(bytes) },
    bundle: digestOf(release.bundle),
    mayRead: {
      'a token that reads the repo': `Bearer ${reading}`,
      'the same as a password': basic(reading),
      'a token that reads every repo': `Bearer ${await token('*/*:read')}`,
      'a publisher of one of its plugins': `Bearer ${await token(`secret/${PLUGIN}:publish`)}`,
      'an administrator': `Bearer ${registry.token}`,
    },
    mayNot: {
      nobody: undefined,
      'a word that is no token': 'Bearer letmein',
      'a token that was never given out': `Bearer ${createTokenText()}`,
      'an expired token': `Bearer ${expired}`,
      'a revoked token': `Bearer ${revoked.token}`,
      'a revoked token as a password': basic(revoked.token),
      'a password that is no token': basic('letmein'),
      'a password that is not even text': 'Basic /////w==',
      'another way to log in': 'Digest username="x"',
      'a publisher of another repo': `Bearer ${await token('core/*:publish,yank')}`,
      'a reader of another private repo': `Bearer ${await token('vault/*:read')}`,
      'a reader of another private repo, by password': basic(await token('vault/*:read')),
      'a reader of a repo whose name begins alike': `Bearer ${await token('secre/*:read', 'secret-two/*:read')}`,
      'who may only yank in it': `Bearer ${await token('secret/*:yank,quarantine')}`,
      'a token for images that nobody gave out': 'Bearer octo-pull.e30.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    },
    wait: (milliseconds) => {
      late += milliseconds
    },
  }
}

async function publishMarked(registry: TestRegistry, repo: string, plugin = PLUGIN) {
  const mark = repo === 'secret' ? MARK : 'unrelated'
  const release = await aRelease(registry.key, {
    ...{ repo, plugin },
    manifest: { description: `${mark} work`, protocol: 'ocm' },
    platforms: { linux_amd64: aScript(`${mark} bytes`) },
  })
  const { status, body } = await publishRelease(registry, release)
  assert.equal(status, 201, JSON.stringify(body))
  return release
}

type Sent = {
  readonly url: string
  readonly agent: Agent
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly method: string
}

function send({ url, path, ...options }: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(`${url}${path}`, options, (res) => {
      const chunks: Buffer[] = []
      res.on('data', (chunk: Buffer) => chunks.push(chunk))
      res.on('error', reject)
      res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(chunks) }))
    })
      .on('error', reject)
      .end()
  })
}
