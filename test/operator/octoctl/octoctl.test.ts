// octo under the name of octoctl: a config that octoctl reads works as it is, with octoctl's words, exit codes and folder.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { listening } from '../../support/machine/listening.ts'
import { filesBelow, tempFolder } from '../../support/machine/temp-folder.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { BUNDLE } from '../../support/octo/run-octo.ts'

const SCRIPT =
  '#!/bin/sh\nfor word in "$@"; do echo "$word"; done > "$OUT"\n[ "$OP_EXIT" = KILL ] && kill -9 $$\nexit "${OP_EXIT:-0}"\n'
const PLATFORMS = ['linux_amd64', 'linux_arm64', 'darwin_amd64', 'darwin_arm64']

/** A repo as octoctl reads it: nobody signed it, and a checksum lies beside the program. */
async function startRepo(t: TestContext): Promise<string> {
  const port: number = await listening(
    t,
    createServer(({ url = '' }, response) => response.end(FILES[url.replace(/^.*(?=\/)/, '')]?.(port) ?? SCRIPT)),
  )
  return `http://127.0.0.1:${port}`
}

const FILES: Readonly<Record<string, (port: number) => string>> = {
  '/core.yaml': (port) => JSON.stringify({ operators: { myop: { source: {}, binary: binaries(port) } } }),
  '/myop.sha256': () => createHash('sha256').update(SCRIPT).digest('hex'),
}

function binaries(port: number) {
  const url = `http://127.0.0.1:${port}/bin/myop`
  return Object.fromEntries(PLATFORMS.map((platform) => [platform, { url, sha256Url: `${url}.sha256` }]))
}

/** A config as octoctl's users have it, with nothing in it about trust. */
async function aPlace(t: TestContext, config = 'name: shop') {
  const base = await startRepo(t)
  const folder = tempFolder(t)
  writeFileSync(
    join(folder, 'config.yaml'),
    `${config}\nrepos: {include: [{url: "${base}/repos/core.yaml"}]}\nservices: {web: {image: x}}\noctoctl: {operator: myop}\n`,
  )
  const out = join(folder, 'out')
  const cache = join(folder, 'cache')
  const env = {
    OCTO_HOME: join(folder, 'store'),
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_CACHE_HOME: cache,
    OUT: out,
  }
  const octoctl = (words: readonly string[], more: Record<string, string> = {}) =>
    octoIn({ cwd: folder, env: { ...env, ...more } }, ['octoctl', ...words])
  const called = () => readFileSync(out, 'utf8').trimEnd().split('\n')
  return { octoctl, called, folder, out, cache, env }
}

const TYPED: readonly (readonly [typed: string, called: string])[] = [
  ['-c config.yaml --insecure start', '--log-level info start'],
  ['start --insecure -c config.yaml --dry-run', '--log-level info start --dry-run'],
  ['--config config.yaml --insecure -l debug stop', '--log-level debug stop'],
  ['-c config.yaml restart --log-level warn --insecure', '--log-level warn restart'],
  ['-c config.yaml --insecure logs -f web db', '--log-level info logs --follow web db'],
  ['-c config.yaml --insecure exec web ls', '--log-level info exec web ls'],
  ['-c config.yaml --insecure exec web sh -c true', '--log-level info exec -- web sh -c true'],
  ['-c config.yaml --insecure --clear-cache status', '--log-level info status'],
  ['-c config.yaml --insecure show', '--log-level info show'],
  ['-c config.yaml --insecure compose -- ps -a', '--log-level info compose -- ps -a'],
  ['-c config.yaml --insecure compose ps', '--log-level info compose -- ps'],
]

test('each command line of octoctl reaches the operator as octoctl brings it there', async (t) => {
  const { octoctl, called, cache } = await aPlace(t)
  for (const [typed, words] of TYPED) {
    const { code, stderr } = await octoctl(typed.split(' '))
    assert.equal(code, 0, `${typed}: ${stderr}`)
    const [, config = '', ...rest] = called()
    assert.equal(rest.join(' '), words)
    assert.equal(config, join(cache, 'octocompose', 'shop', 'config.json'))
  }
  const config = join(cache, 'octocompose', 'shop', 'config.json')
  assert.deepEqual([statSync(config).mode & 0o777, statSync(dirname(config)).mode & 0o777], [0o600, 0o700])
  assert.equal(JSON.parse(readFileSync(config, 'utf8')).services.web.image, 'x')
})

