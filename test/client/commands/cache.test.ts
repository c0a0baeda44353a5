// `octo cache`, `octo install --shared`, `octo list` and `octo doctor` about the stores of a machine, as people and programs read it.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { layoutOf } from '../../../client/store/layout.ts'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { nameOfThisProcess } from '../../../system/process/own-name.ts'
import { aMachine, key } from '../../support/client/client-machine.ts'
import { whyUnreachable } from '../../support/machine/other-users.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { startStaticRegistry } from '../../support/registry/static-registry.ts'

async function aCommandLine(t: TestContext) {
  const machine = await aMachine(t)
  const { folder, registry } = machine
  const mirror = await startStaticRegistry(t, machine.releases)
  const repo = `{url: "${registry.url()}", mirrors: ["${mirror.url()}"], keys: ["${publicKeyLine(key.trustKey)}"]}`
  writeFileSync(join(folder, 'octo.yaml'), `operator:\n  repos: {core: ${repo}}\n  plugins: {hello: "^1"}\n`)
  const env: Record<string, string> = { HOME: folder, OCTO_HOME: join(folder, 'own') }
  const octo = async (...words: readonly string[]) => {
    const { code, stdout, stderr } = await octoIn({ cwd: folder, env }, words)
    return { code, out: stdout, err: stderr, json: () => JSON.parse(stdout) }
  }
  return { ...machine, env, octo, mirror }
}

test('`octo cache` says how large the store is, when it last made room and what would go', async (t) => {
  const { octo, env } = await aCommandLine(t)
  const never = await octo('cache')
  assert.equal(never.code, 0, never.err)
  assert.match(
    never.out,
    /^store: .*\/own, 0 artifacts, 0 B\nlimit: 2 GiB\nlast made room: never\nwould remove now: nothing\n$/,
  )
  assert.equal((await octo('install', '--platform', 'linux_amd64')).code, 0)
  const { root, artifacts, bytes, limitBytes, last, next, shared } = (await octo('cache', '--json')).json()
  assert.deepEqual([root, artifacts, limitBytes, shared], [env.OCTO_HOME, 1, 2 * 1024 ** 3, null])
  assert(bytes > 0)
  assert.deepEqual([last.removed, last.bytes, next], [0, 0, { removable: [] }])
  env.OCTO_CACHE_LIMIT = 'off'
  assert.match((await octo('cache')).out, /limit: off.*\n.*\nwould remove now: nothing, as it is off\n$/)
  env.OCTO_CACHE_LIMIT = 'much'
  const wrong = await octo('cache')
  assert.equal(wrong.code, 64)
  assert.match(wrong.err, /OCTO_CACHE_LIMIT is `much`, expected a size such as `2GiB`, or `off`/)
})

test('`octo cache gc` removes what killed runs have left among temporary files, and only looks with --dry-run', {
  skip: process.platform !== 'linux' && 'processes are told apart by /proc',
}, async (t) => {
  const { octo, env } = await aCommandLine(t)
  const TMPDIR = tempFolder(t)
  Object.assign(env, { TMPDIR })
  // Of a process that began later than any did.
  const name = nameOfThisProcess().replace(/-\d+-\d+$/, `-4194304-${'9'.repeat(18)}`)
  // Another run of this test has others.
  const made = randomBytes(3).toString('hex')
  const left = [`octo-run-${name}-${made}`, `octo-run-${process.getuid?.()}/${name}-${made}`]
  for (const folder of [...left, 'octo-run-mine']) mkdirSync(join(TMPDIR, folder), { recursive: true, mode: 0o700 })
  const found = () => [...left, 'octo-run-mine'].map((folder) => existsSync(join(TMPDIR, folder)))
  assert.equal((await octo('cache', 'gc', '--dry-run')).code, 0)
  assert.deepEqual(found(), [true, true, true])
  assert.equal((await octo('cache', 'gc')).code, 0)
  assert.deepEqual(found(), [false, false, true])
})

test('`octo cache gc` names each thing that it removes, and why', async (t) => {
  const { octo, folder } = await aCommandLine(t)
  await octo('install', '--platform', 'linux_amd64')
  rmSync(join(folder, 'octo.lock'))
  const planned = await octo('cache', 'gc', '--dry-run', '--min-age-hours', '0')
  assert.match(planned.out, /^blobs\/sha256\/[0-9a-f]{64} {2}\d+ B {2}no known lockfile names it$/m)
  assert.match(planned.out, /^would remove \d+ things, /m)
  const { removed } = (await octo('cache', 'gc', '--json', '--min-age-hours', '0')).json()
  assert(removed.every(({ why }: { why: string }) => why.length > 0))
  assert.match((await octo('cache')).out, /^store: .*, 0 artifacts, 0 B$/m)
})

