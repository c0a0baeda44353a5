// octo repo build: the same tree as a registry's, grown release by release, and never a changed version.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { parsePluginDocument } from '../../../schemas/plugin-document.ts'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import type { PluginProject } from '../../support/builders/plugin-project.ts'
import { anElf, aPluginProject } from '../../support/builders/plugin-project.ts'
import { issueKey } from '../../support/builders/test-authority.ts'
import { filesBelow, tempFolder } from '../../support/machine/temp-folder.ts'
import type { InProcessRun } from '../../support/octo/in-process-octo.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import { runOcto } from '../../support/octo/run-octo.ts'
import { publishProjects, signProjects, writeKeyFiles } from '../../support/publisher/publish-project.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const URL = 'https://plugins.example.com/octo'

function aScene(t: TestContext) {
  const folder = tempFolder(t)
  const key = issueKey()
  const keys = writeKeyFiles(folder, key)
  const site = join(folder, 'site')
  const build = (dists: readonly string[], url = URL, publicKey = keys.publicKey): Promise<InProcessRun> =>
    typeOcto(['repo', 'build', '--out', site, '--url', url, '--public-key', publicKey, '--json', ...dists])
  return { folder, key, keys, site, build }
}

async function answerOf(run: Promise<InProcessRun>) {
  const { code, stdout, stderr } = await run
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout)
}

async function codeOf(run: Promise<InProcessRun>): Promise<string> {
  return JSON.parse((await run).stderr).error.code
}

/** Everything a tree says, whatever the hour: files by path, variants as what they unpack to, times as `…`. */
async function contentOf(root: string): Promise<Record<string, string>> {
  const content: Record<string, string> = {}
  for (const path of filesBelow(root)) {
    const bytes = await readFile(join(root, path))
    const plain = path.endsWith('.gz') && !path.includes('tar.gz') ? gunzipSync(bytes) : bytes
    const text = path.endsWith('.br') ? 'brotli' : plain.toString('latin1')
    content[path] = text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '…')
  }
  return content
}

test('writes the very tree that a registry serves', async (t) => {
  const { key, keys, site, build } = aScene(t)
  const registry = await startTestRegistry(t, { key })
  await using one = await aPluginProject({
    name: 'one',
    manifest: {
      platforms: {
        any: { runtime: { name: 'sh' }, files: ['src'], executable: 'src/hello.sh' },
        linux_amd64: { file: 'tool' },
      },
    },
    files: { tool: anElf() },
  })
  await using two = await aPluginProject({
    name: 'two',
    manifest: { kind: 'operator', platforms: { linux_amd64: { file: 'tool' } } },
    files: { tool: anElf() },
  })
  const dists = await signProjects([one.dir, two.dir], keys)
  await answerOf(build(dists, registry.url))
  await publishProjects([one.dir, two.dir], registry, keys)
  await setVersion(one, '1.1.0')
  const [next = ''] = await signProjects([one.dir], keys)
  await answerOf(build([next], registry.url))
  await publishProjects([one.dir], registry, keys)
  const [ours, theirs] = [await contentOf(site), await contentOf(join(registry.dataDir, 'tree'))]
  const isDiscovery = (path: string) => path.startsWith('.well-known/')
  const ownKeys = Object.keys(ours).filter((path) => path.startsWith('keys/'))
  assert.deepEqual(ownKeys, ['keys/core.json', 'keys/core.json.br', 'keys/core.json.gz'])
  for (const path of ownKeys) delete ours[path]
  assert.deepEqual(Object.keys(ours), Object.keys(theirs))
  for (const path of Object.keys(ours)) if (!isDiscovery(path)) assert.equal(ours[path], theirs[path], path)
  const discovery = JSON.parse(ours['.well-known/octo.json'] ?? '')
  assert.equal(discovery.api, undefined, 'a static host takes no publishes')
})

test('what is in a tree already and was withdrawn there is said to be, and stays so', async (t) => {
  const { key, keys, site } = aScene(t)
  const registry = await startTestRegistry(t, { key })
  await using project = await aPluginProject()
  const [dist = ''] = await signProjects([project.dir], keys)
  await publishProjects([project.dir], registry, keys)
  const yank = ['yank', 'core/hello@1.0.0', '--reason', 'broken', '--registry', registry.url]
  assert.equal((await typeOcto(yank, { env: { OCTO_TOKEN: registry.token } })).code, 0)
  await cp(join(registry.dataDir, 'tree'), site, { recursive: true })
  const words = ['repo', 'build', '--out', site, '--url', URL, '--public-key', keys.publicKey, dist]
  const { stdout, stderr } = await typeOcto(words)
  assert.match(stdout, /^unchanged {2}core\/hello@1\.0\.0, yanked \(broken\)$/m, stderr)
  const [version] = parsePluginDocument(await readFile(join(site, 'repos/core/hello.json'), 'utf8'), 'test').versions
  assert.equal(version?.state, 'yanked')
})

