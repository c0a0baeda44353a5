// octo publish against a real registry: everything at once, again without a change, and never over something else.
import assert from 'node:assert/strict'
import { readFile, rm, writeFile } from 'node:fs/promises'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { publishProject } from '../../../publisher/publish/publish-project.ts'
import { readSigningKey } from '../../../publisher/sign/read-key.ts'
import { signerWithKey } from '../../../publisher/sign/release-signer.ts'
import { revokeToken } from '../../../registry/admin/tokens.ts'
import { parsePluginDocument } from '../../../schemas/plugin-document.ts'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { openConnection } from '../../../system/http/connection.ts'
import { openTerminal } from '../../../terminal/terminal.ts'
import type { PluginProject, ProjectRecipe } from '../../support/builders/plugin-project.ts'
import { anElf, aPluginProject } from '../../support/builders/plugin-project.ts'
import { issueKey } from '../../support/builders/test-authority.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import type { KeyFiles } from '../../support/publisher/publish-project.ts'
import { publishProjects, writeKeyFiles } from '../../support/publisher/publish-project.ts'
import type { TestRegistry } from '../../support/registry/test-registry.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

type Scene = { readonly registry: TestRegistry; readonly keys: KeyFiles }

async function aScene(t: TestContext): Promise<Scene> {
  const registry = await startTestRegistry(t)
  return { registry, keys: writeKeyFiles(tempFolder(t), registry.key) }
}

const wordsOf = (dir: string, { registry, keys }: Scene) => [
  ...['publish', dir, '--registry', registry.url, '--key', keys.privateKey, '--json'],
]

function publish(dir: string, scene: Scene, ...more: string[]) {
  return typeOcto([...wordsOf(dir, scene), ...more], { env: { OCTO_TOKEN: scene.registry.token } })
}

async function documentOf({ registry }: Scene, plugin: string) {
  const answer = await fetch(`${registry.url}/repos/core/${plugin}.json`)
  return answer.ok ? parsePluginDocument(await answer.text(), 'test') : undefined
}

const TWO_PLATFORMS: ProjectRecipe = {
  manifest: {
    platforms: {
      any: { runtime: { name: 'sh' }, files: ['src'], executable: 'src/hello.sh' },
      linux_amd64: { file: 'bin/tool' },
      linux_arm64: { file: 'bin/tool-arm64' },
    },
  },
  files: { 'bin/tool': anElf('amd64', 300_000), 'bin/tool-arm64': anElf('arm64', 5000) },
}

test('publishes all platforms at once and proves what the registry then serves', async (t) => {
  const scene = await aScene(t)
  await using project = await aPluginProject(TWO_PLATFORMS)
  const { code, stdout, stderr } = await publish(project.dir, scene)
  assert.equal(code, 0, stderr)
  const [release] = JSON.parse(stdout).releases
  assert.equal(release.state, 'published')
  const document = await documentOf(scene, 'hello')
  assert.deepEqual(Object.keys(document?.versions[0]?.platforms ?? {}).sort(), ['any', 'linux_amd64', 'linux_arm64'])
  for (const { file, digest } of release.artifacts) {
    const answer = await fetch(`${scene.registry.url}/repos/core/hello/1.0.0/${file}`)
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), await readFile(project.path('dist', file)))
    assert.equal((await fetch(`${scene.registry.url}/blobs/sha256/${digest.slice(7)}`)).status, 200)
  }
})

test('publishing the same again changes nothing, with and without the old dist', async (t) => {
  const scene = await aScene(t)
  await using project = await aPluginProject(TWO_PLATFORMS)
  await publish(project.dir, scene)
  const before = await documentOf(scene, 'hello')
  for (const forget of [false, true]) {
    if (forget) await rm(project.path('dist'), { recursive: true })
    const { code, stdout, stderr } = await publish(project.dir, scene)
    assert.equal(code, 0, stderr)
    const [release] = JSON.parse(stdout).releases
    assert.deepEqual([release.state, release.uploadedBytes], ['unchanged', 0])
  }
  assert.deepEqual(await documentOf(scene, 'hello'), before)
})

