// The same sources give the same bytes: on another day, under another umask, from another folder, in another order.
import assert from 'node:assert/strict'
import { chmod, lstat, mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { inspectArchive } from '../../../trust/archive/inspect-archive.ts'
import { anElf, aPluginProject } from '../../support/builders/plugin-project.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import { runOcto } from '../../support/octo/run-octo.ts'

const LONG = `data/${'deep-folder-with-a-long-name/'.repeat(5)}file.txt`
const FILES: Readonly<Record<string, string | Buffer>> = {
  'src/hello.sh': '#!/bin/sh\necho hi\n',
  'src/Zebra.txt': 'z',
  'src/apple.txt': 'a',
  'data/größe.txt': 'ü',
  [LONG]: 'long',
  'data/big.bin': Buffer.alloc(700_000, 'abcdefghij'),
  'bin/tool': anElf('amd64', 100_000),
}
const MANIFEST = {
  platforms: {
    any: { runtime: { name: 'sh' }, files: ['src', 'data'], executable: 'src/hello.sh' },
    linux_amd64: { file: 'bin/tool' },
  },
}

async function built(dir: string): Promise<Record<string, string>> {
  const release = JSON.parse(await readFile(join(dir, 'dist/release.json'), 'utf8'))
  return Object.fromEntries(
    Object.entries<{ digest: string }>(release.platforms).map(([key, { digest }]) => [key, digest]),
  )
}

test('rebuilds are byte-identical under another umask, mtime, creation order and file mode', async () => {
  await using first = await aPluginProject({ manifest: MANIFEST, files: FILES })
  await using second = await aPluginProject({
    manifest: MANIFEST,
    files: Object.fromEntries(Object.entries(FILES).reverse()),
  })
  for (const path of Object.keys(FILES)) {
    await utimes(second.path(path), 1_000_000_000, 1_234_567_890)
    await chmod(second.path(path), 0o600)
  }
  const one = await runOcto(['build', first.dir], { umask: 0o022 })
  const two = await runOcto(['build'], { cwd: second.dir, umask: 0o077, env: { TZ: 'Asia/Tokyo', LANG: 'C' } })
  assert.equal(one.code, 0, one.stderr)
  assert.equal(two.code, 0, two.stderr)
  assert.deepEqual(await built(first.dir), await built(second.dir))
})

test('the bytes are these for ever, on every machine and Node', async () => {
  await using project = await aPluginProject({ manifest: MANIFEST, files: FILES })
  const { code, stderr } = await typeOcto(['build', project.dir])
  assert.equal(code, 0, stderr)
  assert.deepEqual(await built(project.dir), {
    any: 'sha256:db96deec42934520a366a9fe050b3661396399211707919fda7d1cda3f36b872',
    linux_amd64: 'sha256:f4175dc0df72c6178fac461406c08f1fe4b8911f2ec3cf97b7e121cebf94685b',
  })
})

test('an archive holds plain files with modes from the manifest, and its content digest is stated', async () => {
  await using project = await aPluginProject({ manifest: MANIFEST, files: FILES })
  await typeOcto(['build', project.dir])
  const release = JSON.parse(await readFile(project.path('dist/release.json'), 'utf8'))
  const bytes = await readFile(project.path('dist', release.platforms.any.file))
  const archive = await inspectArchive({
    chunks: (async function* () {
      yield bytes
    })(),
    name: 'test',
  })
  assert.equal(archive.contentDigest, release.platforms.any.contentDigest)
  assert.deepEqual(
    archive.files.map(({ path, executable }) => `${path}${executable ? '*' : ''}`),
    ['data/big.bin', LONG, 'data/größe.txt', 'src/Zebra.txt', 'src/apple.txt', 'src/hello.sh*'],
  )
})

test('SOURCE_DATE_EPOCH is the time of all entries', async () => {
  await using project = await aPluginProject()
  await typeOcto(['build', project.dir])
  const zero = await built(project.dir)
  await typeOcto(['build', project.dir], { env: { SOURCE_DATE_EPOCH: '1700000000' } })
  assert.notDeepEqual(await built(project.dir), zero)
  const refused = await typeOcto(['build', project.dir], { env: { SOURCE_DATE_EPOCH: 'yesterday' } })
  assert.equal(refused.code, 64)
})

test('platforms built one by one complete each other, and a changed source starts anew', async () => {
  await using project = await aPluginProject({ manifest: MANIFEST, files: FILES })
  await typeOcto(['build', project.dir, '--platform', 'any'])
  await typeOcto(['build', project.dir, '--platform', 'linux-x86_64'])
  assert.deepEqual(Object.keys(await built(project.dir)).sort(), ['any', 'linux_amd64'])
  await writeFile(project.path('dist/hello_1.0.0_any.tar.gz'), 'damaged')
  await typeOcto(['build', project.dir, '--platform', 'linux_amd64'])
  assert.deepEqual(Object.keys(await built(project.dir)), ['linux_amd64'])
})

test('what several jobs built is merged, unless it is of different sources', async () => {
  await using project = await aPluginProject({ manifest: MANIFEST, files: FILES })
  await typeOcto(['build', project.dir, '-p', 'any', '--out', project.path('one')])
  await typeOcto(['build', project.dir, '-p', 'linux_amd64', '--out', project.path('two')])
  const merged = await typeOcto(['build', '--merge', 'one', 'two'], { cwd: project.dir })
  assert.equal(merged.code, 0, merged.stderr)
  assert.deepEqual(Object.keys(await built(project.dir)).sort(), ['any', 'linux_amd64'])
  // A project may bring links: what they lead to is not its own.
  const [outside, archive] = [project.path('outside'), project.path('dist/hello_1.0.0_any.tar.gz')]
  await writeFile(outside, 'of somebody')
  await rm(archive)
  await symlink(outside, archive)
  assert.equal((await typeOcto(['build', '--merge', 'one', 'two'], { cwd: project.dir })).code, 0)
  assert.equal(await readFile(outside, 'utf8'), 'of somebody')
  assert.ok((await lstat(archive)).isFile())
  assert.equal((await readdir(project.path('dist'))).length, 3)
  await mkdir(project.path('three'))
  const text = await readFile(project.path('two/release.json'), 'utf8')
  await writeFile(project.path('three/release.json'), text.replace('says hello', 'says goodbye'))
  const refused = await typeOcto(['build', '--merge', 'one', 'three', '--json'], { cwd: project.dir })
  assert.equal(JSON.parse(refused.stderr).error.code, 'STATE_CONFLICT')
})
