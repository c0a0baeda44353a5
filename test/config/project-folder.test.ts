// Where a project's state is: for its user alone, and never shared by two projects.
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import { storeRootOf } from '../../client/store/root.ts'
import { openProjectFolder, projectFolder, projectOf } from '../../config/project-folder.ts'
import { writeOperatorInput } from '../../config/write-operator-input.ts'
import { openCacheFolder } from '../../operator/octoctl/cache-folder.ts'
import { userConfigFolder } from '../../system/files/user-config-folder.ts'
import { expectCode } from '../support/assertions/expect-code.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { withoutHome } from '../support/machine/without-home.ts'

const input = {
  ...{ name: 'shop', octoctl: {}, configs: {}, services: { web: { environment: { A: 'hush' } } } },
  repos: { files: {}, operators: {}, tools: {}, services: {} },
}
const modeOf = (path: string) => statSync(path).mode & 0o777

test('the input of an operator is for its user alone, in a folder for its user alone, and nothing else is left', (t) => {
  const home = tempFolder(t)
  const umask = process.umask(0)
  t.after(() => process.umask(umask))
  const project = { name: 'shop', document: join(home, 'octo.yaml') }
  const path = writeOperatorInput(input, openProjectFolder(project, { HOME: home }))
  const again = writeOperatorInput({ ...input, name: 'shop 2' }, openProjectFolder(project, { HOME: home }))
  assert.equal(again, path)
  assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), { ...input, name: 'shop 2' })
  assert.deepEqual(readdirSync(join(path, '..')), ['config.json'])
  assert.equal(modeOf(path), 0o600)
  assert.equal(modeOf(join(path, '..')), 0o700)
})

test('a folder that others could look into is closed, and what others could change is refused', {
  skip: process.platform === 'win32',
}, (t) => {
  const home = tempFolder(t)
  const project = { name: 'shop', document: join(home, 'octo.yaml') }
  const folder = openProjectFolder(project, { HOME: home })
  chmodSync(folder, 0o755)
  openProjectFolder(project, { HOME: home })
  assert.equal(modeOf(folder), 0o700)
  for (const place of [folder, join(folder, '..')]) {
    chmodSync(place, 0o777)
    const error = expectCode('STATE_UNSAFE', () =>
      writeOperatorInput(input, openProjectFolder(project, { HOME: home })),
    )
    assert.match(error.hint ?? '', /^run `chmod go-w /)
    assert.ok(error.message.includes(place))
    assert.deepEqual(readdirSync(folder), [], 'nothing was written')
    chmodSync(place, 0o700)
  }
})

const strange: readonly string[] = [
  '../../..',
  '/etc',
  '.',
  '..',
  '',
  'a/b',
  'a\0b',
  'ü',
  'CON',
  '-rf',
  `${'n'.repeat(300)}`,
  'Shop!',
]

test('no name leads out of the folder of all projects, and none is the same as another', () => {
  const root = '/home/u/.local/state/octo/projects'
  const folders = strange.map((name) =>
    projectFolder({ name, document: '/srv/octo.yaml' }, { HOME: '/home/u' }, 'linux'),
  )
  for (const folder of folders) assert.match(relative(root, folder), /^[a-z0-9][a-z0-9_-]{0,39}-[0-9a-f]{16}$/)
  assert.equal(new Set(folders).size, strange.length)
})

test('projects of one name in two places are two, and one place reached in two ways is one', (t) => {
  const home = tempFolder(t)
  for (const name of ['a', 'b']) mkdirSync(join(home, name))
  symlinkSync(join(home, 'a'), join(home, 'link'))
  const of = (folder: string) =>
    projectFolder({ name: 'shop', document: join(home, folder, 'octo.yaml') }, { HOME: home })
  assert.notEqual(of('a'), of('b'))
  assert.equal(of('a'), of('link'))
})

test('the state is where the system wants it', () => {
  const project = { name: 'shop', document: '/srv/octo.yaml' }
  const begins = (env: Record<string, string>, platform: string) =>
    projectFolder(project, env, platform).split('octo')[0]
  assert.equal(begins({ HOME: '/home/u' }, 'linux'), '/home/u/.local/state/')
  assert.equal(begins({ HOME: '/home/u', XDG_STATE_HOME: '/var/u' }, 'linux'), '/var/u/')
  assert.equal(begins({ HOME: '/home/u', XDG_STATE_HOME: 'relative' }, 'linux'), '/home/u/.local/state/')
  assert.equal(begins({ HOME: '/Users/u' }, 'darwin'), '/Users/u/Library/Application Support/')
})

test('a user without a home is told which variable says where things are kept, and that variable does', (t) => {
  const elsewhere = tempFolder(t)
  const project = { name: 'shop', document: '/srv/octo.yaml' }
  const places: readonly (readonly [variable: string, folder: (env: Record<string, string>) => string])[] = [
    ['XDG_STATE_HOME', (env) => projectFolder(project, env, 'linux')],
    ['OCTO_HOME', (env) => storeRootOf(env, 'linux')],
    ['XDG_CONFIG_HOME', (env) => userConfigFolder(env)],
    ['HOME', (env) => openCacheFolder(project, env)],
  ]
  withoutHome(t)
  for (const [variable, folder] of places) {
    const { message, hint = '' } = expectCode('IO_FAILED', () => folder({}))
    assert.match(message, /^there is no place for .*: HOME is not set, and this user has no home folder$/)
    assert.equal(/^set (\w+) to a folder of your own$/.exec(hint)?.[1], variable)
    assert.ok(folder({ [variable]: elsewhere }).startsWith(elsewhere), variable)
  }
})

test('a project without a name is called after its folder or address', () => {
  const named = (file: string, name?: string) =>
    projectOf({ files: [file], ...(name === undefined ? {} : { name }) }).name
  assert.equal(named('/srv/My Shop/octo.yaml'), 'my-shop')
  assert.equal(named('https://x.example/configs/shop.yaml?a=1'), 'shop')
  assert.equal(named('/octo.yaml'), 'project')
  assert.equal(named('/srv/shop/octo.yaml', 'Mine'), 'Mine')
})
