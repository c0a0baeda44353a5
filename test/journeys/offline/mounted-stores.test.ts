// Stores as containers have them: read-only mounts, image layers, other users, no home, mounts that execute nothing.
import assert from 'node:assert/strict'
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { aRelease } from '../../support/builders/test-authority.ts'
import { key } from '../../support/client/client-machine.ts'
import { aConsumer } from '../../support/client/consumer.ts'
import { triesEveryCase } from '../../support/machine/full-form.ts'
import { filesBelow, tempFolder } from '../../support/machine/temp-folder.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { BUNDLE } from '../../support/octo/run-octo.ts'
import { startStaticRegistry } from '../../support/registry/static-registry.ts'

const OCTO = fileURLToPath(new URL('../../../bin/octo.js', import.meta.url))
const canMount =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['-m', 'mount', '--bind', '/tmp', '/tmp']).status === 0
const skip = canMount ? false : 'needs Linux, root and `unshare -m`'
const skipUmask = process.platform === 'win32' && 'there are no umasks'
const USER = 12_345

type Outcome = { readonly code: number; readonly stdout: string; readonly stderr: string }

/** The real octo, after shell lines in a mount namespace of its own. */
function inNamespace(t: TestContext, script: string, options: { cwd: string; env: Readonly<Record<string, string>> }) {
  const env = { PATH: process.env.PATH ?? '', NODE: process.execPath, OCTO, ...BUNDLE, ...options.env }
  return new Promise<Outcome>((resolve) => {
    const child = execFile('unshare', ['-m', 'sh', '-c', script], { cwd: options.cwd, env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
    t.after(() => child.kill())
  })
}

const octo = (words: string) => `"$NODE" "$OCTO" ${words}`
const readOnly = (store: string) => `mount --bind "${store}" "${store}" && mount -o remount,ro,bind "${store}" && `

/** A consumer that ran its check and its plugin once. */
async function anInstalled(t: TestContext) {
  const registry = await startStaticRegistry(t, [await aRelease(key)])
  const services = { a: { preflight: [{ tool: 'hello' }] } }
  const consumer = aConsumer(t, { url: registry.url(), key, services })
  const first = await consumer.octoHere('check')
  assert.equal(first.code, 0, first.stderr)
  return consumer
}

const READING = ['check --frozen --offline', 'run --frozen --offline hello', 'check']

test('checks and runs from a read-only store, in place and copied as an image layer is', { skip }, async (t) => {
  const consumer = await anInstalled(t)
  const image = join(consumer.folder, 'image')
  execFileSync('cp', ['-a', consumer.store, image])
  for (const store of [image, consumer.store]) {
    const before = filesBelow(store)
    const env = { ...consumer.env, OCTO_HOME: store, HOME: consumer.folder }
    // That the store is the one in place or a copy has nothing to do with what is asked of it.
    for (const words of triesEveryCase ? READING : store === image ? READING.slice(0, 2) : READING.slice(1)) {
      const { code, stdout, stderr } = await inNamespace(t, readOnly(store) + octo(words), {
        cwd: consumer.folder,
        env,
      })
      assert.equal(code, 0, `${words}: ${stderr}`)
      if (words.startsWith('run')) assert.equal(stdout, 'hello 1.0.0\n', words)
    }
    assert.deepEqual(filesBelow(store), before)
  }
})

test('runs scripts from a mount that executes nothing, as their interpreter is elsewhere', { skip }, async (t) => {
  const consumer = await anInstalled(t)
  const env = { ...consumer.env, HOME: consumer.folder }
  const { store } = consumer
  const noexec = `mount --bind "${store}" "${store}" && mount -o remount,noexec,bind "${store}" && `
  const run = await inNamespace(t, noexec + octo('run --frozen --offline hello'), { cwd: consumer.folder, env })
  assert.deepEqual([run.code, run.stdout], [0, 'hello 1.0.0\n'], run.stderr)
})

test('an image’s store that belongs to another user is refused, and its own copy is not', { skip }, async (t) => {
  const consumer = await anInstalled(t)
  chmodSync(consumer.folder, 0o755)
  const as = (home: string, words: string) =>
    inNamespace(t, `exec setpriv --reuid ${USER} --regid ${USER} --clear-groups ${octo(words)}`, {
      cwd: consumer.folder,
      env: { ...consumer.env, OCTO_HOME: home, HOME: '/' },
    })
  const foreign = await as(consumer.store, 'check --frozen --offline')
  assert.notEqual(foreign.code, 0)
  assert.match(foreign.stderr, /STORE_UNSAFE|IO_FAILED/)
  assert.match(foreign.stderr, /OCTO_HOME/)
  const own = join(consumer.folder, 'own')
  execFileSync('cp', ['-a', consumer.store, own])
  execFileSync('chown', ['-R', `${USER}:${USER}`, own])
  const passed = await as(own, 'check --frozen --offline')
  assert.equal(passed.code, 0, passed.stderr)
})

test('without a home a user says OCTO_HOME, and is told so', { skip }, async (t) => {
  const consumer = await anInstalled(t)
  execFileSync('chmod', ['-R', 'a+rX', consumer.folder])
  for (const home of ['unset HOME;', 'export HOME=/;']) {
    const script = `unset OCTO_HOME XDG_CACHE_HOME; ${home} exec setpriv --reuid ${USER} --regid ${USER} --clear-groups ${octo('check')}`
    const { code, stderr } = await inNamespace(t, script, { cwd: consumer.folder, env: {} })
    assert.notEqual(code, 0, home)
    assert.match(stderr, /OCTO_HOME/, home)
    assert.doesNotMatch(stderr, /INTERNAL| at .*\.ts:/, home)
  }
})

test('keeps the store private and the lockfile readable under every umask', { skip: skipUmask }, async (t) => {
  const registry = await startStaticRegistry(t, [await aRelease(key)])
  for (const umask of [0o000, 0o022, 0o077]) {
    const consumer = aConsumer(t, { url: registry.url(), key, services: { a: { preflight: [{ tool: 'hello' }] } } })
    const { code, stderr } = await underUmask(umask, () => consumer.octoHere('check'))
    const where = umask.toString(8)
    assert.equal(code, 0, `${where}: ${stderr}`)
    assert.equal(statSync(consumer.store).mode & 0o777, 0o700, where)
    const open = filesBelow(consumer.store).filter((path) => (statSync(join(consumer.store, path)).mode & 0o022) !== 0)
    assert.deepEqual(open, [], where)
    assert.equal(statSync(join(consumer.folder, 'octo.lock')).mode & 0o777, 0o644, where)
  }
})

async function underUmask<Result>(umask: number, work: () => Promise<Result>): Promise<Result> {
  const before = process.umask(umask)
  try {
    return await work()
  } finally {
    process.umask(before)
  }
}

test('names a folder for temporary files that is missing, none, or read-only, and TMPDIR', { skip }, async (t) => {
  const consumer = await anInstalled(t)
  const place = tempFolder(t)
  mkdirSync(join(place, 'ro'))
  writeFileSync(join(place, 'file'), '')
  const cases = {
    missing: ['', join(place, 'missing')],
    'a file': ['', join(place, 'file')],
    'read-only': [readOnly(join(place, 'ro')), join(place, 'ro')],
  } as const
  for (const [what, [before, tmp]] of Object.entries(cases)) {
    const env = { ...consumer.env, HOME: consumer.folder, TMPDIR: tmp }
    // What needs no mount is asked in this process.
    const ask = (...words: readonly string[]) =>
      before
        ? inNamespace(t, before + octo(words.join(' ')), { cwd: consumer.folder, env })
        : octoIn({ cwd: consumer.folder, env }, words)
    const run = await ask('run', '--frozen', '--offline', 'hello')
    assert.ok(run.code === 0 || /TMPDIR/.test(run.stderr), `${what}: ${run.code} ${run.stderr}`)
    assert.doesNotMatch(run.stderr, /INTERNAL/, what)
    const check = await ask('check', '--frozen', '--offline')
    assert.ok(
      check.code === 0 || /TMPDIR/.test(check.stdout + check.stderr),
      `${what}: ${check.stdout} ${check.stderr}`,
    )
  }
  assert.deepEqual(readdirSync(join(place, 'ro')), [])
})
