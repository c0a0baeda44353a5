// `octo doctor` on a machine that is in order, and on such that are broken in one thing each.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import type { ReleaseRecipe } from '../../support/builders/test-authority.ts'
import { aRelease, issueKey } from '../../support/builders/test-authority.ts'
import { aMountedDisk, whyNoDisk } from '../../support/machine/mounted-disk.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { startStaticRegistry } from '../../support/registry/static-registry.ts'

type Row = { readonly subject: string; readonly state: string; readonly said: string; readonly hint?: string }

const TEN_MINUTES_MS = 600_000
const NEEDS_PERL = {
  any: { bytes: Buffer.from('#!/usr/bin/perl\n'), runtime: { name: 'perl', version: '>=99' } },
} as const

async function aMachine(t: TestContext, recipe: ReleaseRecipe = {}) {
  const key = issueKey()
  const releases = [await aRelease(key, recipe), await aRelease(key, { plugin: 'other', version: '1.2.3' })]
  const registry = await startStaticRegistry(t, releases)
  const folder = tempFolder(t)
  const config = join(folder, 'octo.yaml')
  const keyLine = publicKeyLine(key.trustKey)
  const writeConfig = (keys = `[${keyLine}]`, url = registry.url()) =>
    writeFileSync(
      config,
      `operator: {repos: {core: {url: "${url}", keys: ${keys}}}, services: {web: {health: [{tool: hello}]}}}\n`,
    )
  writeConfig()
  const env: Record<string, string> = { HOME: folder, OCTO_HOME: join(folder, 'store') }
  const octo = (...words: readonly string[]) => octoIn({ cwd: folder, env }, words)
  async function doctor(...words: readonly string[]) {
    const { code, stdout, stderr } = await octo('doctor', '--json', ...words)
    assert.equal(stderr, '')
    const { healthy, findings } = JSON.parse(stdout) as { healthy: boolean; findings: readonly Row[] }
    assert.equal(code, healthy ? 0 : 1)
    return { code, findings, of: (subject: string) => findings.filter((row) => row.subject === subject) }
  }
  return { registry, folder, config, writeConfig, env, octo, doctor, keyLine, key }
}

test('a machine that is in order is said to be, also to people, and looking at it changes nothing', async (t) => {
  const { octo, doctor, folder } = await aMachine(t)
  assert.equal((await octo('install')).code, 0)
  const locked = readFileSync(join(folder, 'octo.lock'), 'utf8')
  const { code, findings } = await doctor()
  // The room on its disk is for the machine of the test to have, and has a test of its own.
  const others = findings.filter(({ subject }) => subject !== 'disk of the store')
  assert.deepEqual([code, others.filter(({ state }) => state !== 'good')], [0, []])
  const subjects = findings.map(({ subject }) => subject)
  const looked = 'octo,node,temporary folder,installation,store,disk of the store,proxy,authorities,logins,config,clock'
  assert.deepEqual(subjects, [...looked.split(','), 'repo core', 'keys of core', 'lockfile', 'plugin hello'])
  const shown = await octo('doctor')
  assert.match(shown.stdout, /^state +what +how it is\nok +octo +/)
  assert.match(shown.stdout, /\nok +plugin hello +1\.0\.0 is here and proven/)
  assert.match(shown.stderr, /15 things looked at: 0 bad, [01] warnings?\n$/)
  assert.equal(readFileSync(join(folder, 'octo.lock'), 'utf8'), locked)
})

test('what cannot be looked at is unknown and no good news, and offline no repo is asked', async (t) => {
  const { doctor, octo, registry, folder, config } = await aMachine(t)
  assert.equal((await octo('install')).code, 0)
  const asked = registry.requests.length
  const { of, code } = await doctor('--offline')
  assert.equal(registry.requests.length, asked)
  assert.deepEqual([of('repo core')[0]?.state, of('clock')[0]?.state, code], ['unknown', 'unknown', 0])
  rmSync(join(folder, 'octo.lock'))
  writeFileSync(config, readFileSync(config, 'utf8').replace(', services: {web: {health: [{tool: hello}]}}', ''))
  const unasked = await doctor('--offline')
  assert.deepEqual([unasked.of('lockfile')[0]?.state, unasked.of('repo core').length], ['good', 1])
  rmSync(join(folder, 'octo.yaml'))
  const without = await doctor()
  assert.deepEqual([without.of('config')[0]?.state, without.code], ['unknown', 0])
})

