// What a config file may say, what it must say, and how mistakes in it are shown.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { requestsOf } from '../../config/model/requests.ts'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { readConfig } from '../support/builders/read-configs.ts'
import { readFiles, writeConfigFiles } from '../support/machine/config-files.ts'

const URL_TEXT = 'url: "https://x.example/repos/core.yaml"'
const publicKey = () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }).toString()
const oneLine = (pem: string) => pem.replace(/-----[A-Z ]+-----|\s/g, '')

test('the first default file that exists is read', async (t) => {
  const both = await readFiles(t, { 'config.yaml': 'name: second\n', 'octo.yml': 'name: first\n' })
  assert.equal(both.name, 'first')
  const error = await expectCodeAsync('CONFIG_NOT_FOUND', () => readFiles(t, {}))
  assert.match(error.message, /`octo.yaml`, `octo.yml`, `config.yaml`, `config.yml`/)
  assert.match(error.hint ?? '', /`octo add ADDRESS --key KEY`/)
})

test('JSON is read with line numbers, and a format that octo does not read is refused by name', async (t) => {
  const json = '{\n\t"operator": {\n\t\t"plugins": {"a": "^1.2"},\n\t\t"colour": 1\n\t}\n}\n'
  const config = await readFiles(t, { 'a.json': json }, { named: ['a.json'] })
  assert.equal(config.pins[0]?.range, '^1.2')
  assert.equal(config.warnings[0]?.line, 4)
  const error = await expectCodeAsync('CONFIG_INVALID', () => readFiles(t, { 'a.ini': 'a = 1' }, { named: ['a.ini'] }))
  assert.match(error.message, /found `\.ini`/)
})

test('a repo without keys says what to write', async (t) => {
  const text = `operator:\n  repos:\n    core: {${URL_TEXT}}\n`
  const error = await expectCodeAsync('CONFIG_INVALID', () => readFiles(t, { 'octo.yaml': text }))
  assert.match(error.message, /line 3: repo `core` does not say whose signatures it needs/)
  assert.match(error.hint ?? '', /keys: \[\{file: .*trust: unsigned/)
})

test('a misspelt `keys` or `trust` is named, and giving up the proof is not offered instead', async (t) => {
  for (const [slip, meant] of [
    ['kyes: [{file: a.pub}]', 'keys'],
    ['key: [{file: a.pub}]', 'keys'],
    ['trsut: unsigned', 'trust'],
  ]) {
    const text = `operator:\n  repos:\n    core:\n      ${URL_TEXT}\n      ${slip}\n`
    const error = await expectCodeAsync('CONFIG_INVALID', () => readFiles(t, { 'octo.yaml': text }))
    assert.match(error.message, new RegExp(`line 5: .*unknown key \`${slip?.split(':')[0]}\``))
    assert.equal(error.hint, `did you mean \`${meant}\`?`)
  }
})

test('a private key in place of a public one is named by its own file', async (t) => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const text = `operator: {repos: {core: {${URL_TEXT}, keys: [{file: acme.key}]}}}\n`
  const error = await expectCodeAsync('CONFIG_INVALID', () => readFiles(t, { 'octo.yaml': text, 'acme.key': pem }))
  assert.match(String((error.cause as Error).message), /^`acme\.key` holds a private key/)
})

test('only the word `unsigned` turns proof off, and not beside keys', async (t) => {
  for (const trust of ['trust: none', 'trust: false', 'trust: [unsigned]', `trust: unsigned, keys: [x]`, 'keys: []'])
    await expectCodeAsync('CONFIG_INVALID', () =>
      readFiles(t, { 'octo.yaml': `operator: {repos: {core: {${URL_TEXT}, ${trust}}}}\n` }),
    )
})

test('keys are one line of base64, PEM, or a file beside the config, with a window and a revocation', async (t) => {
  const [a, b, c] = [publicKey(), publicKey(), publicKey()]
  const text = `
operator:
  repos:
    core:
      ${URL_TEXT}
      keys:
        - ${oneLine(a)}
        - key: |
${b.replace(/^/gm, '            ')}
          from: 2026-01-01
          to: "2026-06-30T12:00:00Z"
        - {file: ./keys.pub, revoked: true}
`
  const { repos } = await readFiles(t, { 'octo.yaml': text, 'keys.pub': c })
  const trust = repos[0]?.trust
  assert.equal(trust?.kind, 'keys')
  const keys = trust?.kind === 'keys' ? trust.keys : []
  assert.deepEqual(
    keys.map((key) => key.pem),
    [a, b, c],
  )
  assert.equal(keys[1]?.from, Date.UTC(2026, 0, 1))
  assert.equal(keys[1]?.to, Date.UTC(2026, 5, 30, 12))
  assert.equal(keys[2]?.revoked, true)
})

test('a key that is not one, a private key, a missing key file and a bad date are errors with a line', async (t) => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const files = { 'private.pem': pem, 'large.pub': `${publicKey()}${'\n'.repeat(64 * 1024)}`, 'bytes.pub': '' }
  const directory = await writeConfigFiles(t, files)
  await writeFile(join(directory, 'bytes.pub'), Buffer.from([0xff, 0xfe]))
  const keys: readonly (readonly [string, RegExp])[] = [
    ['AAAA', /this is no public key that can be pinned/],
    ['{file: private.pem}', /this is no public key that can be pinned/],
    ['{file: nowhere.pub}', /key file `.*nowhere\.pub` cannot be read/],
    ['{file: bytes.pub}', /key file `.*bytes\.pub` cannot be read/],
    ['{file: .}', /key file `.*` is not a file/],
    ['{file: large.pub}', /key file `.*large\.pub` is larger than 65536 bytes/],
    [`{key: ${oneLine(publicKey())}, from: soon}`, /`from` is no date/],
    ['{}', /a key is written as one line of base64/],
    [`{key: ${oneLine(publicKey())}, file: private.pem}`, /a key is written as one line of base64/],
    ['[AAAA]', /expected a public key, found a list/],
  ]
  for (const [key, problem] of keys) {
    await writeFile(join(directory, 'octo.yaml'), `operator:\n  repos:\n    core: {${URL_TEXT}, keys: [${key}]}\n`)
    const error = await expectCodeAsync('CONFIG_INVALID', () => readConfig(undefined, { cwd: directory, env: {} }))
    assert.match(error.message, /line 3/)
    assert.match(error.message, problem)
  }
})

