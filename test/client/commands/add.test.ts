// `octo add` and `octo remove`: from an address and a key to a config that runs a plugin, and back.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { aRelease, issueKey } from '../../support/builders/test-authority.ts'
import { anAddingScene } from '../../support/octo/adding-scene.ts'

const WITHOUT_PIPES = process.platform === 'win32' && 'Windows has no pipes in its folders'

const aPlace = (t: TestContext) =>
  anAddingScene(t, (key) => [
    aRelease(key, { plugin: 'other', version: '2.0.0' }),
    aRelease(key, { plugin: 'served', manifest: { kind: 'service' } }),
    aRelease(key, { plugin: 'teller', manifest: { output: 'notify/v1', input: 'json' } }),
    aRelease(key, { plugin: 'vault', manifest: { output: 'secret/v1', input: 'json' } }),
  ])

test('from an address and a key to a plugin that runs, without a line written by hand', async (t) => {
  const { octo, registry, keyLine, key, read, folder } = await aPlace(t)
  const repo = await octo('add', registry.url(), '--key', keyLine, '--yes')
  assert.equal(repo.code, 0, repo.stderr)
  assert.ok(repo.stderr.includes(`key   ${key.trustKey.id} (ecdsa-p256)`), repo.stderr)
  assert.match(repo.stderr, /they prove hello@1\.2\.3/)
  assert.equal(repo.stdout, 'added repo core to octo.yaml; `octo search` lists what it offers\n')
  assert.match((await octo('search')).stdout, /hello/)
  assert.equal(
    read(),
    `# yaml-language-server: $schema=${registry.base}/schemas/octo.schema.json\noperator:\n  repos:\n    core:\n      url: ${registry.url()}\n      keys:\n        - ${keyLine}\n`,
  )
  const plugin = await octo('add', 'hello')
  assert.equal(plugin.code, 0, plugin.stderr)
  assert.equal(plugin.stdout, 'added core/hello ^1.2.3, locked at 1.2.3; `octo run hello` runs it\n')
  assert.ok(read().endsWith('  plugins:\n    hello: ^1.2.3\n'))
  for (const name of ['served', 'teller', 'vault']) {
    const { stdout } = await octo('add', name)
    assert.ok(stdout.endsWith(`; \`octo info ${name}\` shows what it is\n`), 'nobody is sent to run it by hand')
  }
  // A config that octo would not find by itself is named, so that what is advised can be typed.
  writeFileSync(join(folder, 'my own.yaml'), '')
  const named = await octo('add', registry.url(), '--key', keyLine, '--yes', '--config', 'my own.yaml')
  assert.equal(
    named.stdout,
    "added repo core to my own.yaml; `octo search --config 'my own.yaml'` lists what it offers\n",
  )
  const frozen = await octo('install', '--frozen')
  assert.equal(frozen.code, 0, frozen.stderr)
})

test('comments and the rest of the config stay, byte for byte, and a link stays a link', async (t) => {
  const { octo, registry, keyLine, config, read, folder } = await aPlace(t)
  const real = join(folder, 'real.yaml')
  const text = `# ours\noperator: {repos: {core: {url: "${registry.url()}", keys: [${keyLine}]}}} # one\nservices:\n  web: {} # two\n`
  writeFileSync(real, text)
  chmodSync(real, 0o640)
  symlinkSync('real.yaml', config)
  assert.equal((await octo('add', 'core/other@~2.0')).code, 0)
  assert.equal(read(), text.replace('}}} #', '}}, plugins: {other: {repo: core, version: ~2.0}}} #'))
  assert.deepEqual([statSync(real).mode & 0o777, existsSync(join(folder, 'octo.lock'))], [0o640, true])
  const again = await octo('add', 'other@^2')
  assert.equal(again.code, 0, again.stderr)
  assert.ok(read().includes('plugins: {other: ^2}'))
  const removed = await octo('remove', 'other')
  assert.equal(removed.code, 0, removed.stderr)
  assert.equal(read(), text)
  assert.deepEqual(JSON.parse(readFileSync(join(folder, 'octo.lock'), 'utf8')).plugins, {})
  const repo = await octo('remove', 'core')
  assert.equal(repo.code, 0, repo.stderr)
  assert.equal(read(), '# ours\nservices:\n  web: {} # two\n')
})

