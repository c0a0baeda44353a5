// The real cosign verifies what `octo sign` wrote: every artifact of a release, with the publisher's key, without any network.
// COSIGN_BIN names the program, or it is on PATH; it is too large to be installed by a test.
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { appendFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { BUNDLE_FILE } from '../../static-tree/paths.ts'
import { issueKey } from '../support/builders/test-authority.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { anOperatorProject } from '../support/octoctl/octoctl-scene.ts'
import { signProjects, writeKeyFiles } from '../support/publisher/publish-project.ts'

const COSIGN = process.env.COSIGN_BIN ?? 'cosign'
const TYPE = 'https://octocompose.github.io/octo/release/v1'
const skip = spawnSync(COSIGN, ['version']).status === 0 ? false : 'cosign is not on this machine'

type Verdict = { readonly code: number; readonly said: string }

function verify(artifact: string, key: string, home: string, type = TYPE): Promise<Verdict> {
  const bundle = join(artifact, '..', BUNDLE_FILE)
  const trust = ['--key', key, '--insecure-ignore-tlog=true', '--type', type]
  const { promise, resolve } = Promise.withResolvers<Verdict>()
  const options = { env: { PATH: process.env.PATH, HOME: home } }
  execFile(COSIGN, ['verify-blob-attestation', '--bundle', bundle, ...trust, artifact], options, (error, out, err) =>
    resolve({ code: error ? Number(error.code ?? 255) : 0, said: out + err }),
  )
  return promise
}

for (const kind of ['ecdsa-p256', 'ed25519'] as const)
  test(`cosign verifies every artifact that ${kind} signed, and refuses what octo refuses`, { skip }, async (t) => {
    const folder = tempFolder(t)
    const keys = writeKeyFiles(folder, issueKey(kind))
    const other = writeKeyFiles(folder, issueKey(), 'other')
    await using project = await anOperatorProject()
    const [dist = ''] = await signProjects([project.dir], keys)
    const artifacts = readdirSync(dist).filter((name) => name.startsWith('myop_'))
    assert.equal(artifacts.length, 4)
    for (const name of artifacts) {
      const { code, said } = await verify(join(dist, name), keys.publicKey, folder)
      assert.equal(code, 0, said)
      assert.match(said, /Verified OK/)
    }
    const artifact = join(dist, artifacts[0] ?? '')
    assert.notEqual((await verify(artifact, other.publicKey, folder)).code, 0)
    assert.notEqual((await verify(artifact, keys.publicKey, folder, 'https://slsa.dev/provenance/v1')).code, 0)
    appendFileSync(artifact, 'x')
    const changed = await verify(artifact, keys.publicKey, folder)
    assert.notEqual(changed.code, 0, changed.said)
  })
