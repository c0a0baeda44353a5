// octo sign: a bundle that the clients' own rules accept, kept when it is as good as a new one.
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { makeKeyPair } from '../../../publisher/sign/make-key.ts'
import type { KeyKind } from '../../../schemas/trust-key.ts'
import { verifyRelease } from '../../../trust/release/verify-release.ts'
import { aName, aVersion } from '../../support/builders/names.ts'
import type { PluginProject } from '../../support/builders/plugin-project.ts'
import { aPluginProject } from '../../support/builders/plugin-project.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'

async function aBuiltProject(kind: KeyKind = 'ecdsa-p256') {
  const project = await aPluginProject()
  const { privatePem, trustKey } = makeKeyPair(kind)
  await project.write('octo.key', privatePem)
  const { chmod } = await import('node:fs/promises')
  await chmod(project.path('octo.key'), 0o600)
  await typeOcto(['build', project.dir])
  return { project, trustKey }
}

function sign(project: PluginProject, ...more: string[]) {
  return typeOcto(['sign', project.dir, '--key', project.path('octo.key'), '--json', ...more])
}

for (const kind of ['ecdsa-p256', 'ed25519'] as const)
  test(`signs with ${kind} what verifyRelease accepts`, async () => {
    const { project, trustKey } = await aBuiltProject(kind)
    await using _ = project
    const { code, stderr } = await sign(project)
    assert.equal(code, 0, stderr)
    const bundle = await readFile(project.path('dist/release.sigstore.json'), 'utf8')
    const expected = { repo: aName('core'), plugin: aName('hello'), version: aVersion('1.0.0') }
    const release = verifyRelease({ bundle, keyring: [trustKey], expected, at: Date.now(), source: 'test' })
    const draft = JSON.parse(await readFile(project.path('dist/release.json'), 'utf8'))
    assert.deepEqual(JSON.parse(JSON.stringify(release.predicate)), draft)
    // With a key id there, cosign would pass over the signature.
    assert.deepEqual(Object.keys(JSON.parse(bundle).dsseEnvelope.signatures[0]), ['sig'])
  })

test('keeps a bundle of the same release, and replaces one that is damaged or of another key or release', async () => {
  const { project } = await aBuiltProject()
  await using _ = project
  const path = project.path('dist/release.sigstore.json')
  const first = JSON.parse((await sign(project)).stdout)
  const again = JSON.parse((await sign(project)).stdout)
  assert.deepEqual([first.reused, again.reused, again.digest], [false, true, first.digest])
  await writeFile(path, 'damaged')
  assert.equal(JSON.parse((await sign(project)).stdout).reused, false)
  await writeFile(project.path('octo.key'), makeKeyPair('ecdsa-p256').privatePem)
  const other = JSON.parse((await sign(project)).stdout)
  assert.equal(other.reused, false)
  assert.notEqual(other.signer, first.signer)
  assert.equal(JSON.parse((await sign(project, '--repo', 'elsewhere')).stdout).repo, 'elsewhere')
})

test('signs nothing that changed since it was built, and nothing incomplete', async () => {
  const { project } = await aBuiltProject()
  await using _ = project
  const artifact = project.path('dist/hello_1.0.0_any.tar.gz')
  const bytes = await readFile(artifact)
  bytes[20] = (bytes[20] ?? 0) ^ 1
  await writeFile(artifact, bytes)
  assert.equal(JSON.parse((await sign(project)).stderr).error.code, 'DIGEST_MISMATCH')
  await writeFile(artifact, bytes.subarray(1))
  assert.equal(JSON.parse((await sign(project)).stderr).error.code, 'SIZE_MISMATCH')
  const manifest = await readFile(project.path('plugin.yaml'), 'utf8')
  await writeFile(project.path('plugin.yaml'), `${manifest}  linux_amd64: {file: x}\n`)
  const incomplete = JSON.parse((await sign(project)).stderr).error
  assert.equal(incomplete.code, 'FILE_NOT_FOUND')
  assert.match(incomplete.message, /`linux_amd64`/)
  for (const [before, after] of [
    ['version: 1.0.0', 'version: 1.0.1'],
    ['says hello', 'says bye'],
  ] as const) {
    await writeFile(project.path('plugin.yaml'), manifest.replace(before, after))
    assert.equal(JSON.parse((await sign(project)).stderr).error.code, 'STATE_CONFLICT', after)
  }
})

test('says what to do when nothing was built, and when no repo is named', async () => {
  await using project = await aPluginProject({ manifest: { repo: undefined } })
  const { privatePem } = makeKeyPair('ecdsa-p256')
  const env = { OCTO_SIGNING_KEY: privatePem }
  const unbuilt = await typeOcto(['sign', project.dir], { env })
  assert.equal(unbuilt.code, 66)
  assert.match(unbuilt.stderr, /hint: `octo build/)
  await typeOcto(['build', project.dir])
  const nameless = await typeOcto(['sign', project.dir], { env })
  assert.equal(nameless.code, 64)
  assert.match(nameless.stderr, /--repo NAME/)
  assert.equal((await typeOcto(['sign', project.dir, '--repo', 'core'], { env })).code, 0)
})