test('a config that is no UTF-8 is left as it is, and not written with other characters in it', async (t) => {
  const { octo, registry, keyLine, config } = await aPlace(t)
  const text = `# caf\u00e9\noperator:\n  repos:\n    core: {url: "${registry.url()}", keys: [${keyLine}]}\n  plugins: {hello: ^1.2.3}\n`
  const bytes = Buffer.from(text, 'latin1')
  writeFileSync(config, bytes)
  for (const words of [
    ['add', 'other'],
    ['remove', 'hello'],
    ['add', registry.url(), '--name', 'again', '--key', keyLine, '--yes'],
  ]) {
    const said = await octo(...words)
    assert.equal(said.code, 65, said.stderr)
    assert.match(said.stderr, /^error\[TEXT_INVALID\]: .*octo\.yaml` is not UTF-8/)
    assert.deepEqual(readFileSync(config), bytes)
  }
})

test('a pipe in the place of the config is not waited for', { skip: WITHOUT_PIPES }, async (t) => {
  const { octo, registry, keyLine, config } = await aPlace(t)
  execFileSync('mkfifo', [config])
  for (const words of [
    ['add', registry.url(), '--key', keyLine, '--yes'],
    ['add', 'hello'],
    ['remove', 'hello'],
  ]) {
    const said = await octo(...words)
    assert.equal(said.code, 74, said.stderr)
    assert.match(said.stderr, /^error\[IO_FAILED\]: .*octo\.yaml` is not a file/)
    assert.ok(statSync(config).isFIFO())
  }
})

test('a repo of this machine is added by its path, which an address of a file stands for', async (t) => {
  const { octo, registry, keyLine, folder, read } = await aPlace(t)
  for (const [path, bytes] of registry.files) {
    mkdirSync(dirname(join(folder, 'site', path)), { recursive: true })
    writeFileSync(join(folder, 'site', path), bytes)
  }
  const added = await octo('add', './site/repos/core.yaml', '--key', keyLine, '--yes')
  assert.equal(added.code, 0, added.stderr)
  assert.ok(read().startsWith('# yaml-language-server: $schema=site/schemas/octo.schema.json\n'), read())
  assert.ok(read().includes(`url: ${pathToFileURL(folder).href}/site/repos/core.yaml\n`), read())
  const plugin = await octo('add', 'hello')
  assert.equal(plugin.code, 0, plugin.stderr)
})

test('where the registry has no schema for editors, it lies beside the new config', async (t) => {
  const { octo, registry, keyLine, read, folder } = await aPlace(t)
  for (const served of [undefined, '<html>', '{"title": "plugin.yaml"}']) {
    for (const name of ['octo.yaml', 'octo.schema.json']) rmSync(join(folder, name), { force: true })
    if (served === undefined) registry.files.delete('schemas/octo.schema.json')
    else registry.files.set('schemas/octo.schema.json', Buffer.from(served))
    const added = await octo('add', registry.url(), '--key', keyLine, '--yes')
    assert.equal(added.code, 0, added.stderr)
    assert.ok(read().startsWith('# yaml-language-server: $schema=octo.schema.json\n'), read())
    assert.equal(JSON.parse(readFileSync(join(folder, 'octo.schema.json'), 'utf8')).title, 'octo.yaml')
  }
})

test('the only repo of a registry is found by the address of the registry', async (t) => {
  const { octo, registry, keyLine, read } = await aPlace(t)
  const repos = [{ name: 'core', url: '/repos/core.yaml' }]
  const offer = (more: readonly object[]) =>
    registry.files.set(
      '.well-known/octo.json',
      Buffer.from(JSON.stringify({ format: 'octo.discovery/v1', repos: [...repos, ...more] })),
    )
  offer([])
  assert.equal((await octo('add', registry.base, '--key', keyLine, '--yes')).code, 0)
  assert.ok(read().includes(`url: ${registry.url()}`))
  offer([{ name: 'more', url: '/repos/more.yaml' }])
  const several = await octo('add', registry.base, '--key', keyLine, '--yes', '--name', 'x')
  assert.equal(several.code, 64)
  assert.match(several.stderr, /has several repos: .*core\.yaml`, .*more\.yaml`/)
})