test('keeps what the folder holds, changes nothing twice, and follows a new address', async (t) => {
  const { keys, site, build } = aScene(t)
  await using project = await aPluginProject()
  await answerOf(build(await signProjects([project.dir], keys)))
  await setVersion(project, '1.0.1')
  const dists = await signProjects([project.dir], keys)
  assert.deepEqual((await answerOf(build(dists))).added, ['core/hello@1.0.1'])
  const before = await contentOf(site)
  const again = await answerOf(build(dists))
  assert.deepEqual([again.added, again.unchanged, again.written], [[], ['core/hello@1.0.1'], 0])
  assert.deepEqual(await contentOf(site), before)
  await answerOf(build([], 'https://elsewhere.example.com'))
  const document = parsePluginDocument(await readFile(join(site, 'repos/core/hello.json'), 'utf8'), 'test')
  assert.deepEqual(
    document.versions.map(({ version }) => version),
    ['1.0.1', '1.0.0'],
  )
  assert.equal(document.serial, 2)
  const yaml = await readFile(join(site, 'repos/core.yaml'), 'utf8')
  assert.ok(yaml.includes('https://elsewhere.example.com/repos/core/hello/1.0.1/') && !yaml.includes(URL))
})

test('of two builds at once into one tree none loses what the other added, and neither leaves anything of its own', async (t) => {
  const { folder, keys, site } = aScene(t)
  await using one = await aPluginProject({ name: 'one' })
  await using two = await aPluginProject({ name: 'two' })
  const dists = await signProjects([one.dir, two.dir], keys)
  const words = ['repo', 'build', '--out', site, '--url', URL, '--public-key', keys.publicKey]
  const ends = await Promise.all(dists.map((dist) => runOcto([...words, dist], { cwd: folder })))
  for (const { code, stderr } of ends) assert.equal(code, 0, stderr)
  for (const name of ['one', 'two']) {
    const document = parsePluginDocument(await readFile(join(site, `repos/core/${name}.json`), 'utf8'), 'test')
    assert.equal(document.versions.length, 1)
    assert.match(await readFile(join(site, 'repos/core.yaml'), 'utf8'), new RegExp(`repos/core/${name}/1\\.0\\.0/`))
  }
  assert.deepEqual(
    filesBelow(site).filter((path) => path.startsWith('.partial')),
    [],
  )
  assert.equal(existsSync(join(site, '.partial')), false)
})

test('what a killed build left is no part of the tree that the next one makes', async (t) => {
  const { keys, site, build } = aScene(t)
  await using project = await aPluginProject()
  const dists = await signProjects([project.dir], keys)
  await mkdir(join(site, '.partial/new/half'), { recursive: true })
  for (const left of ['lock', 'half', 'new/half/file']) await writeFile(join(site, '.partial', left), 'left')
  await answerOf(build(dists))
  assert.equal(existsSync(join(site, '.partial')), false)
})

test('a link in the place of what is not finished is taken away, and nothing behind it is', async (t) => {
  const { folder, keys, site, build } = aScene(t)
  await using project = await aPluginProject()
  await mkdir(join(folder, 'others/new'), { recursive: true })
  await writeFile(join(folder, 'others/new/file'), 'of others')
  await mkdir(site)
  await symlink(join(folder, 'others'), join(site, '.partial'))
  await answerOf(build(await signProjects([project.dir], keys)))
  assert.deepEqual(filesBelow(join(folder, 'others')), ['new/file'])
  assert.equal(existsSync(join(site, '.partial')), false)
})

test('refuses to change a version, and leaves the tree as it was', async (t) => {
  const { keys, site, build } = aScene(t)
  await using project = await aPluginProject()
  await answerOf(build(await signProjects([project.dir], keys)))
  const before = await contentOf(site)
  await project.write('src/hello.sh', '#!/bin/sh\necho changed\n')
  assert.equal(await codeOf(build(await signProjects([project.dir], keys))), 'VERSION_EXISTS')
  assert.deepEqual(await contentOf(site), before)
})

