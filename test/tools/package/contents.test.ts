// What is in a package: all that octo reads when it runs, what says whose it is, and the texts of all licences.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parsePackageMarker } from '../../../schemas/installation.ts'
import { LAYOUT_VERSIONS } from '../../../schemas/layout-versions.ts'
import { octoVersion } from '../../../system/octo-version.ts'
import { blank } from '../../../tools/code-text.ts'
import { launcherAndBundle, packagesBeside } from '../../../tools/package/contents.ts'
import { renderPackageLicences } from '../../../tools/package/licences.ts'
import { MANAGERS, renderMarker, renderNpmPackage } from '../../../tools/package/marker.ts'
import { PLATFORMS } from '../../../tools/package/platforms.ts'
import { sourceFiles } from '../../../tools/source-files.ts'

const ROOT = join(import.meta.dirname, '../../..')
const inPackage = launcherAndBundle(ROOT).map(({ path }) => path)

/** By module: what it reads beside itself, one file of each. What only a checkout can do is not in a package. */
const READ: Readonly<Record<string, readonly string[]>> = {
  'operator/exec/runtime-flags.ts': ['operator/exec/node-guard.cjs'],
  // Of the sources alone: a bundle holds its text.
  'operator/own-checks/check-thread.ts': [],
  'publisher/project/template-folder.ts': ['publisher/templates/shell/dot-gitignore', 'publisher/templates/go/go.mod'],
  'publisher/project/service-template.ts': ['sdk/service/index.ts', 'schemas/errors.ts'],
  'publisher/project/init-project.ts': ['sdk/README.md'],
  'completion/tab/main.ts': ['dist/commands.json'],
  'client/installation/own-package.ts': [],
  'system/octo-version.ts': [],
  'demo/settings.ts': [],
}

test('whatever octo reads beside its own modules is in every package', () => {
  const reading = sourceFiles(ROOT)
    .filter(({ path }) => path.endsWith('.ts') && !/^(?:test|tools|bench|fuzz|examples|plugins)\//.test(path))
    .filter(({ text }) =>
      /\bimport\.meta\b/.test(blank(text).codeOnly.replace(/createRequire\(import\.meta\.url\)/, '')),
    )
    .map(({ path }) => path)
  assert.ok(reading.length > 5)
  for (const module of reading) {
    assert.ok(READ[module], `say what ${module} reads here, and in tools/package/contents.ts`)
    for (const file of READ[module] ?? []) assert.ok(inPackage.includes(file), `${module} reads ${file}`)
  }
})

test('the launcher and the bundles are in it, and no list of sources, no map, no test', () => {
  for (const path of [
    'bin/octo.js',
    'bin/bundle.js',
    'bin/package.json',
    'dist/octo.cjs',
    'dist/rest.cjs',
    'dist/help.cjs',
    'dist/warm.cjs',
    'dist/complete.cjs',
  ])
    assert.ok(inPackage.includes(path), path)
  assert.deepEqual(
    inPackage.filter((path) => /sources\.json$|\.map$|\.d\.ts$|^test\/|^octo\.ts$/.test(path)),
    [],
  )
})

test('beside the bundle lie the two packages that it leaves out, with one addon of SQLite', () => {
  for (const { os, cpu } of PLATFORMS) {
    const files = packagesBeside(ROOT, `${os}-${cpu}`)
    for (const file of files) assert.ok('source' in file && existsSync(file.source), file.path)
    assert.deepEqual(
      files.map(({ path }) => path).filter((path) => path.endsWith('.node')),
      [`node_modules/better-sqlite3/prebuilds/${os}-${cpu}.node`],
    )
  }
})

test('a package says its version, its platform, its layouts, and who keeps it up to date', () => {
  const marked = (managedBy: Parameters<typeof renderMarker>[1]['managedBy']) =>
    JSON.parse(renderMarker(ROOT, { platform: 'linux_amd64', managedBy }))
  const { v, version, platform, managedBy, layouts } = marked(null)
  assert.deepEqual(
    { v, version, platform, managedBy, layouts },
    { v: 1, version: octoVersion(), platform: 'linux_amd64', managedBy: null, layouts: LAYOUT_VERSIONS },
  )
  assert.deepEqual(marked(MANAGERS.deb).managedBy, { name: 'deb', update: 'apt-get install --only-upgrade octo' })
  const texts = [
    renderMarker(ROOT, { platform: 'linux_amd64', managedBy: null }),
    renderMarker(ROOT, { platform: 'linux_amd64', managedBy: MANAGERS.deb }),
    renderNpmPackage(ROOT, []),
  ]
  const read = texts.map((text) => parsePackageMarker(text, 'package.json'))
  assert.deepEqual(
    read.map(({ managedBy: manager }) => manager?.name),
    [undefined, 'deb', 'npm'],
    'as `octo self` reads them',
  )
  assert.match(
    readFileSync(join(ROOT, 'Containerfile'), 'utf8'),
    /s\|"managedBy":null\|"managedBy":\{"name":"container"/,
  )
  assert.match(
    renderMarker(ROOT, { platform: 'linux_amd64', managedBy: null }),
    /"managedBy":null/,
    'as the Containerfile replaces it',
  )
})

test('the package for npm depends on what the bundle leaves out, at the locked versions, and on nothing else', () => {
  const { name, bin, engines, dependencies, devDependencies, managedBy, scripts } = JSON.parse(
    renderNpmPackage(ROOT, ['better-sqlite3', 'openpgp']),
  )
  const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  assert.deepEqual([name, bin, engines, scripts], ['octo', { octo: 'bin/octo.js' }, own.engines, undefined])
  assert.deepEqual(dependencies, {
    'better-sqlite3': own.dependencies['better-sqlite3'],
    openpgp: own.dependencies.openpgp,
  })
  assert.deepEqual({ ...devDependencies, ...dependencies }, { ...own.devDependencies, ...own.dependencies })
  assert.equal(managedBy.name, 'npm')
})

test('the licences of octo, of what is bundled and of what lies beside it stand in one text', () => {
  if (!existsSync(join(ROOT, 'dist/LICENSES.txt'))) return
  const text = renderPackageLicences(ROOT, [{ name: 'Node.js', file: join(ROOT, 'LICENSE') }])
  const parts = text.split(/^-{80}\n\n/m).map((part) => part.split(/[\n ]/, 1)[0])
  for (const name of ['octo', 'better-sqlite3', 'openpgp', 'Node.js', 'hono', 'zod'])
    assert.ok(parts.includes(name), name)
})
