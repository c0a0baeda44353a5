// Whose config counts where nobody named one.
import assert from 'node:assert/strict'
import { chmodSync, chownSync, lchownSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { findConfig } from '../../../config/find/find-config.ts'
import { expectCode, expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { readConfig } from '../../support/builders/read-configs.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'

const posix = { skip: process.getuid === undefined && 'this system has no modes' }
const asRoot = { skip: process.getuid?.() !== 0 && 'only root gives files to another user' }
const OTHER = 4711
const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }

function aProject(t: TestContext) {
  const folder = join(tempFolder(t), 'project')
  const path = join(folder, 'octo.yaml')
  mkdirSync(folder, { mode: 0o755 })
  chmodSync(folder, 0o755)
  writeFileSync(path, 'services: {web: {command: [sleep, "1"]}}\n')
  chmodSync(path, 0o644)
  return { folder, path }
}

type Project = ReturnType<typeof aProject>
type Env = Readonly<Record<string, string>>

function refused(project: Project, place: string, env: Env = {}): void {
  const { details, hint } = expectCode('CONFIG_UNSAFE', () => findConfig(project.folder, env))
  assert.equal(details.place, place)
  assert.ok(hint?.includes(`\`--config ${project.path}\``), String(hint))
}

function counts(project: Project, env: Env = {}): void {
  assert.equal(findConfig(project.folder, env), project.path)
}

test('a config that others may write is refused, and what to type is said', posix, (t) => {
  const project = aProject(t)
  counts(project)
  chmodSync(project.path, 0o666)
  refused(project, project.path)
  const { hint } = expectCode('CONFIG_UNSAFE', () => findConfig(project.folder, {}))
  assert.match(hint ?? '', /^run `chmod go-w \S+octo\.yaml`, or read it/)
  chmodSync(project.path, 0o644)
  chmodSync(project.folder, 0o777)
  refused(project, project.folder)
  chmodSync(project.folder, 0o1777)
  counts(project)
})

test(
  'one that somebody names is read, wherever it lies, and so is one of which the user or CI says so',
  posix,
  async (t) => {
    const project = aProject(t)
    chmodSync(project.path, 0o666)
    await expectCodeAsync('CONFIG_UNSAFE', () => readConfig([], { cwd: project.folder, env: {} }))
    const named = await readConfig('octo.yaml', { cwd: project.folder, env: {} })
    assert.deepEqual(
      named.services.map(({ name }) => name),
      ['web'],
    )
    counts(project, { CI: 'true' })
    for (const folder of [project.folder, join(project.folder, '..'), `/nowhere:${project.folder}/`, '*'])
      counts(project, { OCTO_SAFE_FOLDERS: folder })
    for (const folder of ['', '.', `${project.folder}/below`, `${project.folder}x`, project.folder.slice(0, -1)])
      refused(project, project.path, { OCTO_SAFE_FOLDERS: folder })
  },
)

test(
  'what belongs to another user is no word of this one: file, folder, and a link with what it leads to',
  asRoot,
  (t) => {
    const project = aProject(t)
    chownSync(project.path, OTHER, OTHER)
    refused(project, project.path)
    chownSync(project.path, own.uid, own.gid)
    chownSync(project.folder, OTHER, OTHER)
    refused(project, project.folder)
    chownSync(project.folder, own.uid, own.gid)
    const elsewhere = aProject(t)
    renameSync(project.path, join(project.folder, 'mine.yaml'))
    symlinkSync(elsewhere.path, project.path)
    counts(project)
    lchownSync(project.path, OTHER, OTHER)
    refused(project, project.path)
    lchownSync(project.path, own.uid, own.gid)
    chownSync(elsewhere.path, OTHER, OTHER)
    refused(project, elsewhere.path)
  },
)

test('root takes what belongs to who typed `sudo`, with a group of that one alone, and to nobody else', asRoot, (t) => {
  const project = aProject(t)
  for (const path of [project.folder, project.path]) chownSync(path, OTHER, OTHER)
  chmodSync(project.path, 0o664)
  counts(project, { SUDO_UID: String(OTHER) })
  refused(project, project.folder, { SUDO_UID: String(OTHER + 1) })
  chownSync(project.path, OTHER, 0)
  counts(project, { SUDO_UID: String(OTHER) })
  chownSync(project.path, OTHER, OTHER + 1)
  refused(project, project.path, { SUDO_UID: String(OTHER) })
  // `sudo -u` makes another user of one, to whom the first is anybody.
  t.mock.method(process as { getuid(): number }, 'getuid', () => OTHER + 2)
  refused(project, project.folder, { SUDO_UID: String(OTHER) })
})

test('nothing of a planted config runs before it is named', posix, async (t) => {
  const { folder, path } = aProject(t)
  chmodSync(path, 0o666)
  const env = { HOME: folder, OCTO_HOME: join(folder, 'store') }
  for (const words of [
    ['start'],
    ['check'],
    ['run', 'x'],
    ['install'],
    ['config', 'outdated'],
    ['autostart', 'enable', '--print'],
  ]) {
    const { code, stderr } = await octoIn({ cwd: folder, env }, words)
    assert.deepEqual([code, /^error\[CONFIG_UNSAFE\]/.test(stderr)], [77, true], `${words}: ${stderr}`)
  }
  const { code, stdout } = await octoIn({ cwd: folder, env }, ['start', '--dry-run', '--config', 'octo.yaml', '--json'])
  assert.deepEqual([code, stdout.includes('"web"')], [0, true])
})