test('a token that may no longer publish is refused also where the version is there already', async (t) => {
  const scene = await aScene(t)
  await using project = await aPluginProject()
  await publish(project.dir, scene)
  const { registry } = scene
  const yankOnly = await registry.createToken(['core/*:yank'])
  const revoked = await registry.createToken(['core/*'])
  await revokeToken(registry.serving.registry.services, revoked.id)
  for (const [token, code] of [
    [yankOnly.token, 'FORBIDDEN'],
    [revoked.token, 'UNAUTHENTICATED'],
  ] as const) {
    const refused = await publish(project.dir, { ...scene, registry: { ...registry, token } })
    assert.equal(JSON.parse(refused.stderr).error.code, code)
  }
})

test('other bytes or another manifest under a published version are a conflict that names both digests', async (t) => {
  const scene = await aScene(t)
  await using project = await aPluginProject()
  const first = JSON.parse((await publish(project.dir, scene)).stdout).releases[0].artifacts[0].digest
  await project.write('src/hello.sh', '#!/bin/sh\necho other\n')
  const other = await publish(project.dir, scene)
  assert.equal(other.code, 73)
  const { error } = JSON.parse(other.stderr)
  assert.equal(error.code, 'VERSION_EXISTS')
  const built = JSON.parse(await readFile(project.path('dist/release.json'), 'utf8')).platforms.any.digest
  assert.deepEqual(error.details.different, [`any: expected ${first}, found ${built}`])
  await project.write('src/hello.sh', '#!/bin/sh\necho "hello $*"\n')
  const manifest = await readFile(project.path('plugin.yaml'), 'utf8')
  await writeFile(project.path('plugin.yaml'), manifest.replace('says hello', 'says goodbye'))
  assert.equal(JSON.parse((await publish(project.dir, scene)).stderr).error.code, 'VERSION_EXISTS')
  assert.equal((await documentOf(scene, 'hello'))?.versions.length, 1)
})

test('a quarantined version is neither unchanged nor published again', async (t) => {
  const scene = await aScene(t)
  await using project = await aPluginProject()
  await publish(project.dir, scene)
  const words = ['quarantine', 'core/hello@1.0.0', '--reason', 'malware', '--registry', scene.registry.url]
  assert.equal((await typeOcto(words, { env: { OCTO_TOKEN: scene.registry.token } })).code, 0)
  const { error } = JSON.parse((await publish(project.dir, scene)).stderr)
  assert.equal(error.code, 'VERSION_QUARANTINED')
  assert.match(error.message, /malware/)
})

test('two jobs that publish the same version at once both succeed', async (t) => {
  const scene = await aScene(t)
  await using one = await aPluginProject(TWO_PLATFORMS)
  await using two = await aPluginProject(TWO_PLATFORMS)
  const { env } = process
  const signer = signerWithKey(await readSigningKey({ file: scene.keys.privateKey, env }))
  const job = async ({ dir }: PluginProject) => {
    using connection = openConnection(new URL(scene.registry.url), { token: scene.registry.token })
    const how = { env, build: true, dryRun: false, repo: undefined, terminal: openTerminal({}), onStage: () => {} }
    return publishProject({ ...how, dir, signer, connection })
  }
  const reports = await Promise.all([one, two].map(job))
  assert.deepEqual(new Set(reports.map(({ version }) => version)), new Set(['1.0.0']))
  assert.equal((await documentOf(scene, 'hello'))?.versions.length, 1)
})

test('several plugins are published in one call, one line each', async (t) => {
  const scene = await aScene(t)
  await using one = await aPluginProject({ name: 'one' })
  await using two = await aPluginProject({ name: 'two', version: '2.1.0-rc.1' })
  const words = ['publish', one.dir, two.dir, '--registry', scene.registry.url, '--key', scene.keys.privateKey]
  const { code, stdout } = await typeOcto(words, { env: { OCTO_TOKEN: scene.registry.token } })
  assert.equal(code, 0)
  assert.match(stdout, /^published core\/one 1\.0\.0 \(.*\)\npublished core\/two 2\.1\.0-rc\.1 \(.*\)\n$/)
})

