// `octo info`: how a plugin is used, what each release says of itself, what changed, and what is known where no repo answers.
import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { parse } from 'yaml'
import { validateArguments } from '../../../config/validate-arguments.ts'
import { checkSnippet, supervisorSnippet } from '../../../schemas/check-snippet.ts'
import type { Version } from '../../../schemas/version.ts'
import { aManifest, aRelease, aScript, issueKey } from '../../support/builders/test-authority.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { tableRows } from '../../support/octo/document-blocks.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { startStaticRegistry } from '../../support/registry/static-registry.ts'

const OLD = {
  type: 'object',
  properties: { port: { type: 'integer', minimum: 1, maximum: 65_535 } },
  required: ['port'],
}
const NEW = {
  type: 'object',
  properties: {
    port: { type: 'integer', minimum: 1, maximum: 65_535, examples: [8080], description: 'where it listens' },
    mode: { enum: ['tcp', 'udp'], default: 'tcp' },
    password: { type: 'string', writeOnly: true },
  },
  required: ['port', 'password'],
  additionalProperties: false,
}

async function aPlace(t: TestContext) {
  const [key, successor] = [issueKey(), issueKey()]
  const releases = [
    await aRelease(key, { version: '1.0.0', manifest: { arguments: OLD } }),
    await aRelease(key, { version: '1.1.0', manifest: { arguments: OLD, changelog: '- is *faster*' } }),
    await aRelease(successor, {
      version: '2.0.0',
      manifest: {
        ...{ arguments: NEW, output: 'check/v1', changelog: '- needs a password\n- has modes', license: 'MIT' },
        needs: { network: ['localhost'], files: [], secrets: [] },
      },
      platforms: {
        any: { bytes: aScript(), runtime: { name: 'sh' } },
        linux_amd64: aScript('much longer than the other one'),
      },
    }),
    await aRelease(key, { plugin: 'teller', manifest: { output: 'notify/v1', input: 'json' } }),
  ]
  const registry = await startStaticRegistry(t, releases)
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'acme.pub'), key.trustKey.pem)
  const keys = `[{file: acme.pub}, {key: "${successor.trustKey.pem.replaceAll('\n', '\\n')}", name: Jane}]`
  const config = join(folder, 'octo.yaml')
  const head = `operator:\n  repos: {core: {url: "${registry.url()}", keys: ${keys}}}\n`
  writeFileSync(config, head)
  const octo = (...words: readonly string[]) =>
    octoIn({ cwd: folder, env: { OCTO_HOME: join(folder, 'store'), PASSWORD: 'x' } }, words)
  const json = async (...words: readonly string[]) => JSON.parse((await octo('info', ...words, '--json')).stdout)[0]
  return { key, successor, registry, releases, folder, config, head, octo, json }
}

test('it names the signer, platforms, runtimes and examples, and shows a check that can be pasted', async (t) => {
  const { octo, config, successor, head } = await aPlace(t)
  const { stdout, code, stderr } = await octo('info', 'hello')
  assert.equal(code, 0, stderr)
  for (const line of [
    new RegExp(`^  signer    Jane, ${successor.trustKey.id}$`, 'm'),
    /^ {2}licence {3}MIT$/m,
    /^ {2}needs {5}network: localhost$/m,
    /^argument +type +default +example +description$/m,
    /^port +integer 1–65535 +required +8080 +where it listens$/m,
    /^mode +"tcp" \| "udp" +"tcp"/m,
    /^password +string, secret +required/m,
    /^any +\d+ B +raw +sh$/m,
    /^linux_amd64 +\d+ B +raw +–$/m,
    /^1\.1\.0 +2026-01-02 +active/m,
  ])
    assert.match(stdout, line)
  const [, snippet = ''] = /to paste into the config:\n((?: .*\n)+)/.exec(stdout) ?? []
  const { services } = parse(snippet).operator
  assert.deepEqual(services, {
    'my-service': { health: [{ tool: 'hello@^2.0.0', args: { port: 8080, password: '{{.env.PASSWORD}}' } }] },
  })
  writeFileSync(config, `${head}${snippet.replace(/^ {2}operator:\n/, '').replaceAll(/^ {2}/gm, '')}`)
  const checked = await octo('check')
  assert.equal(checked.code, 0, checked.stdout + checked.stderr)
})