test('a removed plugin that checks still ask for is named', async (t) => {
  const { octo, registry, keyLine, config } = await aPlace(t)
  writeFileSync(
    config,
    `operator: {repos: {core: {url: "${registry.url()}", keys: [${keyLine}]}}, plugins: {hello: 1.x}}\nservices: {web: {health: [{tool: hello}]}}\n`,
  )
  const { code, stderr } = await octo('remove', 'hello')
  assert.equal(code, 0, stderr)
  assert.match(stderr, /`hello` is still asked for: health of service web, .*octo\.yaml:2/)
})

test('a removed repo whose plugins are still asked for is told, by whom, whether they were locked or not', async (t) => {
  const { octo, registry, keyLine, config } = await aPlace(t)
  const elsewhere = 'far: {url: "https://plugins.example.org/repos/far.yaml", trust: unsigned}'
  const text = (repos: string) =>
    `operator: {repos: {core: {url: "${registry.url()}", keys: [${keyLine}]}${repos}}}\nservices: {web: {health: [{tool: hello}]}}\n`
  const asked = /^warning: `hello` of `core` is still asked for: health of service web, .*octo\.yaml:\d$/m
  for (const [what, written, isLocked] of [
    ['the only repo', text(''), false],
    ['one of two, from which it came, as the lockfile knows', text(''), true],
  ] as const) {
    writeFileSync(config, written)
    if (isLocked) {
      assert.equal((await octo('lock')).code, 0, what)
      writeFileSync(config, text(`, ${elsewhere}`))
    }
    const { code, stderr } = await octo('remove', 'core')
    assert.equal(code, 0, `${what}: ${stderr}`)
    assert.match(stderr, asked, what)
  }
})

test('what somebody writes into the config meanwhile is not written over', async (t) => {
  const { octo, registry, keyLine, config, read } = await aPlace(t)
  const text = `operator:\n  repos:\n    core: {url: "${registry.url()}", keys: [${keyLine}]}\n`
  const writeMeanwhile = (after: string) => {
    registry.misbehave = () => {
      writeFileSync(config, after)
      return false
    }
  }
  writeFileSync(config, text)
  writeMeanwhile(`${text}# mine\n`)
  const changed = await octo('add', 'hello')
  assert.match(changed.stderr, /CHANGES_OUTDATED.*was changed since it was read.*hint: run the command again/s)
  assert.equal(read(), `${text}# mine\n`)
  rmSync(config)
  writeMeanwhile('# new\n')
  const made = await octo('add', registry.url(), '--key', keyLine, '--yes')
  assert.match(made.stderr, /CHANGES_OUTDATED/)
  assert.equal(read(), '# new\n')
})

type Refused = readonly [what: string, words: readonly string[], code: number, says: RegExp, config?: string]

