// A build that was reported is on the disk: what a later build finds listed it does not look at again, so a power cut may not have taken it.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { aPluginProject } from '../../support/builders/plugin-project.ts'
import { issueKey } from '../../support/builders/test-authority.ts'
import { whyNoInjection } from '../../support/machine/failing-fsync.ts'
import { filesBelow, tempFolder } from '../../support/machine/temp-folder.ts'
import { signProjects, writeKeyFiles } from '../../support/publisher/publish-project.ts'

const OCTO = fileURLToPath(new URL('../../../bin/octo.js', import.meta.url))

test('every file of a tree that was built is on the disk, and what a document names before the document', {
  skip: whyNoInjection() ?? false,
}, async (t) => {
  const folder = realpathSync(tempFolder(t))
  const keys = writeKeyFiles(folder, issueKey())
  await using project = await aPluginProject()
  const dists = await signProjects([project.dir], keys)
  const site = join(folder, 'site')
  const words = ['repo', 'build', '--out', site, '--url', 'https://p.example.com', '--public-key', keys.publicKey]
  const trace = ['-f', '-y', '-e', 'trace=fsync,fdatasync', '-o', join(folder, 'trace')]
  execFileSync('strace', [...trace, process.execPath, OCTO, ...words, ...dists], { stdio: 'ignore' })
  const lines = readFileSync(join(folder, 'trace'), 'utf8').matchAll(/sync\(\d+<(.*?)>/g)
  const synced = [...lines].map(([, path = '']) => path).filter((path) => path.startsWith(`${site}/`))
  const files = filesBelow(site).map((file) => join(site, file))
  assert.deepEqual(
    files.filter((file) => !synced.includes(file)),
    [],
  )
  const bundle = synced.findIndex((path) => path.endsWith('/release.sigstore.json'))
  assert.ok(bundle < synced.indexOf(join(site, 'repos/core/hello.json')))
})