test('a version or range is described in place of the newest one', async (t) => {
  const { json, octo, key, registry, releases } = await aPlace(t)
  const old = await json('hello@1.0.0')
  assert.deepEqual(
    [old.release.version, old.signer, old.signerName, old.check],
    [
      '1.0.0',
      key.trustKey.id,
      'acme.pub',
      'operator:\n  services:\n    my-service:\n      health:\n        - tool: hello@^1.0.0\n          args:\n            port: 1\n',
    ],
  )
  assert.equal((await json('hello@^1')).release.version, '1.1.0')
  assert.equal((await json('teller')).check, null)
  const none = await octo('info', 'hello@^9')
  assert.deepEqual([none.code, /it has `2\.0\.0`, `1\.1\.0`, `1\.0\.0`/.test(none.stderr)], [66, true], none.stderr)
  registry.publish(releases[0] ?? assert.fail(), { state: 'quarantined', reason: 'leaks' })
  const blocked = await octo('info', 'hello@1.0.0')
  assert.deepEqual([blocked.code, /is blocked by its registry: leaks/.test(blocked.stderr)], [76, true])
})

test('what changed is what its author wrote and what differs, between two proven releases', async (t) => {
  const { json, octo, key, successor, registry } = await aPlace(t)
  const { changes } = await json('hello', '--changes-since', '1.0.0')
  assert.deepEqual([changes.from, changes.to, changes.more], ['1.0.0', '2.0.0', 0])
  assert.deepEqual(
    changes.releases.map(({ version, changelog }: { version: string; changelog: string }) => [version, changelog]),
    [
      ['2.0.0', '- needs a password\n- has modes'],
      ['1.1.0', '- is *faster*'],
    ],
  )
  const texts = changes.differences.map(({ about, text }: { about: string; text: string }) => `${about}: ${text}`)
  for (const expected of [
    `signer: \`Jane (${successor.trustKey.id})\` in place of \`acme.pub (${key.trustKey.id})\``,
    'arguments: `password` is new and required',
    'arguments: `mode` is new',
    'needs: network: `localhost` is new',
    'platforms: `any` is new',
    'platforms: `darwin_arm64` is gone',
  ])
    assert.ok(texts.includes(expected), `${expected}\n${texts.join('\n')}`)
  const { stdout } = await octo('info', '--changes', 'hello')
  assert.match(stdout, /what changed from 1\.1\.0 to 2\.0\.0\n/)
  assert.match(stdout, /\n2\.0\.0 \(2026-01-02\)\n {2}- needs a password\n/)
  await octo('add', 'hello@1.0.0')
  assert.equal((await json('hello', '--changes')).changes.from, '1.0.0')
  registry.publish(await aRelease(issueKey(), { version: '1.2.0', manifest: { changelog: 'trust me' } }))
  const strange = (await json('hello', '--changes-since', '1.1.0')).changes
  const passed = strange.releases.find(({ version }: { version: string }) => version === '1.2.0')
  assert.deepEqual([passed.changelog, /SIGNER|signed by/.test(passed.problem)], [undefined, true], passed.problem)
  const missing = await octo('info', 'hello', '--changes-since', '0.0.9')
  assert.equal(missing.code, 66)
})

test('where there is nothing to compare, that is said', async (t) => {
  const { octo, config, registry } = await aPlace(t)
  const first = await octo('info', 'hello@1.0.0', '--changes')
  assert.match(first.stderr, /no version of core\/hello before 1\.0\.0/)
  writeFileSync(config, `operator:\n  repos: {core: {url: "${registry.url()}", trust: unsigned}}\n`)
  const unsigned = await octo('info', 'hello', '--changes')
  assert.match(unsigned.stderr, /what changed in core\/hello is not said, as nothing proves it/)
})

test('where no repo answers, what is locked is proven again and shown, and that is said', async (t) => {
  const { octo, json, registry, folder, key } = await aPlace(t)
  assert.equal((await octo('add', 'hello@1.1.0')).code, 0)
  registry.requests.length = 0
  const copied = await octo('info', 'hello', '--offline')
  assert.deepEqual([copied.code, /offline: only copies/.test(copied.stderr)], [0, true], copied.stderr)
  assert.match(copied.stdout, /hello@\^1\.1\.0[\s\S]*^2\.0\.0 +2026/m)
  rmSync(join(folder, 'store', 'v1', 'documents'), { recursive: true })
  const stored = await octo('info', 'hello', '--offline')
  assert.equal(stored.code, 0, stored.stderr)
  assert.match(stored.stderr, /from the lockfile and the store, as core was not asked: /)
  assert.match(stored.stdout, new RegExp(`signer +acme\\.pub, ${key.trustKey.id}`))
  const answer = await json('hello', '--offline')
  assert.deepEqual(
    [answer.known, answer.versions, answer.release.version, answer.unasked.code],
    ['lockfile', [], '1.1.0', 'OFFLINE'],
  )
  assert.deepEqual(registry.requests, [])
  for (const words of [['teller'], ['hello@2']]) {
    const unknown = await octo('info', ...words, '--offline')
    assert.deepEqual([unknown.code, /OFFLINE/.test(unknown.stderr)], [69, true], unknown.stderr)
  }
  writeFileSync(
    join(folder, 'octo.lock'),
    readFileSync(join(folder, 'octo.lock'), 'utf8').replace('"linux_arm64"', '"linux_riscv64"'),
  )
  const changed = await octo('info', 'hello', '--offline')
  assert.deepEqual(
    [changed.code, /is not the release that was locked/.test(changed.stderr)],
    [76, true],
    changed.stderr,
  )
})