test('says how the plugins are used once they are public, and nothing of it for programs', async (t) => {
  const scene = await aScene(t)
  await using project = await aPluginProject()
  const words = wordsOf(project.dir, scene).filter((word) => word !== '--json')
  const env = { OCTO_TOKEN: scene.registry.token }
  const address = `${scene.registry.url}/repos/core.yaml`
  const first = await typeOcto(words, { env })
  const key = scene.keys.privateKey.replace(/key$/, 'pub')
  assert.ok(first.stderr.includes(`\`octo add ${address} --key ${key}\` once, and \`octo add hello\``), first.stderr)
  assert.doesNotMatch(first.stdout, /octo add/)
  assert.doesNotMatch((await typeOcto(words, { env })).stderr, /octo add/, 'nothing is new')
  await project.write('plugin.yaml', (await readFile(`${project.dir}/plugin.yaml`, 'utf8')).replace('1.0.0', '1.1.0'))
  await rm(key)
  const inLine = publicKeyLine(scene.registry.key.trustKey)
  assert.ok((await typeOcto(words, { env })).stderr.includes(`--key ${inLine}\` once`), 'no public half beside it')
})

const NOT_CHOSEN = ['1.0.0-rc.1', '0.9.1']
for (const version of NOT_CHOSEN)
  test(`who is told how ${version} is used gets that version, where another one is chosen by itself`, async (t) => {
    const scene = await aScene(t)
    await using project = await aPluginProject()
    const words = wordsOf(project.dir, scene).filter((word) => word !== '--json')
    const env = { OCTO_TOKEN: scene.registry.token }
    assert.equal((await typeOcto(words, { env })).code, 0)
    const manifest = await readFile(`${project.dir}/plugin.yaml`, 'utf8')
    await project.write('plugin.yaml', manifest.replace('1.0.0', version))
    const { code, stderr } = await typeOcto(words, { env })
    assert.equal(code, 0, stderr)
    assert.ok(stderr.includes(`and \`octo add hello@${version}\``), stderr)
  })

test('a dry run checks everything and writes nothing to the registry', async (t) => {
  const scene = await aScene(t)
  await using project = await aPluginProject()
  const { code, stdout } = await publish(project.dir, scene, '--dry-run')
  assert.equal(code, 0)
  assert.equal(JSON.parse(stdout).releases[0].state, 'planned')
  assert.equal(await documentOf(scene, 'hello'), undefined)
  await project.write('src/.env', 'A=1')
  assert.equal(JSON.parse((await publish(project.dir, scene, '--dry-run')).stderr).error.code, 'SECRET_IN_ARCHIVE')
})

test('a dry run reads a private repo with the token that would publish there', async (t) => {
  const scene = await aScene(t)
  await scene.registry.setVisibility('core', 'private')
  await using project = await aPluginProject()
  const planned = await publish(project.dir, scene, '--dry-run')
  assert.equal(planned.code, 0, planned.stderr)
  assert.equal(JSON.parse(planned.stdout).releases[0].state, 'planned')
  assert.equal((await publish(project.dir, scene)).code, 0)
  assert.equal(JSON.parse((await publish(project.dir, scene, '--dry-run')).stdout).releases[0].state, 'unchanged')
  assert.equal((await typeOcto([...wordsOf(project.dir, scene), '--dry-run'])).code, 77, 'without a token')
})

