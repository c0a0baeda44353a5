// Packages of octo become an ordinary plugin, which the ordinary publisher packs, signs and publishes.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { hostPlatform } from '../../../client/index.ts'
import { installItself } from '../../../client/installation/install.ts'
import { updateItself } from '../../../client/installation/update.ts'
import type { Name } from '../../../schemas/name.ts'
import { writeProject } from '../../../tools/release/project.ts'
import { currentIn, unpackInto, version } from '../../support/client/octo-installation.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { publishProjects, writeKeyFiles } from '../../support/publisher/publish-project.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

test('packages are published as the plugin octo, are installed from there, and update from there', async (t) => {
  const registry = await startTestRegistry(t)
  const folder = tempFolder(t)
  const keys = writeKeyFiles(folder, registry.key)
  const publish = async (of: string) => {
    const packed = unpackInto(join(folder, `package-${of}`), { version: of })
    const other = unpackInto(join(folder, `other-${of}`), { version: of, marker: { platform: 'darwin-arm64' } })
    const project = join(folder, `project-${of}`)
    assert.deepEqual(writeProject(project, [packed, other]).platforms, [hostPlatform(), 'darwin_arm64'])
    const manifest = JSON.parse(readFileSync(join(project, 'plugin.yaml'), 'utf8'))
    const executable = `octo-${of}-darwin-arm64/bin/octo`
    assert.deepEqual([manifest.kind, manifest.platforms.darwin_arm64.executable], ['tool', executable])
    await publishProjects([project, '--repo', 'core'], registry, keys)
    await registry.serving.registry.tree.drain()
    return join(project, 'dist')
  }
  const dist = await publish('1.0.0')
  const root = join(folder, 'octo')
  const place = {
    root,
    by: 'test',
    plugin: 'octo' as Name,
    repo: `${registry.url}/repos/core.yaml`,
    version: version('1.0.0'),
  }
  const response = await fetch(`${registry.url}/repos/core/octo/1.0.0/release.sigstore.json`)
  const bundle = join(folder, 'release.sigstore.json')
  writeFileSync(bundle, await response.text())
  await installItself({
    ...place,
    archive: join(dist, `octo_1.0.0_${hostPlatform()}.tar.gz`),
    bundle,
    keys: [registry.key.trustKey],
  })
  await publish('1.1.0')
  assert.equal((await updateItself({ root })).to, '1.1.0')
  assert.equal(currentIn(root), '1.1.0')
})

test('packages that do not belong together make no project', (t) => {
  const folder = tempFolder(t)
  const one = unpackInto(join(folder, 'one'))
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /expected packages of one version/],
    [[one, unpackInto(join(folder, 'newer'), { version: '1.1.0' })], /1\.0\.0, 1\.1\.0/],
    [[one, one], /two packages are for/],
    [[unpackInto(join(folder, 'deb'), { marker: { managedBy: { name: 'deb', update: 'apt' } } })], /package for deb/],
  ]
  for (const [index, [packages, problem]] of cases.entries())
    assert.throws(() => writeProject(join(folder, `out-${index}`), packages), problem)
  mkdirSync(join(folder, 'there'))
  assert.throws(() => writeProject(join(folder, 'there'), [one]), /EEXIST/)
  assert.equal(existsSync(join(folder, 'there/plugin.yaml')), false)
})
