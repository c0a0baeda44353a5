// What registry and client would refuse is refused before anything is signed, and leaves no artifact behind.
import assert from 'node:assert/strict'
import { chmod, copyFile, link, mkdir, open, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { test } from 'node:test'
import { buildRelease } from '../../../publisher/pack/build-release.ts'
import { listFiles } from '../../../publisher/pack/list-files.ts'
import { runCommand } from '../../../publisher/pack/run-command.ts'
import { readProject } from '../../../publisher/project/read-project.ts'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import type { Platform } from '../../../schemas/platform.ts'
import { inspectArchive } from '../../../trust/archive/inspect-archive.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { inPieces } from '../../support/builders/archive-builder.ts'
import { aPlatform } from '../../support/builders/names.ts'
import { anElfFile } from '../../support/builders/native-files.ts'
import type { PluginProject, ProjectRecipe } from '../../support/builders/plugin-project.ts'
import { anElf, aPluginProject } from '../../support/builders/plugin-project.ts'
import { triesEveryCase } from '../../support/machine/full-form.ts'

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

/** It takes over a second to pack, with OCTO_EVERY_CASE=1: what is packed is read as a client reads it, which other rows show. */
const BOMB = 'an archive that would be taken for a bomb'
const MARKED = '\ufeff#!/bin/sh\n'
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
    title: BOMB,
    code: 'LIMIT_EXCEEDED',
    recipe: { files: { 'src/zeros': Buffer.alloc(67_200_000) } },
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
  { title: 'an empty file for a runtime', code: 'PLATFORM_MISMATCH', recipe: { files: { 'src/hello.sh': '' } } },
  { title: 'a byte order mark under a runtime', code: 'PROGRAM_UNSAFE', recipe: { files: { 'src/hello.sh': MARKED } } },
  { title: 'a byte order mark in a helper', code: 'PROGRAM_UNSAFE', recipe: { files: { 'src/helper': MARKED } } },
  { title: 'a script of Windows', code: 'PROGRAM_UNSAFE', recipe: raw('linux_amd64', '#!/bin/sh\r\necho\r\n') },
  {
    title: 'a first line of another runtime',
    code: 'PROGRAM_UNSAFE',
    recipe: { files: { 'src/hello.sh': '#!/bin/bash\n' } },
  },
  {
    title: 'a library beside the executable that looks in the working directory',
    code: 'PROGRAM_UNSAFE',
    recipe: { files: { 'src/libx.so': anElfFile({ runpath: 'lib' }) } },
  },
  ...['latest!', '1.2.3.4', '>=1 <'].map(
    (version): Row => ({
      title: `a runtime of version ${version}`,
      code: 'MANIFEST_INVALID',
      recipe: { manifest: { platforms: { any: { runtime: { name: 'python3', version }, file: 'src/hello.sh' } } } },
    }),
  ),
  {
    title: 'a version of sh, which tells none',
    code: 'MANIFEST_INVALID',
    recipe: { manifest: { platforms: { any: { runtime: { name: 'sh', version: '>=1' }, file: 'src/hello.sh' } } } },
  },
  {
    title: 'a folder as a raw artifact',
    code: 'MANIFEST_INVALID',
    recipe: { manifest: { platforms: { linux_amd64: { file: 'src' } } }, files: { 'src/second': 'x' } },
  },
]

for (const { title, code, recipe = {}, spoil } of ROWS.filter((row) => triesEveryCase || row.title !== BOMB))
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
    buildRelease({ ...request, platforms: [aPlatform('freebsd_amd64')] }),
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
  assert.match(error.message, /could not be started: there is no `no-such-program-at-all` in PATH$/)
})

