// `octo outdated` and what `octo update` asks about: which step it is from what is locked, why it is taken, and who has to say yes.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { requireAgreement } from '../../../client/commands/update-consent.ts'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import type { Version } from '../../../schemas/version.ts'
import { stepBetween } from '../../../schemas/version-step.ts'
import { openTerminal } from '../../../terminal/terminal.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aRelease, issueKey } from '../../support/builders/test-authority.ts'
import { aMachine, key } from '../../support/client/client-machine.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'

async function aLocked(t: TestContext, range = '"^1"') {
  const machine = await aMachine(t, [{ version: '1.0.0' }, { plugin: 'other', version: '2.0.0' }])
  const successor = issueKey()
  const keys = [key, successor].map(({ trustKey }) => publicKeyLine(trustKey)).join(', ')
  const ask = (asked: string) =>
    writeFileSync(
      join(machine.folder, 'octo.yaml'),
      `operator:\n  repos: {core: {url: "${machine.registry.url()}", keys: [${keys}]}}\n  plugins: {hello: ${asked}, other: {}}\n`,
    )
  ask(range)
  const octo = (...words: readonly string[]) =>
    octoIn({ cwd: machine.folder, env: { OCTO_HOME: machine.base.storeRoot } }, words)
  assert.equal((await octo('lock')).code, 0)
  const publish = async (version: string, signer = key) => machine.registry.publish(await aRelease(signer, { version }))
  return { ...machine, successor, ask, octo, publish }
}

test('nothing newer is said so, with exit code 0, and nothing is written', async (t) => {
  const { octo, folder } = await aLocked(t)
  const before = readFileSync(join(folder, 'octo.lock'), 'utf8')
  const { code, stdout } = await octo('outdated')
  assert.deepEqual([code, stdout], [0, 'nothing newer: 2 plugins\n'])
  const json = JSON.parse((await octo('outdated', 'other', '--json')).stdout)
  assert.deepEqual(json.plugins, [
    {
      ...{ plugin: 'other', repo: 'core', asked: [], locked: '2.0.0', wanted: '2.0.0', step: null, left: null },
      ...{ newest: '2.0.0', newestStep: null, state: 'active', reason: null, deprecated: null },
      ...{ signer: key.trustKey.id, wantedSigner: key.trustKey.id, refused: null, outdated: false, error: null },
    },
  ])
  assert.equal(readFileSync(join(folder, 'octo.lock'), 'utf8'), before)
  const unknown = await octo('outdated', 'othr')
  assert.deepEqual([unknown.code, /`octo outdated other`/.test(unknown.stderr)], [66, true], unknown.stderr)
})

test('what the range lets through, what it keeps out, and another signer are told apart', async (t) => {
  const { octo, publish, successor } = await aLocked(t)
  await publish('2.0.0')
  const kept = await octo('outdated')
  assert.equal(kept.code, 0, kept.stdout)
  assert.match(kept.stdout, /^hello +1\.0\.0 +1\.0\.0 +– +2\.0\.0 +2\.0\.0 is kept out, a major step$/m)
  await publish('1.1.0', successor)
  const moved = await octo('outdated')
  assert.equal(moved.code, 1)
  assert.match(
    moved.stdout,
    new RegExp(`^hello +1\\.0\\.0 +1\\.1\\.0 +minor +2\\.0\\.0 .*signed by ${successor.trustKey.id}$`, 'm'),
  )
  await publish('1.2.0', issueKey())
  const strange = await octo('outdated', '--json')
  const [hello] = JSON.parse(strange.stdout).plugins
  assert.deepEqual([strange.code, hello.wanted, hello.refused.code], [1, '1.2.0', 'SIGNER_NOT_ALLOWED'])
})

test('a withdrawn version makes the exit code 1, a deprecated one is only listed', async (t) => {
  const { octo, registry, releases, publish } = await aLocked(t)
  await publish('0.9.0')
  registry.publish(releases[0] ?? assert.fail(), { deprecated: 'use other' })
  const deprecated = await octo('outdated')
  assert.deepEqual([deprecated.code, /1\.0\.0 is deprecated: use other$/m.test(deprecated.stdout)], [0, true])
  await publish('1.0.1')
  for (const state of ['yanked', 'quarantined'] as const) {
    registry.publish(releases[0] ?? assert.fail(), { state, reason: 'loses data' })
    const { code, stdout } = await octo('outdated')
    assert.equal(code, 1)
    assert.match(
      stdout,
      new RegExp(`^hello +1\\.0\\.0 +1\\.0\\.1 +patch +1\\.0\\.1 +1\\.0\\.0 is ${state}: loses data$`, 'm'),
    )
  }
})