test('what is not proven, not agreed to or not to be written changes nothing', async (t) => {
  const { octo, registry, keyLine, config } = await aPlace(t)
  const stranger = publicKeyLine(issueKey().trustKey)
  const known = `operator:\n  repos:\n    core: {url: "${registry.url()}", keys: [${keyLine}]}\n`
  const url = registry.url()
  const rows: readonly Refused[] = [
    ['another key', ['add', url, '--key', stranger, '--yes'], 76, /SIGNER_NOT_ALLOWED/],
    ['no key', ['add', url, '--yes'], 64, /needs the public key of whoever publishes there/],
    ['nobody said yes', ['add', url, '--key', keyLine], 64, /nobody can be asked whether they are the right ones/],
    ['both', ['add', url, '--key', keyLine, '--unsigned'], 64, /says that nothing is proven/],
    ['a folder', ['add', './my-check', '--yes'], 64, /my-check` is no file of a repo.*`octo run \S+\/my-check`/s],
    ['no file of a key', ['add', url, '--key', 'core.pub', '--yes'], 77, /`core\.pub`, which is neither a file here/],
    ['no repo, and no key', ['add', registry.url('none'), '--yes'], 66, /there is no repo at/],
    ['no repo', ['add', registry.url('none'), '--key', keyLine, '--yes'], 66, /there is no repo at/],
    ['no registry', ['add', `${registry.base}/x/`, '--key', keyLine], 66, /is no registry/],
    [
      'a login in it',
      ['add', 'https://user:s3cret@example.org/repos/core.yaml'],
      64,
      /^(?!.*s3cret).*holds more than the address/s,
    ],
    [
      'what may be a login in it',
      ['add', 'https://user:12/s3cret@example.org/repos/core.yaml'],
      64,
      /^(?!.*s3cret).*holds more than the address.*written %40/s,
    ],
    ['a private key', ['add', url, '--key', '-----BEGIN PRIVATE KEY-----', '--yes'], 77, /holds a private key/],
    ['a plugin without repos', ['add', 'hello'], 66, /octo add/],
    ['an option of repos', ['add', 'hello', '--key', keyLine], 64, /`--key` is for the address.*`octo add hello`/s],
    ['no address of OCM', ['add', 'ocm://ghcr.io/a/b.org/c'], 64, /is not the address of a component/],
    ['a digest for octo', ['add', url, '--digest', 'sha256:00'], 64, /`--digest` is for a registry of OCM/],
    ['neither', ['add', 'example.org:core', '--yes'], 64, /`octo add https:/],
    ['known already', ['add', url, '--key', keyLine, '--yes'], 73, /has repo `core` at/, known],
    ['no such plugin', ['add', 'helo'], 66, /PLUGIN_NOT_FOUND.*hello/s, known],
    ['no such version', ['add', 'hello@^9'], 66, /1\.2\.3/, known],
    ['not to be written', ['add', 'hello'], 78, /only a person can change/, `x: &x {}\n${known}  plugins: *x\n`],
    ['not there', ['remove', 'hello'], 66, /has no pin and no repo `hello`/, known],
    ['on the web', ['add', 'hello', '--config', 'https://example.org/octo.yaml'], 64, /no file of this machine/, known],
    ['TOML', ['add', 'hello', '--config', 'octo.toml'], 78, /TOML/, known],
  ]
  for (const [what, words, code, says, text] of rows) {
    if (text !== undefined) writeFileSync(config, text)
    const found = await octo(...words)
    assert.equal(found.code, code, `${what}: ${found.stderr}`)
    assert.match(found.stderr, says, what)
    if (text === undefined) assert.ok(!existsSync(config), what)
    else assert.equal(readFileSync(config, 'utf8'), text, what)
  }
})

test('who adds a known repo again is told how a new key is added, which is true', async (t) => {
  const { octo, registry, keyLine, read } = await aPlace(t)
  const next = publicKeyLine(issueKey().trustKey)
  assert.equal((await octo('add', registry.url(), '--key', keyLine, '--yes')).code, 0)
  const again = await octo('add', registry.url(), '--key', keyLine, '--yes')
  assert.equal(again.code, 73, again.stderr)
  const [, add = ''] = /hint: `octo (.*)` puts a new key beside/.exec(again.stderr.replaceAll(/\s+/g, ' ')) ?? []
  const both = await octo(...add.replace('NEW', next).split(' '), '--yes')
  assert.equal(both.code, 0, both.stderr)
  assert.ok(read().includes(`      keys:\n        - ${keyLine}\n        - ${next}\n`), read())
})

test('what is worth a warning is said once', async (t) => {
  const { octo, registry, keyLine, config, key } = await aPlace(t)
  registry.publish(await aRelease(key, { version: '1.2.4' }), { deprecated: 'use other' })
  writeFileSync(
    config,
    `operator: {repos: {core: {url: "${registry.url()}", keys: [${keyLine}]}}, unknwon: 1}\nservices: {web: {}}\n`,
  )
  const warnings = async (...words: string[]) => {
    const { code, stderr } = await octo(...words)
    assert.equal(code, 0, stderr)
    return stderr.match(/unknwon|is deprecated: use other/g)
  }
  assert.deepEqual((await warnings('add', 'hello'))?.sort(), ['is deprecated: use other', 'unknwon'])
  assert.deepEqual(await warnings('remove', 'hello'), ['unknwon'])
  const check = await warnings('add', 'hello', '--service', 'web')
  assert.deepEqual(check?.sort(), ['is deprecated: use other', 'unknwon'])
})