test('takes only what the named keys have signed, byte for byte', async (t) => {
  const { folder, key, keys, site, build } = aScene(t)
  await using project = await aPluginProject()
  assert.equal(await codeOf(build([project.path('dist')])), 'BUNDLE_MISSING')
  const [dist = ''] = await signProjects([project.dir], keys)
  const stranger = writeKeyFiles(folder, issueKey(), 'stranger')
  assert.equal(await codeOf(build([dist], URL, stranger.publicKey)), 'SIGNER_NOT_ALLOWED')
  const artifact = join(dist, 'hello_1.0.0_any.tar.gz')
  const bytes = await readFile(artifact)
  await writeFile(artifact, Buffer.concat([bytes.subarray(0, -1), Buffer.from([9])]))
  assert.equal(await codeOf(build([dist])), 'DIGEST_MISMATCH')
  await writeFile(artifact, bytes)
  assert.deepEqual(
    filesBelow(folder).filter((path) => path.startsWith('site')),
    [],
  )
  await answerOf(build([dist], URL, publicKeyLine(key.trustKey)))
  await rm(join(site, 'repos/core/hello/1.0.0/release.sigstore.json'))
  assert.equal(await codeOf(build([])), 'BUNDLE_MISSING')
})

test('does not believe the tree either: an edited document or bundle stops the build', async (t) => {
  const { keys, site, build } = aScene(t)
  await using one = await aPluginProject({ name: 'one' })
  await using two = await aPluginProject({ name: 'two' })
  await answerOf(build(await signProjects([one.dir, two.dir], keys)))
  const bundle = (plugin: string) => join(site, `repos/core/${plugin}/1.0.0/release.sigstore.json`)
  const own = await readFile(bundle('one'))
  await writeFile(bundle('one'), await readFile(bundle('two')))
  assert.equal(await codeOf(build([])), 'STATEMENT_MISMATCH')
  await writeFile(bundle('one'), own)
  const path = join(site, 'repos/core/one.json')
  const document = await readFile(path, 'utf8')
  await writeFile(path, document.replace(/("bundle":\{"digest":"sha256:)./, '$1X'))
  assert.equal(await codeOf(build([])), 'FORMAT_INVALID')
  await writeFile(path, document.replace('"plugin":"one"', '"plugin":"two"'))
  assert.equal(await codeOf(build([])), 'DOCUMENT_MISMATCH')
})

/** What a copy lacks that was cut short, or that brought older files over newer ones; `older` is the tree before the last build. */
const PARTS: Readonly<Record<string, (site: string, older: string) => Promise<void>>> = {
  'the document of a plugin': (site) => rm(join(site, 'repos/core/two.json')),
  'all documents': (site) => rm(join(site, 'repos/core'), { recursive: true }),
  'the list of a repo': (site) => rm(join(site, 'repos/core.json')),
  'all repos': (site) => rm(join(site, 'repos'), { recursive: true }),
  'the newest document of a plugin': (site, older) =>
    cp(join(older, 'repos/core/one.json'), join(site, 'repos/core/one.json')),
}

test('drops nothing of a tree of which a part is lost or older than the rest, and leaves it as it was', async (t) => {
  const { folder, keys, site, build } = aScene(t)
  await using one = await aPluginProject({ name: 'one' })
  await using two = await aPluginProject({ name: 'two' })
  await answerOf(build(await signProjects([one.dir, two.dir], keys)))
  const [older, whole] = [join(folder, 'older'), join(folder, 'whole')]
  await cp(site, older, { recursive: true })
  await setVersion(one, '1.1.0')
  await answerOf(build(await signProjects([one.dir], keys)))
  await cp(site, whole, { recursive: true })
  await setVersion(one, '1.2.0')
  const dists = await signProjects([one.dir], keys)
  for (const [part, lose] of Object.entries(PARTS)) {
    await lose(site, older)
    const before = await contentOf(site)
    const { code, stderr } = await build(dists)
    assert.notEqual(code, 0, part)
    const { error } = JSON.parse(stderr)
    assert.deepEqual([error.code, /, though .* names it$/.test(error.message)], ['DOCUMENT_MISMATCH', true], part)
    assert.deepEqual(await contentOf(site), before, part)
    await rm(site, { recursive: true })
    await cp(whole, site, { recursive: true })
  }
  assert.deepEqual((await answerOf(build(dists))).added, ['core/one@1.2.0'])
})

async function setVersion(project: PluginProject, version: string): Promise<void> {
  const text = await readFile(project.path('plugin.yaml'), 'utf8')
  await project.write('plugin.yaml', text.replace(/version: .*/, `version: ${version}`))
}
