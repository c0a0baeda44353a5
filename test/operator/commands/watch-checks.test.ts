// `octo check --watch`: what it prints as checks change, and how it ends.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { aRelease, issueKey } from '../../support/builders/test-authority.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { runOcto } from '../../support/octo/run-octo.ts'
import { startStaticRegistry } from '../../support/registry/static-registry.ts'

const options = { skip: process.platform === 'win32' ? 'the plugins of this test are shell scripts' : false }

/** Notes each run; fails while its folder holds `down`. */
const CHECK = Buffer.from(`#!/bin/sh
echo ran >> "$1/ran"
if [ -e "$1/down" ]; then echo "CRITICAL - it is down"; exit 2; fi
echo "OK - it is up"
`)
const ON_UNIX = Object.fromEntries(
  ['linux_amd64', 'linux_arm64', 'darwin_amd64', 'darwin_arm64'].map((platform) => [platform, CHECK]),
)

async function aPlace(t: TestContext, services: (folder: string) => string) {
  const key = issueKey()
  const release = await aRelease(key, { plugin: 'updown', manifest: { output: 'check/v1' }, platforms: ON_UNIX })
  const registry = await startStaticRegistry(t, [release])
  const folder = tempFolder(t)
  const repo = `{url: "${registry.url()}", keys: [${publicKeyLine(key.trustKey)}]}`
  const text = `operator: {repos: {core: ${repo}}, services: {${services(folder)}}}\n`
  writeFileSync(join(folder, 'octo.yaml'), text)
  const place = { cwd: folder, env: { OCTO_HOME: join(folder, 'store') } }
  const ran = () =>
    existsSync(join(folder, 'ran')) ? readFileSync(join(folder, 'ran'), 'utf8').split('\n').length - 1 : 0
  return { folder, place, ran, down: join(folder, 'down') }
}

const often = (folder: string, more = '') =>
  `web: {health: [{tool: updown, args: ["${folder}"], interval: 20ms, failureThreshold: 2${more}}], start_period: 0s}`

/** Ends what waits for signals in this process, and not the tests. */
const endIt = () => void process.emit('SIGHUP', 'SIGHUP')

test('each change of a check is a line of JSON, and the last states decide the exit code', options, async (t) => {
  const { place, ran, down } = await aPlace(
    t,
    (folder) => `${often(folder)}, idle: {}, other: {health: [{tool: missing, interval: 20ms, failureThreshold: 1}]}`,
  )
  const ended = octoIn(place, ['check', '--watch', '--json'])
  await until(() => ran() >= 3)
  writeFileSync(down, '')
  const before = ran()
  await until(() => ran() >= before + 4)
  endIt()
  const { code, stdout, stderr } = await ended
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ kind }) => kind !== 'overrun' && !/-round$/.test(kind))
  const others = lines.filter(({ service }) => service === 'other')
  const own = lines.filter((line) => !others.includes(line))
  assert.deepEqual(
    others.map(({ status, error }) => [status, error.code]),
    [['unknown', 'PLUGIN_NOT_FOUND']],
  )
  assert.deepEqual([code, stderr], [1, ''])
  assert.deepEqual(
    own.map(({ v, kind, before, status, summary }) => [
      v,
      kind,
      before,
      status,
      kind === 'state' ? summary : undefined,
    ]),
    [
      [1, 'begin', undefined, undefined, undefined],
      [1, 'state', 'waiting', 'ok', 'OK - it is up'],
      [1, 'state', 'ok', 'critical', 'CRITICAL - it is down'],
      [1, 'end', undefined, undefined, undefined],
    ],
  )
  assert.deepEqual(own[0].checks, { 'in-process': 1, resident: 0, process: 1 })
  assert.deepEqual([own[1].service, own[1].phase, own[1].version], ['web', 'health', '1.0.0'])
  assert.deepEqual(
    [own[3].passed, own[3].summary],
    [false, { passed: 0, failed: 1, unknown: 1, waiting: 0, skipped: 1 }],
  )
})

test(
  'without a terminal each change is one line of text, and what passes at the end is exit code 0',
  options,
  async (t) => {
    const { place, ran, down } = await aPlace(t, (folder) => often(folder))
    writeFileSync(down, '')
    const ended = octoIn(place, ['check', '--watch'])
    await until(() => ran() >= 4)
    rmSync(down)
    const before = ran()
    await until(() => ran() >= before + 3)
    endIt()
    const { code, stdout, stderr } = await ended
    assert.equal(code, 0)
    assert.match(
      stdout,
      /^\S+Z failed web health updown@1\.0\.0: CRITICAL - it is down\n\S+Z ok web health updown@1\.0\.0: OK - it is up \(critical for .+\)\n1 passed\n$/,
    )
    assert.match(stderr, /^watching 1 check, 1 as processes, at most \d+ at once; Ctrl-C ends it$/m)
  },
)

test('what has not been decided is no pass', options, async (t) => {
  const { place, ran } = await aPlace(t, (folder) => often(folder, ', successThreshold: 50'))
  const ended = octoIn(place, ['check', '--watch', '--quiet'])
  await until(() => ran() > 0)
  endIt()
  assert.deepEqual(await ended, { code: 1, stdout: '0 passed, 1 waiting\n', stderr: '' })
})

test('SIGTERM ends it and what it runs, and nothing is left', options, async (t) => {
  const { place, ran } = await aPlace(t, (folder) => often(folder))
  let kill: (signal: NodeJS.Signals) => boolean = () => false
  const ended = runOcto(['check', '--watch', '--json'], {
    ...place,
    onStart: (child) => {
      kill = (signal) => child.kill(signal)
    },
  })
  await until(() => ran() >= 3)
  kill('SIGTERM')
  const { code, signal, stdout } = await ended
  assert.deepEqual([code, signal], [0, null])
  assert.equal(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '').passed, true)
})

const REFUSED: readonly (readonly [words: readonly string[], code: number, problem: RegExp])[] = [
  [['--junit', 'x.xml'], 64, /`--junit` writes one report.*octo check --watch --json/s],
  [['wep'], 64, /no service `wep`/],
  [['--phase', 'init'], 78, /has no checks in `init`.*`octo add PLUGIN --service NAME --phase init`/s],
  [['--frozen'], 78, /LOCK_MISSING/],
]

test('what cannot be watched is refused at the start', options, async (t) => {
  const { place, folder } = await aPlace(t, (dir) => often(dir))
  for (const [words, expected, problem] of REFUSED) {
    const { code, stderr } = await octoIn(place, ['check', '--watch', ...words])
    assert.equal(code, expected, stderr)
    assert.match(stderr, problem)
  }
  const path = join(folder, 'octo.yaml')
  writeFileSync(path, readFileSync(path, 'utf8').replace('interval', 'intervall'))
  const { code, stderr } = await octoIn(place, ['check', '--watch'])
  assert.deepEqual([code, /did you mean `interval`/.test(stderr)], [78, true], stderr)
})
