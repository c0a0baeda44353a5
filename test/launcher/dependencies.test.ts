// A checkout that was updated and not set up again, or whose dependencies are damaged, says so before anything runs.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isInstalled, isMissingModule, isReady, missingModule } from '../../bin/installed.js'
import { triesEveryCase } from '../support/machine/full-form.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const STAMP = 'node_modules/.octo-lockfile'

type Entry = { version: string; integrity: string; optional?: boolean; dev?: boolean; devOptional?: boolean }
const entry = (version: string, flags: Partial<Entry> = {}): Entry => ({
  version,
  integrity: `sha512-${version}`,
  ...flags,
})

/** A checkout whose octo only says that it ran; what npm recorded is what lies there. */
function aCheckout(t: TestContext, present: Record<string, Entry>, wanted = present): string {
  const folder = tempFolder(t)
  cpSync(join(root, 'bin'), join(folder, 'bin'), { recursive: true })
  cpSync(join(root, 'package.json'), join(folder, 'package.json'))
  writeFileSync(join(folder, 'octo.ts'), `export const runOcto = async () => { console.log('ran'); return 0 }`)
  for (const name of Object.keys(present)) {
    mkdirSync(join(folder, 'node_modules', name), { recursive: true })
    writeFileSync(join(folder, 'node_modules', name, 'package.json'), '{}')
  }
  write(folder, 'node_modules/.package-lock.json', present)
  write(folder, 'package-lock.json', wanted)
  return folder
}

function write(folder: string, file: string, entries: Record<string, Entry>): void {
  const packages = Object.fromEntries(Object.entries(entries).map(([name, each]) => [`node_modules/${name}`, each]))
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  writeFileSync(join(folder, file), JSON.stringify({ packages: { '': { name: 'octo' }, ...packages } }))
}