test('of notifiers and sources of secrets the lines are shown by which a config names them', async (t) => {
  const { octo, json, config, head } = await aPlace(t)
  const { stdout } = await octo('info', 'teller')
  assert.match(stdout, /^a notifier, which `octo start` tells of what happens, to paste into the config:$/m)
  const { check, supervisor } = await json('teller')
  assert.equal(check, null)
  assert.deepEqual(parse(supervisor), { operator: { notifications: [{ notifier: 'teller@^1.0.0' }] } })
  writeFileSync(config, `${head}${supervisor.replace('operator:\n', '')}`)
  const { code, stderr } = await octo('config', 'validate')
  assert.equal(code, 0, stderr)
})

test('the lines of a supervisor have the arguments that the schema requires, and a check has none of them', () => {
  const snippet = (output: 'notify/v1' | 'secret/v1' | 'check/v1') => {
    const manifest = aManifest({ output, input: 'json', arguments: NEW })
    return supervisorSnippet({ name: 'p', version: '1.0.0' as Version, manifest })
  }
  const args = { port: 8080, password: '{{.env.PASSWORD}}' }
  assert.deepEqual(parse(snippet('notify/v1') ?? '').operator, { notifications: [{ notifier: 'p@^1.0.0', args }] })
  assert.deepEqual(parse(snippet('secret/v1') ?? '').operator, { secrets: { tool: 'p@^1.0.0', args } })
  assert.equal(snippet('check/v1'), undefined)
})

test('every key of the answer stands in the document of formats', async (t) => {
  const { json } = await aPlace(t)
  const answer = await json('hello', '--changes')
  const rows = tableRows('docs/FORMATS.md', '## Answers of octo info and octo outdated')
  const named = new Set(rows.flatMap(([keys = '']) => [...keys.matchAll(/`(\w+)`/g)].map(([, key]) => key)))
  const ofDocument = new Set([
    'format',
    'repo',
    'plugin',
    'serial',
    'kind',
    'category',
    'description',
    'versions',
    'license',
  ])
  for (const key of Object.keys(answer)) if (!ofDocument.has(key)) assert.ok(named.has(key) || key === 'unasked', key)
})

const SCHEMAS: readonly (readonly [what: string, schema: Record<string, unknown> | undefined])[] = [
  ['none', undefined],
  ['nothing required', OLD],
  ['an example', NEW],
  ['a choice', { properties: { mode: { enum: ['a', 'b'] } }, required: ['mode'] }],
  ['bounds', { properties: { n: { type: 'number', minimum: 3, maximum: 4 } }, required: ['n'] }],
  ['a boolean', { properties: { b: { type: 'boolean' } }, required: ['b'] }],
  ['a list', { properties: { l: { type: 'array', items: { type: 'string' }, minItems: 1 } }, required: ['l'] }],
  [
    'a map',
    { properties: { m: { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] } }, required: ['m'] },
  ],
]

test(`a snippet's arguments fit the schema that they were made from (${SCHEMAS.length})`, async () => {
  for (const [what, schema] of SCHEMAS) {
    const manifest = aManifest(schema ? { arguments: schema } : {})
    const text = checkSnippet({ name: 'hello', version: '1.0.0' as Version, manifest }) ?? assert.fail(what)
    const [check] = parse(text).operator.services['my-service'].health
    await validateArguments({ kind: 'map', value: check.args ?? {}, texts: {} }, { plugin: 'hello', schema })
  }
  const service = checkSnippet({ name: 'x', version: '1.0.0' as Version, manifest: aManifest({ kind: 'service' }) })
  assert.equal(service, undefined)
})