test('arguments that are too long for the system fail the build with the command, not octo', async () => {
  const words = Array.from({ length: 40 }, () => 'x'.repeat(100_000))
  await using project = await aPluginProject()
  const command = { program: 'true', args: words, env: {}, passEnv: [] }
  const error = await expectCodeAsync('BUILD_FAILED', () =>
    runCommand(command, { dir: project.dir, env: process.env, onLine: () => undefined }),
  )
  assert.match(error.message, /^build command `true x+.* could not be started: .*E2BIG/)
})

test('a program that is still open for writing for a moment is started when it is closed', async () => {
  await using project = await aPluginProject()
  const program = project.path('true')
  await copyFile('/bin/true', program)
  const command = { program, args: [], env: {}, passEnv: [] }
  const writer = await open(program, 'r+')
  const running = runCommand(command, { dir: project.dir, env: process.env, onLine: () => undefined })
  await writer.close()
  await running
})

test('a command runs in the group of octo, so that Ctrl-C ends it with all that it started', async () => {
  await using project = await aPluginProject({
    manifest: { build: { commands: [['sh', '-c', 'if kill -0 -$$ 2>/dev/null; then exit 3; fi']] } },
  })
  await build(project)
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

test('what file managers leave in folders stays at home, and is published where it is named', async () => {
  const files = {
    'src/._hello.sh': 'x',
    'src/.DS_Store': 'x',
    'src/deep/Thumbs.db': 'x',
    'src/.kept': 'x',
    '.DS_Store': 'named',
  }
  const platforms = { any: { runtime: { name: 'sh' }, files: ['src', '.DS_Store'], executable: 'src/hello.sh' } }
  await using project = await aPluginProject({ manifest: { platforms }, files })
  const listed = await listFiles(project.dir, platforms.any.files)
  assert.deepEqual(
    listed.map(({ path }) => path),
    ['.DS_Store', 'src/.kept', 'src/hello.sh'],
  )
})

test('helper programs that are executable here are executable there, and nothing else is', async () => {
  const helper = '#!/bin/sh\necho helped\n'
  await using project = await aPluginProject({
    files: { 'src/lib/helper': helper, 'src/lib/plain': helper, 'src/lib/text': 'words', 'src/lib/native': anElf() },
  })
  for (const name of ['helper', 'text', 'native']) await chmod(project.path('src/lib', name), 0o755)
  const { platforms } = await build(project)
  const bytes = await readFile(project.path('dist', platforms['any' as Platform]?.file ?? ''))
  const { files } = await inspectArchive({ chunks: inPieces(bytes), name: 'x' })
  const executable = files.filter((file) => file.executable).map(({ path }) => path)
  assert.deepEqual(executable, ['src/hello.sh', 'src/lib/helper', 'src/lib/native'])
})

test('says which libraries a program needs of the machine', async () => {
  const program = anElfFile({
    interpreter: '/lib64/ld-linux-x86-64.so.2',
    needed: ['libmysqlclient.so.21', 'libc.so.6'],
  })
  await using project = await aPluginProject(raw('linux_amd64', program))
  const told: unknown[] = []
  const request = { project: await readProject(project.dir), out: project.path('dist'), env: {} }
  await buildRelease({ ...request, onNeeds: (platform, { libraries }) => told.push([platform, libraries]) })
  assert.deepEqual(told, [['linux_amd64', ['libmysqlclient.so.21', 'libc.so.6']]])
})

test('commands see the variables that are named for them, and never those of octo', async () => {
  await using project = await aPluginProject({
    manifest: { build: { passEnv: ['SSH_AUTH_SOCK', 'NOT_SET'], commands: ['sh -c env'] } },
  })
  const request = { project: await readProject(project.dir), out: project.path('dist') }
  const lines: string[] = []
  const env = { PATH: process.env.PATH, SSH_AUTH_SOCK: '/agent', CC: 'clang', OTHER: 'secret', OCTO_TOKEN: 'secret' }
  await buildRelease({ ...request, env, passEnv: ['CC'], onLine: (line) => lines.push(line) })
  assert.ok(lines.includes('SSH_AUTH_SOCK=/agent') && lines.includes('CC=clang'))
  assert.ok(!lines.join('\n').includes('secret'))
  assert.ok(!(await readFile(project.path('dist/release.json'), 'utf8')).includes('/agent'))
  for (const name of ['OCTO_TOKEN', 'octo_token', 'A=B', ''])
    await expectCodeAsync('USAGE', () => buildRelease({ ...request, env, passEnv: [name] }))
  await using other = await aPluginProject({ manifest: { build: { passEnv: ['OCTO_TOKEN'], commands: ['true'] } } })
  await expectCodeAsync('MANIFEST_INVALID', () => build(other))
})
