// After publishing, what is served is proven as a client would: each kind of lie is found.
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { verifyPublished } from '../../../publisher/publish/verify-published.ts'
import { buildRepo } from '../../../publisher/static-repo/build-repo.ts'
import { readSignedDist } from '../../../publisher/static-repo/read-dist.ts'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import { parseBaseUrl } from '../../../static-tree/base-url.ts'
import { openConnection } from '../../../system/http/connection.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aPluginProject } from '../../support/builders/plugin-project.ts'
import { issueKey } from '../../support/builders/test-authority.ts'
import { listening } from '../../support/machine/listening.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { signProjects, writeKeyFiles } from '../../support/publisher/publish-project.ts'

async function aPublishedRelease(t: TestContext) {
  const folder = tempFolder(t)
  const key = issueKey()
  const project = await aPluginProject()
  t.after(() => project[Symbol.asyncDispose]())
  const dists = await signProjects([project.dir], writeKeyFiles(folder, key))
  const root = join(folder, 'site')
  const keyring = [key.trustKey]
  await buildRepo({
    root,
    base: parseBaseUrl('https://x.example.com'),
    keyring,
    dists,
    publishedAt: '2026-01-01T00:00:00Z',
  })
  const { release } = await readSignedDist(dists[0] ?? '', keyring)
  const server = createServer(async (request, response) => {
    const bytes = await readFile(join(root, request.url ?? '')).catch(() => undefined)
    if (bytes) response.setHeader('content-length', bytes.length).end(bytes)
    else response.writeHead(404).end()
  })
  const url = `http://127.0.0.1:${await listening(t, server)}`
  const connection = openConnection(new URL(`${url}/`), { pause: async () => undefined })
  t.after(() => connection[Symbol.dispose]())
  const verify = () => verifyPublished(connection, { predicate: release.predicate, key: key.trustKey })
  return { root, verify }
}

const DOCUMENT = 'repos/core/hello.json'
const BUNDLE = 'repos/core/hello/1.0.0/release.sigstore.json'
const ARTIFACT = 'repos/core/hello/1.0.0/hello_1.0.0_any.tar.gz'
const flipHex = (text: string) =>
  text.replace(/(sha256:|^)([0-9a-f])/, (_all, head, digit) => `${head}${digit === '0' ? '1' : '0'}`)

const LIES: readonly { title: string; path: string; code: ErrorCode; change: (text: string) => string }[] = [
  {
    title: 'a document with another digest',
    path: DOCUMENT,
    code: 'DIGEST_MISMATCH',
    change: (text) =>
      text.replace(/("any":\{.*"digest":"sha256:)(.)/, (_all, head, digit) => `${head}${digit === '0' ? '1' : '0'}`),
  },
  {
    title: 'a document without the version',
    path: DOCUMENT,
    code: 'VERSION_NOT_FOUND',
    change: (text) => text.replace('"version":"1.0.0"', '"version":"1.0.1"'),
  },
  {
    title: 'a document of another plugin',
    path: DOCUMENT,
    code: 'DOCUMENT_MISMATCH',
    change: (text) => text.replace('"plugin":"hello"', '"plugin":"other"'),
  },
  {
    title: 'a document that names another bundle',
    path: DOCUMENT,
    code: 'DIGEST_MISMATCH',
    change: (text) => text.replace(/("bundle":\{"digest":")(sha256:.)/, (_all, head, digest) => head + flipHex(digest)),
  },
  {
    title: 'a damaged signature',
    path: BUNDLE,
    code: 'SIGNATURE_INVALID',
    change: (text) => text.replace(/(?<="sig":".{20})./, (letter) => (letter === 'A' ? 'B' : 'A')),
  },
  { title: 'a page in place of the bundle', path: BUNDLE, code: 'BUNDLE_MALFORMED', change: () => '<html>' },
  { title: 'a shorter artifact', path: ARTIFACT, code: 'SIZE_MISMATCH', change: (text) => text.slice(1) },
  {
    title: 'another checksum beside the artifact',
    path: `${ARTIFACT}.sha256`,
    code: 'DIGEST_MISMATCH',
    change: flipHex,
  },
]

test('is content with a tree that tells the truth', async (t) => {
  const { verify } = await aPublishedRelease(t)
  assert.equal((await verify()).serial, 1)
})

for (const { title, path, code, change } of LIES)
  test(`finds ${title}`, async (t) => {
    const { root, verify } = await aPublishedRelease(t)
    const file = join(root, path)
    const text = await readFile(file, 'latin1')
    assert.notEqual(change(text), text)
    await writeFile(file, change(text), 'latin1')
    await expectCodeAsync(code, verify)
  })