test('root fills a shared store in one line, and users list, name and examine it', async (t) => {
  const { octo, env, folder, registry } = await aCommandLine(t)
  const without = await octo('install', '--shared')
  assert.equal(without.code, 64)
  assert.match(without.err, /`OCTO_SHARED_STORE` names, and that is not set/)
  const root = join(folder, 'shared')
  env.OCTO_SHARED_STORE = root
  chmodSync(folder, 0o700)
  const closed = await octo('install', '--shared', '--platform', 'linux_amd64')
  assert.equal(closed.code, 0, closed.err)
  const isClosedAbove = whyUnreachable() !== undefined
  const named = isClosedAbove ? '/\\S+' : folder
  assert.match(closed.err, new RegExp(`other users cannot reach ${root}: ${named} lets nobody pass`))
  chmodSync(folder, 0o755)
  const filled = await octo('install', '--shared', '--platform', 'linux_amd64')
  if (!isClosedAbove) assert.match(filled.err, new RegExp(`all users of this machine may read ${root}`))
  const { base, trees, memos, locks, parts } = layoutOf(root)
  assert.deepEqual([root, base, trees].map(modeOf), [0o755, 0o755, 0o755])
  assert.deepEqual([memos, locks, parts].map(modeOf), [0o700, 0o700, 0o700])
  registry.requests.length = 0
  const used = (await octo('install', '--frozen', '--offline', '--json', '--platform', 'linux_amd64')).json()
  assert(used.plugins[0].path.startsWith(root))
  assert.equal((await octo('list', '--json', '--platform', 'linux_amd64')).json()[0].state, 'shared')
  assert.deepEqual(registry.requests, [])
  assert.match((await octo('cache')).out, new RegExp(`^shared store: ${root}, 1 artifact$`, 'm'))
  const { findings } = (await octo('doctor', '--json')).json()
  const of = (subject: string) => findings.filter((one: { subject: string }) => one.subject === subject)
  assert.deepEqual(of('shared store'), [{ subject: 'shared store', state: 'good', said: `${root}, 1 artifact` }])
  env.OCTO_SHARED_STORE = join(folder, 'nowhere')
  const [gone] = (await octo('doctor', '--json'))
    .json()
    .findings.filter((one: { subject: string }) => one.subject === 'shared store')
  assert.deepEqual(
    [gone.state, gone.said],
    ['warning', `\`${join(folder, 'nowhere')}\` is passed over: it is not there`],
  )
  assert.match(gone.hint, /octo install --shared/)
  env.OCTO_HOME = root
  env.OCTO_SHARED_STORE = root
  assert.match((await octo('cache')).out, /would remove now: nothing, as other users read this store/)
})

function modeOf(path: string): number {
  return statSync(path).mode & 0o777
}

test('`octo doctor` asks each mirror, and says which is used where the repo itself is silent', async (t) => {
  const { octo, registry, mirror } = await aCommandLine(t)
  await octo('lock')
  const mirrorsNow = async () => {
    const { findings } = (await octo('doctor', '--json')).json()
    return findings.filter(({ subject }: { subject: string }) => /^(mirror of|repo) core$/.test(subject))
  }
  const shown = (rows: readonly { state: string; said: string; hint?: string }[]) =>
    rows.map(({ state, said, hint }) => [state, said, hint ?? ''])
  assert.deepEqual(shown(await mirrorsNow()), [
    ['good', `${registry.url()} answers`, ''],
    ['good', `${mirror.url()} answers`, ''],
  ])
  mirror.files.delete('repos/core/hello.json')
  assert.deepEqual(shown(await mirrorsNow())[1]?.slice(0, 2), [
    'warning',
    `${mirror.url()} is behind, and passed over, for \`hello\``,
  ])
  registry.misbehave = (_path, _request, response) => Boolean(response.destroy())
  const [own] = shown(await mirrorsNow())
  assert.deepEqual([own?.[0], own?.[2]], ['warning', `its mirror ${mirror.url()} is used`])
})