test('`--no-build` publishes what lies in dist, complete and undamaged', async (t) => {
  const scene = await aScene(t)
  await using project = await aPluginProject(TWO_PLATFORMS)
  assert.equal(JSON.parse((await publish(project.dir, scene, '--no-build')).stderr).error.code, 'FILE_NOT_FOUND')
  await typeOcto(['build', project.dir, '-p', 'any'])
  assert.equal(JSON.parse((await publish(project.dir, scene, '--no-build')).stderr).error.code, 'FILE_NOT_FOUND')
  await typeOcto(['build', project.dir])
  await rm(project.path('src'), { recursive: true })
  assert.equal((await publish(project.dir, scene, '--no-build')).code, 0)
})

test('a version that another key signed exists, whoever is admitted now', async (t) => {
  const scene = await aScene(t)
  await using project = await aPluginProject()
  assert.equal((await publish(project.dir, scene)).code, 0)
  const another = writeKeyFiles(tempFolder(t), issueKey(), 'another')
  const { code, message, hint } = JSON.parse((await publish(project.dir, { ...scene, keys: another })).stderr).error
  assert.equal(code, 'VERSION_EXISTS', message)
  assert.match(message, /`core\/hello@1\.0\.0` is published already, signed by another key than `sha256:/)
  assert.match(hint, /raise `version` in plugin\.yaml/)
})

test('the registry’s refusals reach the author with their own codes', async (t) => {
  const scene = await aScene(t)
  await using project = await aPluginProject()
  const stranger = writeKeyFiles(tempFolder(t), issueKey(), 'stranger')
  const byStranger = await publish(project.dir, { ...scene, keys: stranger })
  const { code, hint } = JSON.parse(byStranger.stderr).error
  assert.equal(code, 'SIGNER_NOT_ALLOWED')
  assert.match(hint, /`octo registry repo key add core FILE --data DIR`/)
  const noRepo = JSON.parse((await publish(project.dir, scene, '--repo', 'nowhere')).stderr).error
  assert.equal(noRepo.code, 'REPO_NOT_FOUND')
  const elsewhere = { ...scene.registry, token: (await scene.registry.createToken(['core/other:publish'])).token }
  assert.equal(
    JSON.parse((await publish(project.dir, { ...scene, registry: elsewhere })).stderr).error.code,
    'FORBIDDEN',
  )
  const unknown = { ...scene.registry, token: `octo_${'x'.repeat(49)}` }
  const refused = JSON.parse((await publish(project.dir, { ...scene, registry: unknown })).stderr).error
  assert.equal(refused.code, 'UNAUTHENTICATED')
  assert.equal(await documentOf(scene, 'hello'), undefined)
  await publishProjects([project.dir], scene.registry, scene.keys)
})

test('nothing that octo prints holds the token or the key', async (t) => {
  const scene = await aScene(t)
  await using project = await aPluginProject({ manifest: { build: { commands: ['sh -c env'] } } })
  const words = ['publish', project.dir, '--registry', scene.registry.url, '--verbose']
  const privatePem = await readFile(scene.keys.privateKey, 'utf8')
  const env = { OCTO_TOKEN: scene.registry.token, OCTO_SIGNING_KEY: privatePem }
  const { code, stdout, stderr } = await typeOcto(words, { env })
  assert.equal(code, 0, stderr)
  for (const secret of [scene.registry.token, privatePem.split('\n')[1] ?? '?'])
    assert.ok(!`${stdout}${stderr}`.includes(secret))
})

test('build commands of a publish see the variables that are passed by name, and no others', async (t) => {
  const { registry, keys } = await aScene(t)
  await using project = await aPluginProject({
    manifest: { build: { commands: ['sh marks.sh'] } },
    files: { 'marks.sh': 'test -n "$BUILD_MARK" && test -z "$OTHER_MARK"\n' },
  })
  const env = { OCTO_TOKEN: registry.token, BUILD_MARK: '1', OTHER_MARK: '1' }
  const words = ['publish', project.dir, '--registry', registry.url, '--key', keys.privateKey, '--dry-run']
  assert.match((await typeOcto(words, { env })).stderr, /BUILD_FAILED/)
  const passed = await typeOcto([...words, '--pass-env', 'BUILD_MARK'], { env })
  assert.equal(passed.code, 0, passed.stderr)
})