test('without `--insecure` nothing runs from a repo that the config gives no keys for', async (t) => {
  const { octoctl, out } = await aPlace(t)
  const { code, stderr } = await octoctl(['-c', 'config.yaml', 'start'])
  assert.equal(code, 1)
  assert.match(stderr, /does not say whose signatures it needs/)
  assert.match(stderr, /or say `--insecure`/)
  assert.equal(existsSync(out), false)
  const said = await octoctl(['-c', 'config.yaml', '--insecure', 'start'])
  assert.equal(said.code, 0)
  assert.match(said.stderr, /trusted without signatures/)
})

test('`--insecure` takes no proof away from a repo that asks for one', async (t) => {
  const { octoctl, out, folder } = await aPlace(t)
  const file = join(folder, 'config.yaml')
  const text = readFileSync(file, 'utf8')
  for (const said of ['keys: []', 'keys: [AAAA]', 'kyes: [AAAA]', 'trust: all']) {
    writeFileSync(file, text.replace(/(url: "[^"]*")/, `$1, ${said}`))
    const { code } = await octoctl(['-c', 'config.yaml', '--insecure', 'start'])
    assert.deepEqual([said, code, existsSync(out)], [said, 1, false])
  }
})

const ENDS: readonly (readonly [title: string, words: readonly string[], env: Record<string, string>, code: number])[] =
  [
    ['the exit code of the operator', ['-c', 'config.yaml', '--insecure', 'start'], { OP_EXIT: '7' }, 7],
    ['an operator that a signal ended', ['-c', 'config.yaml', '--insecure', 'start'], { OP_EXIT: 'KILL' }, 255],
    ['a config that is not there', ['-c', 'none.yaml', 'start'], {}, 1],
    ['no config', ['start'], {}, 1],
    ['a word that is none', ['-c', 'config.yaml', 'strat'], {}, 1],
    ['no word', ['-c', 'config.yaml'], {}, 1],
    ['an option that is none', ['-c', 'config.yaml', '--what', 'start'], {}, 1],
    ['the config to be shown', ['-c', 'config.yaml', 'config', 'show', '-f', 'json'], {}, 1],
    ['an operator to be built', ['-c', 'config.yaml', '--insecure', '--force-build-operator', 'start'], {}, 1],
  ]
test('octoctl ends as octoctl does, and says why', async (t) => {
  const { octoctl } = await aPlace(t)
  for (const [title, words, env, code] of ENDS) {
    const ended = await octoctl(words, env)
    assert.deepEqual([title, ended.code], [title, code])
    assert.equal(ended.stderr.includes('error['), code !== 7, ended.stderr)
  }
})

test('a name that leads out of the cache stays in it', async (t) => {
  const { octoctl, called, cache, folder } = await aPlace(t, 'name: ../../../escaped')
  assert.equal((await octoctl(['-c', 'config.yaml', '--insecure', 'start'])).code, 0)
  assert.ok(called()[1]?.startsWith(join(cache, 'octocompose', 'escaped-')))
  assert.deepEqual(filesBelow(folder).filter((path) => path.endsWith('config.json')).length, 1)
})

test('a link named octoctl is enough', async (t) => {
  const { folder, env, called } = await aPlace(t)
  for (const [from, program] of [
    ['octo', new URL('../../../octo', import.meta.url).pathname],
    ['octo.js', new URL('../../../bin/octo.js', import.meta.url).pathname],
  ] as const) {
    const link = join(tempFolder(t), 'octoctl')
    symlinkSync(program, link)
    const words = ['-c', 'config.yaml', '--insecure', 'status']
    const argv = from === 'octo' ? [link, ...words] : [process.execPath, link, ...words]
    await promisify(execFile)(argv[0] ?? '', argv.slice(1), { cwd: folder, env: { ...process.env, ...BUNDLE, ...env } })
    assert.deepEqual(called().slice(2), ['--log-level', 'info', 'status'])
  }
})