type Machine = Awaited<ReturnType<typeof aMachine>>
type Broken = {
  readonly what: string
  readonly before?: 'installed' | 'locked'
  readonly recipe?: ReleaseRecipe
  readonly breaks: (machine: Machine) => unknown
  readonly words?: readonly string[]
  readonly finds: readonly [subject: string, state: string, said: RegExp, hint: RegExp | undefined]
}

const BROKEN: readonly Broken[] = [
  {
    what: 'others can write into the store',
    breaks: ({ env, folder }) => {
      mkdirSync(join(folder, 'store'))
      chmodSync(env.OCTO_HOME ?? '', 0o777)
    },
    finds: ['store', 'bad', /can be written by other users/, /^run `chmod go-w /],
  },
  {
    what: 'the store is a file',
    breaks: ({ folder }) => writeFileSync(join(folder, 'store'), ''),
    finds: ['store', 'bad', /store/, /^set OCTO_HOME to a folder of your own/],
  },
  {
    what: 'TMPDIR names nothing',
    breaks: ({ env, folder }) => Object.assign(env, { TMPDIR: join(folder, 'gone') }),
    finds: ['temporary folder', 'bad', /gone` cannot be used \(ENOENT\)/, /^make it, or unset TMPDIR$/],
  },
  {
    what: 'the config is wrong',
    breaks: ({ config }) => writeFileSync(config, 'operator: {repos: [}\n'),
    finds: ['config', 'bad', /octo\.yaml/, undefined],
  },
  {
    what: 'a config is named that is not there',
    words: ['--config', 'gone.yaml'],
    breaks: () => undefined,
    finds: ['config', 'bad', /gone\.yaml/, undefined],
  },
  {
    what: 'no repo is named for what is asked',
    breaks: ({ config }) => writeFileSync(config, 'operator: {services: {web: {health: [{tool: hello}]}}}\n'),
    finds: ['repos', 'bad', /^there is none that could have the 1 plugin of/, /^add one: `octo add ADDRESS --key KEY`/],
  },
  {
    what: 'the address is of no repo',
    breaks: ({ writeConfig, registry, keyLine }) => writeConfig(`[${keyLine}]`, registry.url('other')),
    finds: ['repo core', 'bad', /there is no repo at/, /compare the `url`/],
  },
  {
    what: 'the registry refuses',
    breaks: ({ registry }) => {
      registry.misbehave = (_path, _request, response) => {
        response.writeHead(403, { 'content-type': 'text/plain' }).end('no')
        return true
      }
    },
    finds: ['repo core', 'bad', /403/, undefined],
  },
  {
    what: 'the clock is ten minutes ahead',
    breaks: ({ registry }) => {
      registry.misbehave = (_path, _request, response) => {
        response.setHeader('date', new Date(Date.now() - TEN_MINUTES_MS).toUTCString())
        return false
      }
    },
    finds: ['clock', 'bad', /^(?:10 min|10 min \d s|9 min \d\d s) ahead of that of `core`$/, /timedatectl/],
  },
  {
    what: 'the only key does not count any more',
    breaks: ({ writeConfig, keyLine }) => writeConfig(`[{key: ${keyLine}, to: 2020-01-02}]`),
    finds: ['keys of core', 'bad', /^none counts now: [0-9a-f]{12} counted until 2020-01-02$/, /get the new key/],
  },
  {
    what: 'nothing is proven',
    breaks: ({ config, registry }) =>
      writeFileSync(config, `operator: {repos: {core: {url: "${registry.url()}", trust: unsigned}}}\n`),
    finds: ['keys of core', 'warning', /nothing is proven/, /name its keys/],
  },
  {
    what: 'the proxy cannot be used',
    breaks: ({ env, writeConfig, keyLine }) => {
      writeConfig(`[${keyLine}]`, 'http://registry.example/repos/core.yaml')
      Object.assign(env, { HTTP_PROXY: 'socks5://user:s3cret@proxy.example:1080' })
    },
    words: ['--offline'],
    finds: ['proxy', 'bad', /^(?!.*s3cret).*HTTP_PROXY/, undefined],
  },
  {
    what: 'the file of authorities is gone',
    breaks: ({ env, folder }) => Object.assign(env, { SSL_CERT_FILE: join(folder, 'gone.pem') }),
    finds: ['authorities', 'bad', /SSL_CERT_FILE names .*gone\.pem/, /or unset it/],
  },
  {
    what: 'others can read the stored tokens',
    breaks: ({ folder }) => {
      mkdirSync(join(folder, '.config', 'octo'), { recursive: true })
      const path = join(folder, '.config', 'octo', 'tokens.json')
      writeFileSync(path, '{"format": "octo.tokens/v1", "tokens": {}}')
      chmodSync(path, 0o644)
    },
    finds: ['logins', 'bad', /other users can read the tokens/, /chmod 600/],
  },
  {
    what: 'nothing is locked',
    breaks: () => undefined,
    finds: ['lockfile', 'warning', /there is none/, /octo lock/],
  },
  {
    what: 'the lockfile is damaged',
    before: 'locked',
    breaks: ({ folder }) => writeFileSync(join(folder, 'octo.lock'), '{'),
    finds: ['lockfile', 'bad', /octo\.lock/, /restore it from version control/],
  },
  {
    what: 'the config asks for more than is locked',
    before: 'locked',
    breaks: ({ config }) =>
      writeFileSync(config, readFileSync(config, 'utf8').replace('tool: hello}', 'tool: hello}, {tool: other}')),
    finds: ['lockfile', 'warning', /does not answer what the config asks of `other`/, /octo lock/],
  },
  {
    what: 'what is locked is not installed',
    before: 'locked',
    breaks: ({ env, folder }) => Object.assign(env, { OCTO_HOME: join(folder, 'another') }),
    finds: ['plugin hello', 'warning', /^is not installed yet$/, /octo install/],
  },
  {
    what: 'a runtime is too old',
    before: 'installed',
    recipe: { platforms: NEEDS_PERL },
    breaks: () => undefined,
    finds: ['plugin hello', 'bad', /needs (?:the interpreter )?`perl`/, /^install /],
  },
  {
    what: 'the repo shows an older state',
    before: 'installed',
    breaks: async ({ registry, key }) => {
      const [path = ''] = [...registry.files.keys()].filter((name) => name === 'repos/core/hello.json')
      const before = registry.files.get(path) as Buffer
      registry.publish(await aRelease(key, { version: '1.1.0' }))
      return before
    },
    finds: ['repo core', 'bad', /`hello` is told in an older state/, /who hides what changed/],
  },
  {
    what: 'what is locked was withdrawn',
    before: 'installed',
    breaks: async ({ registry, key }) =>
      registry.publish(await aRelease(key, {}), { state: 'yanked', reason: 'loses data' }),
    finds: ['repo core', 'warning', /`hello` 1\.0\.0 was yanked: loses data/, /octo update hello/],
  },
]