test('a repo that does not answer is named, and gives the exit code', async (t) => {
  const { octo, registry, publish } = await aLocked(t)
  await publish('1.1.0')
  registry.misbehave = (path, _request, response) => {
    if (!path.endsWith('other.json')) return false
    response.writeHead(403).end()
    return true
  }
  const { code, stdout, stderr } = await octo('outdated')
  assert.match(stdout, /^hello +1\.0\.0 +1\.1\.0/m)
  assert.match(stderr, /error: other: .*403/)
  assert.ok(code > 1, String(code))
})

test('a major step and a step back are taken when somebody says yes, and refused where nobody can', async (t) => {
  const { octo, publish, readLock, ask, registry, releases } = await aLocked(t, '">=0.5"')
  const version = () => readLock().plugins['core/hello']?.version
  await publish('2.0.0')
  const refused = await octo('update')
  assert.deepEqual([refused.code, version()], [64, '1.0.0'])
  assert.match(refused.stderr, /nobody can be asked.*core\/hello 1\.0\.0 → 2\.0\.0, a major step.*octo update --yes/s)
  assert.equal((await octo('update', '--dry-run')).code, 0)
  const taken = await octo('update', '--yes', '--json')
  const [step] = JSON.parse(taken.stdout).changes
  assert.deepEqual([step.step, step.left, step.before, step.after], ['major', null, '1.0.0', '2.0.0'])
  registry.publish(await aRelease(key, { version: '2.0.0' }), { state: 'yanked', reason: 'loses data' })
  const back = await octo('update')
  assert.equal(back.code, 64)
  assert.match(back.stderr, /2\.0\.0 → 1\.0\.0, an older version: .*`2\.0\.0` was yanked: loses data/)
  const gone = JSON.parse((await octo('update', '--yes', '--json')).stdout).changes[0]
  assert.deepEqual([gone.step, gone.left, gone.after], ['downgrade', 'yanked', '1.0.0'])
  assert.ok(releases.length > 0)
  await publish('0.9.0')
  ask('"<1"')
  const asked = JSON.parse((await octo('update', '--json')).stdout).changes[0]
  assert.deepEqual([asked.step, asked.left, version()], ['downgrade', 'range', '0.9.0'])
})

test('on a terminal the steps are shown and asked about', async (t) => {
  const { withClient, publish } = await aLocked(t, '">=1"')
  await publish('2.0.0')
  const terminal = openTerminal({ quiet: true })
  const asked: string[] = []
  const answering =
    (answer: string) =>
    async ({ name }: { readonly name: string }) => {
      asked.push(name)
      return answer
    }
  const setting = { yes: false, lineOf: ({ name }: { readonly name: string }) => name, terminal }
  await withClient({}, async (client) => {
    const changes = await client.lock({ update: 'all', dryRun: true })
    await expectCodeAsync('INTERRUPTED', () => requireAgreement(changes, { ...setting, ask: answering('false') }))
    await requireAgreement(changes, { ...setting, ask: answering('true') })
  })
  assert.deepEqual(asked, Array(2).fill('Write this into the lockfile?'))
})

const STEPS: readonly (readonly [before: string, after: string, step: string | undefined])[] = [
  ['1.0.0', '1.0.0', undefined],
  ['1.0.0', '1.0.1', 'patch'],
  ['1.0.0', '1.1.0', 'minor'],
  ['1.9.9', '2.0.0', 'major'],
  ['2.0.0', '1.9.9', 'downgrade'],
  ['0.1.0', '0.1.1', 'patch'],
  ['0.1.0', '0.2.0', 'major'],
  ['0.0.1', '0.0.2', 'major'],
  ['0.9.0', '1.0.0', 'major'],
  ['1.0.0-rc.1', '1.0.0', 'patch'],
  ['1.0.0', '1.0.0-rc.1', 'downgrade'],
  ['1.0.0', '2.0.0-rc.1', 'major'],
  ['1.0.0', '1.1.0-rc.1', 'minor'],
  ['1.0.0-rc.1', '1.0.0-rc.2', 'patch'],
]

test(`a step is called what \`^\` makes of it (${STEPS.length})`, () => {
  for (const [before, after, step] of STEPS)
    assert.equal(stepBetween(before as Version, after as Version), step, `${before} → ${after}`)
})

test('why says of a version whose signer does not count that it would not be given', async (t) => {
  const { octo, publish } = await aLocked(t)
  const stranger = issueKey()
  assert.match((await octo('why', 'hello')).stdout, /^offered: repo core would give 1\.0\.0 now/m)
  await publish('1.1.0', stranger)
  const { code, stdout } = await octo('why', 'hello')
  assert.equal(code, 0)
  assert.match(stdout, /^offered: repo core would give nothing now: 1\.1\.0 is refused: .*, which is not pinned$/m)
  assert.equal((await octo('update', 'hello')).code, 76, 'it is true')
})
