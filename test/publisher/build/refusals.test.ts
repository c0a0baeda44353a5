// What registry and client would refuse is refused before anything is signed, and leaves no artifact behind.
import assert from 'node:assert/strict'
import { link, mkdir, readdir, rm, symlink } from 'node:fs/promises'
import { test } from 'node:test'
import { buildRelease } from '../../../publisher/build/build-release.ts'
import { readProject } from '../../../publisher/project/read-project.ts'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import { expectCodeAsync } from '../../support/expect-code.ts'
import type { PluginProject, ProjectRecipe } from '../../support/plugin-project.ts'
import { anElf, aPluginProject } from '../../support/plugin-project.ts'

async function build(project: PluginProject, env: Record<string, string | undefined> = { PATH: process.env.PATH }) {
  return buildRelease({ project: await readProject(project.dir), out: project.path('dist'), env })
}

type Row = {
  readonly title: string
  readonly code: ErrorCode
  readonly recipe?: ProjectRecipe
  readonly spoil?: (project: PluginProject) => Promise<unknown>
}

const raw = (platform: string, bytes: Buffer | string) => ({
  manifest: { platforms: { [platform]: { file: 'bin/tool' } } },
  files: { 'bin/tool': bytes },
})

const ROWS: readonly Row[] = [
  {
    title: 'a symbolic link',
    code: 'ARCHIVE_ENTRY_UNSAFE',
    spoil: ({ path }) => symlink('hello.sh', path('src/link')),
  },
  {
    title: 'a folder reached through a link',
    code: 'ARCHIVE_ENTRY_UNSAFE',
    spoil: async ({ path }) => {
      await mkdir(path('elsewhere'))
      await rm(path('src'), { recursive: true })
      await symlink('elsewhere', path('src'))
    },
  },
  { title: 'names that differ only in case', code: 'ARCHIVE_ENTRY_UNSAFE', recipe: { files: { 'src/HELLO.sh': 'x' } } },
  { title: 'a name that Windows reserves', code: 'ARCHIVE_ENTRY_UNSAFE', recipe: { files: { 'src/aux.txt': 'x' } } },
  {
    title: 'an archive that would be taken for a bomb',
    code: 'LIMIT_EXCEEDED',
    recipe: { files: { 'src/zeros': Buffer.alloc(80_000_000) } },
  },
  { title: 'a file that does not exist', code: 'FILE_NOT_FOUND', spoil: ({ path }) => rm(path('README.md')) },
  {
    title: 'an executable that is not in the archive',
    code: 'MANIFEST_INVALID',
    spoil: ({ path }) => rm(path('src/hello.sh')),
  },
  {
    title: 'an executable for another architecture',
    code: 'PLATFORM_MISMATCH',
    recipe: raw('linux_arm64', anElf('amd64')),
  },
  { title: 'an executable for another system', code: 'PLATFORM_MISMATCH', recipe: raw('darwin_amd64', anElf('amd64')) },
  { title: 'a text as an executable', code: 'PLATFORM_MISMATCH', recipe: raw('linux_amd64', 'just words') },
  { title: 'an empty executable', code: 'PLATFORM_MISMATCH', recipe: raw('linux_amd64', '') },
  {
    title: 'a folder as a raw artifact',
    code: 'MANIFEST_INVALID',
    recipe: { manifest: { platforms: { linux_amd64: { file: 'src' } } }, files: { 'src/second': 'x' } },
  },
]

for (const { title, code, recipe = {}, spoil } of ROWS)
  test(`refuses ${title}`, async () => {
    await using project = await aPluginProject(recipe)
    await spoil?.(project)
    await expectCodeAsync(code, () => build(project))
    assert.deepEqual(await readdir(project.path('dist')).catch(() => []), [])
  })

test('packs hard-linked files as files of their own', async () => {
  await using plain = await aPluginProject({ files: { 'src/copy.sh': '#!/bin/sh\necho "hello $*"\n' } })
  await using linked = await aPluginProject()
  await link(linked.path('src/hello.sh'), linked.path('src/copy.sh'))
  assert.deepEqual((await build(plain)).platforms, (await build(linked)).platforms)
})

test('refuses to pack its own earlier output', async () => {
  await using project = await aPluginProject({
    manifest: { platforms: { any: { runtime: { name: 'sh' }, files: ['src', 'dist'], executable: 'src/hello.sh' } } },
    files: { 'dist/notes.txt': 'kept' },
  })
  await build(project)
  await expectCodeAsync('MANIFEST_INVALID', () => build(project))
})

test('names the platforms that exist when asked for another', async () => {
  await using project = await aPluginProject()
  const request = { project: await readProject(project.dir), out: project.path('dist'), env: {} }
  const error = await expectCodeAsync('NO_MATCHING_PLATFORM', () =>
    buildRelease({ ...request, platforms: ['freebsd_amd64' as never] }),
  )
  assert.match(error.message, /`any`/)
})

test('a failing command stops the build and shows what it printed', async () => {
  await using project = await aPluginProject({
    manifest: { build: { commands: [['sh', '-c', 'echo first; echo the reason >&2; exit 3'], 'touch never'] } },
  })
  const error = await expectCodeAsync('BUILD_FAILED', () => build(project))
  assert.match(error.message, /exit code 3/)
  assert.match(String(error.details.output), /the reason/)
  assert.ok(!(await readdir(project.dir)).includes('never'))
})

test('a program that does not exist is named', async () => {
  await using project = await aPluginProject({ manifest: { build: { commands: ['no-such-program-at-all'] } } })
  const error = await expectCodeAsync('BUILD_FAILED', () => build(project))
  assert.match(error.message, /could not be started/)
})

test('commands see an allow-list of the environment: no token, no key', async () => {
  await using project = await aPluginProject({
    manifest: { build: { env: { OWN: '{{.PLATFORM}}' }, commands: ['MORE=1 sh -c env'] } },
  })
  const lines: string[] = []
  await buildRelease({
    project: await readProject(project.dir),
    out: project.path('dist'),
    env: {
      PATH: process.env.PATH,
      OCTO_TOKEN: 'secret',
      OCTO_SIGNING_KEY: 'secret',
      NPM_TOKEN: 'secret',
      LC_ALL: 'de_DE',
    },
    onLine: (line) => lines.push(line),
  })
  assert.ok(!lines.join('\n').includes('secret'))
  for (const line of ['OWN=any', 'MORE=1', 'TZ=UTC', 'LC_ALL=C', 'SOURCE_DATE_EPOCH=0'])
    assert.ok(lines.includes(line), line)
})

test('a program that cannot be called by its file name needs a name of its own', async () => {
  const platforms = { linux_amd64: { file: 'bin/-tool' } }
  await using project = await aPluginProject({ manifest: { platforms }, files: { 'bin/-tool': anElf() } })
  await expectCodeAsync('MANIFEST_INVALID', () => build(project))
})