test('an unknown key gets a warning with its line and the nearest known key', async (t) => {
  const text = `
operator:
  repo: {}
  services:
    web:
      helth: []
      health:
        - tool: check-tcp
          args: {port: 1}
          intervall: 10s
servces: {}
x-mine: {}
`
  const { warnings } = await readFiles(t, { 'octo.yaml': text })
  const lines = warnings.map(({ line, message }) => `${line} ${message}`)
  assert.deepEqual(lines.sort(), [
    '10 unknown key `intervall` in a check is ignored, did you mean `interval`?',
    '11 unknown key `servces` in the config is ignored, did you mean `services`?',
    '3 unknown key `repo` in `operator` is ignored, did you mean `repos`?',
    '6 unknown key `helth` in a service is ignored, did you mean `health`?',
  ])
})

test('pins bind a name to a range and a repo, with the range as it was typed', async (t) => {
  const text = `
operator:
  repos: {core: {${URL_TEXT}, trust: unsigned}}
  plugins:
    check-tcp: 1.10
    check-grpc: {version: ^2, repo: core, prerelease: true}
    check-open-port: ~1.2
  services: {web: {health: [{tool: check-tcp}, {tool: "core/check-url@>=1 <3"}, {tool: x, enabled: false}]}}
`
  const config = await readFiles(t, { 'octo.yaml': text })
  assert.deepEqual(requestsOf(config), [
    { plugin: 'check-tcp', range: '1.10' },
    { plugin: 'check-url', repo: 'core', range: '>=1 <3' },
    { plugin: 'check-grpc', range: '^2', repo: 'core', prerelease: true },
    { plugin: 'check-tcp-port', range: '~1.2' },
  ])
})

test('a check of a repo that the config does not have is an error with its line', async (t) => {
  const text = 'operator:\n  services:\n    web: {health: [{tool: other/check-tcp}]}\n'
  const error = await expectCodeAsync('REPO_NOT_FOUND', () => readFiles(t, { 'octo.yaml': text }))
  assert.match(error.message, /line 3: a check names the repo `other`/)
})

test('templates are filled from the config and the environment and keep the type of what they name', async (t) => {
  const text = `
configs: {web: {port: 8080, host: "{{.env.HOST}}"}}
operator:
  services:
    web:
      health:
        - {tool: x, args: {port: "{{.configs.web.port}}", url: "http://{{ configs.web.host }}:{{.configs.web.port}}/{{.OS}}-{{.ARCH}}"}}
`
  const deps = { env: { HOST: 'db' }, platform: 'linux', arch: 'x64' }
  const { services } = await readFiles(t, { 'octo.yaml': text }, deps)
  const given = services[0]?.checks.health[0]?.arguments
  assert.deepEqual(given?.value, { port: 8080, url: 'http://db:8080/linux-amd64' })
})

test('a template that names nothing, itself or an unset variable is an error', async (t) => {
  for (const template of ['{{.configs.no}}', '{{.env.NO}}', '{{.configs.me}}', '{{ if .x }}', '{{.configs}}'])
    await expectCodeAsync('CONFIG_INVALID', () =>
      readFiles(t, {
        'octo.yaml': `configs: {me: "{{.configs.me}}"}\noperator: {services: {a: {health: [{tool: x, args: ["${template}"]}]}}}\n`,
      }),
    )
})

test('values of the wrong kind are errors with the line of the value', async (t) => {
  const durations = ['interval: 10', 'interval: soon', 'interval: 61m', 'timeout: 1ms', 'timeout: 25h']
  const numbers = [...durations, 'successThreshold: 0', 'failureThreshold: 1.5']
  for (const row of [...numbers, 'enabled: "no"', 'operators: [1]', 'args: text', 'args: [[1]]']) {
    const text = `operator:\n  services:\n    web:\n      health:\n        - tool: x\n          ${row}\n`
    const error = await expectCodeAsync('CONFIG_INVALID', () => readFiles(t, { 'octo.yaml': text }))
    assert.match(error.message, /line 6: /, row)
  }
})

test('hostile documents are refused quickly', async (t) => {
  const aliases = `a: &a [${'x,'.repeat(50)}]\nb: &b [${'*a,'.repeat(50)}]\nc: &c [${'*b,'.repeat(50)}]\nd: [${'*c,'.repeat(50)}]\n`
  const keys = Array.from({ length: 30_000 }, (_, index) => `k${index}:`).join('\n')
  for (const text of [aliases, keys, `a: ${'['.repeat(5000)}`])
    await expectCodeAsync('LIMIT_EXCEEDED', () => readFiles(t, { 'octo.yaml': text }))
  for (const text of ['__proto__: {a: 1}\n', 'a: 1\na: 2\n', 'operator: {__proto__: {}}\n'])
    await expectCodeAsync('YAML_INVALID', () => readFiles(t, { 'octo.yaml': text }))
  assert.equal(({} as { a?: number }).a, undefined)
})