test(`what is broken is named, with its cure (${BROKEN.length})`, async (t) => {
  for (const { what, before, recipe, breaks, words = [], finds } of BROKEN) {
    const machine = await aMachine(t, recipe)
    if (before) {
      const { code, stderr } = await machine.octo(before === 'locked' ? 'lock' : 'install')
      assert.equal(code, 0, `${what}: ${stderr}`)
    }
    const older = await breaks(machine)
    if (Buffer.isBuffer(older)) {
      await machine.octo('update')
      machine.registry.files.set('repos/core/hello.json', older)
    }
    const { of, code } = await machine.doctor(...words)
    const [subject, state, said, hint] = finds
    const row = of(subject).find((one) => one.state === state)
    assert.ok(row, `${what}: ${JSON.stringify(of(subject))}`)
    assert.match(row.said, said, what)
    if (hint) assert.match(row.hint ?? '', hint, what)
    assert.equal(code, state === 'bad' ? 1 : 0, what)
  }
})

const withDisk = { skip: whyNoDisk() ?? false }

test(
  'a disk that is full and one that runs no programs are found, and the probe is taken away',
  withDisk,
  async (t) => {
    const { env, doctor } = await aMachine(t)
    const disk = aMountedDisk(t, 8 * 1024 ** 2)
    env.OCTO_HOME = join(disk.folder, 'store')
    const full = await doctor()
    assert.deepEqual([full.of('disk of the store')[0]?.state, full.of('store')[0]?.state], ['bad', 'good'])
    execFileSync('mount', ['-o', 'remount,noexec', disk.folder])
    const noexec = await doctor()
    const [store] = noexec.of('store')
    assert.equal(store?.state, 'bad')
    assert.match(store?.said ?? '', /^no program can be started from `.*` \(EACCES\)$/)
    assert.match(store?.hint ?? '', /mounted without `noexec`/)
    assert.ok(existsSync(env.OCTO_HOME))
  },
)

test('what a config says tells no terminal what to do, in a hint either', async (t) => {
  const { octo, writeConfig } = await aMachine(t)
  writeConfig(undefined, String.raw`plugins.example/\u001b]0;owned\u0007core.yaml`)
  const { stdout, stderr } = await octo('doctor')
  assert.match(stderr, /config: write `https:\/\/plugins\.example\/\\u\{1b\}\]0;owned\\u\{7\}core\.yaml`/)
  assert.ok(!`${stdout}${stderr}`.includes('\u001b]'))
})
