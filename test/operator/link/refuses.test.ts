// What `octo link` refuses: folders that are not safe, programs of others, and plugins of which each run needs octo.
import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { requireFolderOfShims, requireShimFolder } from '../../../operator/link/folder.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { aVersion } from '../../support/builders/names.ts'
import { lastingFolder, noLastingFolder } from '../../support/machine/lasting-folder.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import type { LinkScene } from '../../support/operator/linked-plugins.ts'
import { aLinkScene, aNodePlugin, aScriptPlugin } from '../../support/operator/linked-plugins.ts'

const skip = process.platform === 'linux' ? noLastingFolder : 'plugins are linked on Linux only'
const IS_ROOT = process.getuid?.() === 0
const SOMEBODY = 54_321

/** Folders that shims are not written into. */
const FOLDERS: readonly (readonly [string, (folder: string) => string, RegExp])[] = [
  ['that all may write', (folder) => made(folder, 0o777), /can be written by other users/],
  ['of a shared group', (folder) => made(folder, IS_ROOT ? 0o775 : 0o777), /can be written by other users/],
  ['for temporary files', (folder) => made(folder, 0o1777), /lets other users add files/],
  ['in one that all may write', (folder) => join(made(folder, 0o777), 'inner'), /can be written by other users/],
  ['in one for temporary files', (folder) => join(made(folder, 0o1777), 'inner'), /lets other users add files/],
  ['behind a link into one', (folder) => linkTo(join(made(folder, 0o1777), 'inner')), /lets other users add files/],
]
for (const [what, arrange, problem] of FOLDERS)
  test(`no shim is written into a folder ${what}`, { skip }, (t) => {
    const folder = arrange(join(lastingFolder(t), 'x'))
    mkdirSync(folder, { recursive: true })
    const error = expectCode('LINK_UNSAFE', () => requireShimFolder(folder, '/'))
    assert.match(error.message, problem)
    assert.ok(error.hint)
  })

test('shims are taken away below a folder for temporary files, but not where others could put another folder', {
  skip,
}, (t) => {
  for (const [mode, isRefused] of [
    [0o1777, false],
    [0o777, true],
  ] as const) {
    const outer = made(join(lastingFolder(t), 'x'), mode)
    const inner = join(outer, 'inner')
    if (isRefused) expectCode('LINK_UNSAFE', () => requireFolderOfShims(inner, '/'))
    else assert.equal(requireFolderOfShims(inner, '/'), inner)
  }
})

test('no shim is written into a folder of somebody else, a file, a name with a line break, or nowhere', {
  skip,
}, (t) => {
  const folder = lastingFolder(t)
  assert.equal(requireShimFolder('.', folder), folder)
  writeFileSync(join(folder, 'file'), '')
  for (const name of ['file', 'nowhere', 'file/below'])
    assert.ok(['FILE_NOT_FOUND', 'IO_FAILED'].includes(expectAny(() => requireShimFolder(name, folder))))
  expectCode('USAGE', () => requireShimFolder('a\nb', folder))
  if (!IS_ROOT) return
  chownSync(folder, SOMEBODY, SOMEBODY)
  assert.match(expectCode('LINK_UNSAFE', () => requireShimFolder(folder, '/')).message, /belongs to another user/)
})

test('a program of the same name that is no shim is kept', { skip }, async (t) => {
  const scene = await aLinkScene(t, [aScriptPlugin])
  const shim = scene.shim('script')
  const others: readonly (() => void)[] = [
    () => writeFileSync(shim, 'mine'),
    () => writeFileSync(shim, ''),
    () => mkdirSync(shim),
    () => symlinkSync('nowhere', shim),
    () => symlinkSync('/bin/true', shim),
  ]
  for (const other of others) {
    other()
    const before = lstatSync(shim, { bigint: true }).ctimeNs
    const { code, stderr } = await scene.octo('link', 'script', '--to', scene.bin)
    assert.equal(code, 73, stderr)
    assert.match(stderr, /ALREADY_EXISTS/)
    assert.match((await scene.octo('unlink', 'script', '--from', scene.bin)).stderr, /LINK_REFUSED.*is kept/s)
    assert.equal(lstatSync(shim, { bigint: true }).ctimeNs, before)
    rmSync(shim, { recursive: true })
  }
  assert.equal(existsSync(scene.lockPath), false, 'found before anything was asked')
})