function start(folder: string, word = 'list') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'bin/octo.js'), word], {
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

const ran = { status: 0, stdout: 'ran\n', stderr: '' }
const refused = (folder: string) => ({
  status: 78,
  stdout: '',
  stderr: `the dependencies of octo are not those of this version: run \`node setup.js\` in \`${folder}\`\n`,
})

test('an update that changes the lockfile is noticed at the next start, whichever time the file carries', (t) => {
  const folder = aCheckout(t, { a: entry('1.0.0') })
  assert.deepEqual(start(folder), ran)
  write(folder, 'package-lock.json', { a: entry('1.0.1') })
  assert.deepEqual(start(folder), refused(folder))
  for (const when of [new Date(), new Date(0), new Date(Date.now() + 86_400_000)]) {
    utimesSync(join(folder, 'package-lock.json'), when, when)
    // All that the launcher asks before it starts anything.
    assert.equal(isReady(folder), false, when.toISOString())
  }
  write(folder, 'package-lock.json', { a: entry('1.0.0') })
  assert.deepEqual(start(folder), ran, 'going back is ready again')
})

test('what is installed is compared with the lockfile, package by package', (t) => {
  const a = entry('1.0.0')
  const cases: [string, boolean, Record<string, Entry>, Record<string, Entry>][] = [
    ['the same', true, { a }, { a }],
    ['a package more than wanted', true, { a, b: a }, { a }],
    ['one is missing', false, { a }, { a, b: a }],
    ['another version', false, { a }, { a: entry('1.0.1') }],
    ['other bytes of the same version', false, { a }, { a: { ...a, integrity: 'sha512-x' } }],
    ['an optional one is missing', true, { a }, { a, b: { ...a, optional: true } }],
    ['an optional one is of another version', false, { a, b: a }, { a, b: entry('2.0.0', { optional: true }) }],
    ['one for development is missing', true, { a }, { a, b: { ...a, dev: true } }],
    ['one for development of an optional one is missing', true, { a }, { a, b: { ...a, devOptional: true } }],
    ['one for development is of another version', false, { a, b: a }, { a, b: entry('2.0.0', { dev: true }) }],
  ]
  for (const [title, ready, present, wanted] of cases)
    assert.equal(isReady(aCheckout(t, present, wanted)), ready, title)
})

test('a package that was taken away is noticed by the set-up, though npm recorded it', (t) => {
  const folder = aCheckout(t, { a: entry('1.0.0'), b: entry('1.0.0') })
  assert.equal(isInstalled(folder), true)
  rmSync(join(folder, 'node_modules/b'), { recursive: true })
  assert.equal(isInstalled(folder), false)
})

test('an installation without development packages starts, and the set-up of a checkout completes it', (t) => {
  const folder = aCheckout(t, { a: entry('1.0.0') }, { a: entry('1.0.0'), b: entry('1.0.0', { dev: true }) })
  assert.equal(isReady(folder), true)
  assert.equal(isInstalled(folder), false)
})

test('an installation without a lockfile, as npm makes it from a package, starts; one without a record does not', (t) => {
  const folder = aCheckout(t, { a: entry('1.0.0') })
  rmSync(join(folder, 'node_modules/.package-lock.json'))
  assert.deepEqual(start(folder), refused(folder))
  rmSync(join(folder, 'package-lock.json'))
  assert.deepEqual(start(folder), ran)
})

test('the second start reads one line, and a stamp that cannot be written only costs time', (t) => {
  const folder = aCheckout(t, { a: entry('1.0.0') })
  assert.equal(isReady(folder), true)
  writeFileSync(join(folder, 'node_modules/.package-lock.json'), 'not JSON: whoever reads this refuses')
  assert.equal(isReady(folder), true)
  rmSync(join(folder, STAMP))
  assert.equal(isReady(folder), false)
  const other = aCheckout(t, { a: entry('1.0.0') })
  mkdirSync(join(other, STAMP))
  assert.equal(isReady(other), true)
})

test('the version needs no dependencies', (t) => {
  const folder = aCheckout(t, { a: entry('1.0.0') }, { a: entry('2.0.0') })
  assert.equal(start(folder, '--version').status, 0)
})

/** The sources of octo beside its dependencies. */
function aWholeCheckout(t: TestContext): string {
  const folder = tempFolder(t)
  for (const part of [
    'bin',
    'octo.ts',
    'package.json',
    'schemas',
    'system',
    'credentials',
    'oci',
    'trust',
    'config',
    'static-tree',
    'terminal',
    'registry',
    'client',
  ])
    cpSync(join(root, part), join(folder, part), { recursive: true })
  mkdirSync(join(folder, 'node_modules'))
  for (const name of readdirSync(join(root, 'node_modules')).filter((each) => !each.startsWith('.')))
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  return folder
}

test('a checkout without one of its dependencies', async (t) => {
  // One folder for all: Node finds there what it compiled of the same sources.
  const folder = aWholeCheckout(t)

  await t.test('a missing one is one sentence with the command, whatever is loaded with it', () => {
    const words = [
      ['yaml', ['registry', 'repo', 'list']],
      ['better-sqlite3', ['registry', 'repo', 'create', 'acme', '--data', 'd']],
      ['picocolors', ['instal']],
      // Loaded by the same module as `yaml`, or by one beside it.
      ...(triesEveryCase ? [['commander', ['registry', 'repo', 'list']] as const] : []),
    ] as const
    for (const [missing, args] of words) {
      const place = join(folder, 'node_modules', missing)
      rmSync(place)
      const { status, stdout, stderr } = octo(folder, args)
      symlinkSync(join(root, 'node_modules', missing), place)
      assert.deepEqual({ status, stdout }, { status: 78, stdout: '' }, `${missing}: ${stderr}`)
      assert.match(stderr, /a dependency of octo is missing or damaged/, missing)
      assert.ok(stderr.includes(`run \`node setup.js\` in \`${folder}\``), stderr)
      assert.doesNotMatch(stderr, /INTERNAL|^ +at /m, missing)
    }
  })

  await t.test('a missing one is NOT_SET_UP for programs, and a damaged one is installed anew by npm', () => {
    const present = { yaml: entry('1.0.0') }
    rmSync(join(folder, 'node_modules/yaml'))
    mkdirSync(join(folder, 'node_modules/yaml'))
    writeFileSync(join(folder, 'node_modules/yaml/package.json'), '{"name":"yaml","main":"gone.js"}')
    write(folder, 'node_modules/.package-lock.json', present)
    write(folder, 'package-lock.json', present)
    const { status, stderr } = octo(folder, ['registry', 'repo', 'list', '--json'])
    const { code, hint } = JSON.parse(stderr).error
    assert.deepEqual(
      { status, code, hint },
      { status: 78, code: 'NOT_SET_UP', hint: `run \`npm ci\` in \`${folder}\`` },
    )
  })
})

function octo(folder: string, words: readonly string[]) {
  return spawnSync(process.execPath, [join(folder, 'bin/octo.js'), ...words], { cwd: folder, encoding: 'utf8' })
}

test('what a package of octo lacks is no matter of npm', (t) => {
  const folder = aCheckout(t, { a: entry('1.0.0') })
  assert.match(missingModule(folder).hint, /^run `npm ci`/)
  rmSync(join(folder, 'octo.ts'))
  assert.match(missingModule(folder).hint, /^install octo again; the registry needs /)
})

test('only what is missing among packages counts, not a file of octo itself or of its user', () => {
  const failed = (code: string, message: string) => Object.assign(new Error(message), { code })
  const missing = [
    failed('ERR_MODULE_NOT_FOUND', "Cannot find package 'yaml' imported from /x/schemas/yaml/parse.ts"),
    failed('ERR_MODULE_NOT_FOUND', "Cannot find package '@sigstore/sign' imported from /x/a.ts"),
    failed('ERR_MODULE_NOT_FOUND', "Cannot find module '/x/node_modules/yaml/dist/index.js' imported from /x/a.ts"),
    failed(
      'ERR_MODULE_NOT_FOUND',
      "Cannot find module 'C:\\x\\node_modules\\yaml\\dist\\index.js' imported from C:\\x",
    ),
    failed('MODULE_NOT_FOUND', "Cannot find module 'semver'\nRequire stack:\n- /x/schemas/version.ts"),
    failed('ERR_DLOPEN_FAILED', 'The module was compiled against a different Node.js version'),
  ]
  const others = [
    failed('ERR_MODULE_NOT_FOUND', "Cannot find module '/x/schemas/yaml/parse.ts' imported from /x/octo.ts"),
    failed('MODULE_NOT_FOUND', "Cannot find module './yaml.ts'"),
    failed('ENOENT', "Cannot find package 'yaml'"),
    new Error("Cannot find package 'yaml'"),
    undefined,
    'text',
  ]
  for (const error of missing) assert.equal(isMissingModule(error), true, error.message)
  for (const error of others) assert.equal(isMissingModule(error), false, String(error))
})