/** What cannot be linked, and what is said of it. */
const REFUSED: Readonly<Record<string, readonly [(scene: LinkScene) => readonly string[], RegExp]>> = {
  'a config that warns': [
    ({ configPath, configText }) => {
      writeFileSync(configPath, configText.replace('services', 'servces'))
      return ['script']
    },
    /LINK_REFUSED.*config that warns.*servces.*hint: /s,
  ],
  'a config with templates': [
    ({ configPath, configText }) => {
      writeFileSync(configPath, `${configText}  # {{.env.HOME}}\n`)
      return ['script']
    },
    /LINK_REFUSED.*config with templates.*hint: /s,
  ],
  'an unsigned plugin': [
    ({ configPath, configText, registry }) => {
      writeFileSync(configPath, configText.replace(/keys: \[.*\]\}/, 'trust: unsigned}'))
      for (const [path, bytes] of [...registry.files])
        registry.files.set(`${path}.sha256`, Buffer.from(digestOf(bytes).slice('sha256:'.length)))
      return ['script']
    },
    /LINK_REFUSED.*comes unsigned.*hint: /s,
  ],
  'a plugin that reads JSON': [() => ['json'], /LINK_REFUSED.*reads its arguments as JSON.*octo check/s],
  'a plugin that is not there': [() => ['nowhere'], /PLUGIN_NOT_FOUND/],
  'a plugin for a newer octo': [() => ['newer'], /OPERATOR_TOO_OLD/],
  'two of one name': [() => ['script', 'core/script'], /USAGE.*two of the plugins/s],
  'no plugin': [() => [], /USAGE.*a plugin to link is needed/s],
}
for (const [what, [arrange, problem]] of Object.entries(REFUSED))
  test(`octo link refuses ${what}, and writes nothing`, { skip }, async (t) => {
    const json = { ...aScriptPlugin, plugin: 'json', manifest: { input: 'json' as const } }
    const newer = { ...aScriptPlugin, plugin: 'newer', manifest: { minimumOperator: aVersion('99.0.0') } }
    const scene = await aLinkScene(t, [aScriptPlugin, json, newer, aNodePlugin])
    const words = arrange(scene)
    const { code, stderr } = await scene.octo(
      'link',
      ...words,
      ...(words.length === 1 ? ['by-node'] : []),
      '--to',
      scene.bin,
    )
    assert.notEqual(code, 0)
    assert.match(stderr, problem)
    assert.deepEqual(readdirSync(scene.bin), [])
  })

test('a config below a folder with a line break in its name is refused, as no shim can name it', {
  skip,
}, async (t) => {
  const home = join(tempFolder(t), 'a\nb')
  mkdirSync(home)
  const scene = await aLinkScene(t, [aScriptPlugin], home)
  const { code, stderr } = await scene.octo('link', 'script', '--to', scene.bin)
  assert.equal(code, 64)
  assert.match(stderr, /USAGE.*line break/)
  assert.deepEqual(readdirSync(scene.bin), [])
})

test('a plugin in another version than the locked one is not linked, until it is locked', { skip }, async (t) => {
  const scene = await aLinkScene(t, [aScriptPlugin, { ...aScriptPlugin, version: '2.0.0' }])
  const pinned = scene.configText.replace('services: {}', 'plugins: {script: {version: ^2}}\n  services: {}')
  writeFileSync(scene.configPath, pinned)
  assert.equal((await scene.octo('lock')).code, 0)
  const { stderr } = await scene.octo('link', 'script@^1', '--to', scene.bin)
  assert.match(stderr, /LINK_REFUSED.*another version than the locked one.*octo update script/s)
  assert.equal((await scene.octo('link', 'script@^2', '--to', scene.bin)).code, 0)
})

function made(folder: string, mode: number): string {
  mkdirSync(join(folder, 'inner'), { recursive: true })
  chmodSync(folder, mode)
  return folder
}

function linkTo(folder: string): string {
  const path = join(dirname(dirname(folder)), 'link')
  symlinkSync(folder, path)
  return path
}

function expectAny(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    return (error as { code: string }).code
  }
  return 'nothing was thrown'
}
