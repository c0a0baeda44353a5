// `octo plugin`, as it is typed: what it shows, what it runs, and what it does not.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { showFindings } from '../../../operator/commands/plugin/check.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { openTerminal } from '../../../terminal/terminal.ts'
import type { Behaviour } from '../../support/builders/service-plugin.ts'
import { writeServicePlugin } from '../../support/builders/service-plugin.ts'
import { collectedStreams } from '../../support/machine/collected-streams.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { BUNDLE, runOcto } from '../../support/octo/run-octo.ts'

const LIST = '{"repository": {"type": "Twin/v1"}, "last": ""}'

function aPlace(t: TestContext, config: (digest: string) => string, behaviour: Behaviour = {}) {
  const folder = tempFolder(t)
  for (const name of ['plugins', 'tmp']) mkdirSync(join(folder, name))
  const path = writeServicePlugin(join(folder, 'plugins'), 'twin', behaviour)
  const digest = digestOf(readFileSync(path))
  const text = config(digest)
  if (text !== '') writeFileSync(join(folder, 'octo.yaml'), `${text}\n`)
  const env = { OCTO_HOME: join(folder, 'store'), TMPDIR: join(folder, 'tmp') }
  const type = (...words: string[]) => octoIn({ cwd: folder, env }, ['plugin', ...words])
  /** Of instances; the folder that they lie in stays. */
  const left = () => readdirSync(join(folder, 'tmp'), { recursive: true }).filter((name) => String(name).includes('p-'))
  return { folder, env, path, digest, type, left }
}

const trusting = () => 'operator: {pluginDirectories: [{path: ./plugins, trust: unsigned}]}'
const pinning = (digest: string) => `operator: {pluginDirectories: [{path: ./plugins, digests: [${digest}]}]}`

test('a plugin of a folder that nobody vouches for is shown with its digest, and how it could be', async (t) => {
  const { type, digest } = aPlace(t, () => '')
  const { code, stdout, stderr } = await type('ls', '--plugin-directory', 'plugins')
  assert.equal(code, 0)
  assert.match(stdout, /twin +\? +\S+ +not proven, not run +refused/)
  assert.match(stderr, new RegExp(`operator.pluginDirectories.*digests: \\[${digest}\\]`))
  const asked = await type('call', 'listComponents', LIST, '--plugin-directory', 'plugins', '--plugin', 'twin')
  assert.equal(asked.code, 76)
  assert.match(asked.stderr, /is not run, as nothing proves it/)
})

test('of several plugins that nobody vouches for each is shown with its digest', async (t) => {
  const { type, folder, digest } = aPlace(t, () => '')
  const other = digestOf(readFileSync(writeServicePlugin(join(folder, 'plugins'), 'other', { capabilities: '{}' })))
  assert.notEqual(other, digest)
  const { stderr } = await type('ls', '--plugin-directory', 'plugins')
  assert.ok(stderr.startsWith(`\`other\` is ${other}\n\`twin\` is ${digest}\nwrite those that may run below `), stderr)
})

test('the name of a folder tells no terminal what to do', async (t) => {
  const { type, folder } = aPlace(t, () => '')
  renameSync(join(folder, 'plugins'), join(folder, 'a\u001b]0;owned\u0007'))
  const { stdout, stderr } = await type('ls', '--plugin-directory', 'a\u001b]0;owned\u0007')
  assert.match(stderr, /path: .*\/a\\u\{1b\}\]0;owned\\u\{7\}, digests/)
  assert.ok(!`${stdout}${stderr}`.includes('\u001b]'))
})

test('where no plugin may run, a call says that it is for want of proof', async (t) => {
  const { type } = aPlace(t, () => '')
  const { code, stderr } = await type('call', 'listComponents', LIST, '--plugin-directory', 'plugins')
  assert.equal(code, 76)
  assert.match(stderr, /error\[PLUGIN_UNPROVEN\]: plugin `twin` .*is not run, as nothing proves it/)
})

test('a plugin that the config names is listed, inspected and asked', async (t) => {
  for (const config of [trusting, pinning]) {
    const { type, left, digest } = aPlace(t, config)
    const listed = JSON.parse((await type('ls', '--json')).stdout)
    assert.deepEqual(listed[0].capabilities, [
      { capability: 'componentLister', types: [{ type: 'Twin/v1', aliases: ['twin'] }] },
    ])
    assert.deepEqual([listed[0].digest, listed[0].proof], [digest, config === trusting ? 'folder' : 'digest'])
    const shown = await type('inspect', 'twin')
    assert.match(
      shown.stdout,
      /supportedRepositorySpecTypes: Twin\/v1, also twin\n {2}listComponents {2}POST \/components\/list/,
    )
    const { code, stdout } = await type('call', 'listComponents', LIST)
    assert.equal(code, 0)
    assert.deepEqual(JSON.parse(stdout).list, ['a'])
    assert.deepEqual(left(), [])
  }
})

test('a config that trusts a folder is warned of', async (t) => {
  const { type } = aPlace(t, trusting)
  assert.match((await type('ls')).stderr, /run without proof; whoever writes there decides what/)
})

test('credentials come from a file that is private, and never stand in a command line', async (t) => {
  const { type, folder } = aPlace(t, trusting)
  const file = join(folder, 'key.json')
  writeFileSync(file, '{"type": "Credentials/v1", "properties": {"password": "s3cret"}}', { mode: 0o644 })
  const refused = await type('call', 'listComponents', LIST, '--credentials', 'key.json')
  assert.equal(refused.code, 77)
  assert.match(refused.stderr, /chmod 600/)
  chmodSync(file, 0o600)
  const { echoed } = JSON.parse((await type('call', 'listComponents', LIST, '--credentials', 'key.json')).stdout)
  assert.match(echoed.authorization, /s3cret/)
  assert.doesNotMatch(JSON.stringify(echoed.argv), /s3cret/)
})

test('the credential repositories of the config are asked for what a call is not given', async (t) => {
  const config = () =>
    `operator: {credentialRepositories: [{type: OctoLogins/v1}], pluginDirectories: [{path: ./plugins, trust: unsigned}]}`
  const identity = { type: 'OCIRegistry', hostname: 'shop.example' }
  const answers = {
    '/components/list': { echo: true, body: { list: [] } },
    '/identity': { body: JSON.stringify({ identity }) },
  }
  const { type, folder } = aPlace(t, config, { answers })
  writeFileSync(join(folder, '.netrc'), 'machine shop.example login me password sesame-open\n', { mode: 0o600 })
  for (const words of [[], ['--plugin', 'twin']]) {
    const { stdout, stderr } = await type('call', 'listComponents', LIST, ...words)
    const { echoed } = JSON.parse(stdout)
    assert.deepEqual(JSON.parse(echoed.authorization).properties, { username: 'me', password: 'sesame-open' }, stderr)
    assert.doesNotMatch(JSON.stringify(echoed.argv), /sesame-open/)
  }
})

test('a request comes from a file too, and configurations from documents of OCM', async (t) => {
  const capabilities = JSON.stringify({
    capabilities: [{ type: 'componentLister', supportedRepositorySpecTypes: [{ type: 'Twin/v1' }] }],
    supportedConfigTypes: ['twin.config/v1'],
  })
  const { type, folder } = aPlace(t, trusting, { capabilities })
  writeFileSync(join(folder, 'request.json'), LIST)
  const generic =
    'type: generic.config.ocm.software/v1\nconfigurations: [{type: other/v1}, {type: twin.config/v1, n: 1}]\n'
  writeFileSync(join(folder, 'ocmconfig.yaml'), generic)
  const { stdout } = await type('call', 'listComponents', '@request.json', '--ocm-config', 'ocmconfig.yaml')
  assert.deepEqual(JSON.parse(stdout).echoed.config.configTypes, [{ n: 1, type: 'twin.config/v1' }])
})

test('a file that a plugin answers with is kept where the command line says', async (t) => {
  const capabilities = JSON.stringify({
    capabilities: [{ type: 'blobTransformer', supportedTransformerSpecTypes: [{ type: 'Twin/v1' }] }],
  })
  const { type, folder } = aPlace(t, trusting, { capabilities, answers: { '/blob/transform': { file: 'bytes' } } })
  const request = '{"location": {"type": "localFile", "value": "/dev/null"}, "specification": {"type": "Twin/v1"}}'
  const { stdout } = await type('call', 'transformBlob', request, '--save', 'kept')
  assert.equal(JSON.parse(stdout).location.value, join(folder, 'kept', 'blob'))
  assert.equal(readFileSync(join(folder, 'kept', 'blob'), 'utf8'), 'bytes')
})

const LOST = { code: 73, said: 'error[NO_SPACE]: no space is left for `standard output`' }

function openSink(path: string) {
  const descriptor = openSync(path, 'w')
  return { descriptor, [Symbol.dispose]: () => closeSync(descriptor) }
}

test('the bytes of a call come from a file or standard input, and go to standard output, and nothing of them is left', async (t) => {
  const capabilities = JSON.stringify({
    capabilities: [{ type: 'blobTransformer', supportedTransformerSpecTypes: [{ type: 'Twin/v1' }] }],
  })
  const request = '{"specification": {"type": "Twin/v1"}}'
  const own = '{"location": {"type": "localFile", "value": "/dev/null"}}'
  const echo = { echo: true, body: JSON.parse(own) }
  const echoing = aPlace(t, trusting, { capabilities, answers: { '/blob/transform': echo } })
  const askedWith = ({ stdout }: { readonly stdout: string }) =>
    JSON.parse(JSON.parse(stdout).echoed.body).location.value as string
  writeFileSync(join(echoing.folder, 'in'), 'bytes')
  const named = await echoing.type('call', 'transformBlob', request, '--blob', 'in')
  assert.equal(askedWith(named), join(echoing.folder, 'in'))
  const missing = await echoing.type('call', 'transformBlob', request, '--blob', 'nothing')
  assert.match(missing.stderr, /error\[\w+\]: .*nothing/)
  const twice = await echoing.type('call', 'transformBlob', '-', '--blob', '-')
  assert.match(twice.stderr, /error\[USAGE\]: the request and `--blob` are both to come from standard input/)

  const place = { cwd: echoing.folder, env: { ...echoing.env }, input: 'bytes' }
  const streamed = await runOcto(['plugin', 'call', 'transformBlob', request, '--blob', '-'], place)
  assert.match(askedWith(streamed), /\/blob$/, streamed.stderr)
  assert.ok(!existsSync(askedWith(streamed)))

  const answering = aPlace(t, trusting, { capabilities, answers: { '/blob/transform': { file: 'packed' } } })
  const words = ['plugin', 'call', 'transformBlob', request, '--blob', '-', '--save', '-']
  const { code, stdout, stderr } = await runOcto(words, { ...place, cwd: answering.folder, env: answering.env })
  assert.deepEqual([code, stdout], [0, 'packed'], stderr)
  assert.match(stderr, /"type": "localFile"/)
  assert.doesNotMatch(stderr, /"value"/)
  const full = existsSync('/dev/full') ? await lostOutput() : undefined
  assert.deepEqual(full ?? LOST, LOST)
  assert.deepEqual([echoing.left(), answering.left()], [[], []])

  async function lostOutput() {
    const octo = fileURLToPath(new URL('../../../bin/octo.js', import.meta.url))
    const { env, folder: cwd } = answering
    using sink = openSink('/dev/full')
    const ran = spawnSync(process.execPath, [octo, ...words], {
      ...{ cwd, env: { ...process.env, ...BUNDLE, ...env }, encoding: 'utf8', input: 'bytes' },
      stdio: ['pipe', sink.descriptor, 'pipe'],
    })
    return { code: ran.status, said: /error\[\w+\].*/.exec(ran.stderr)?.[0] }
  }
})

test('credentials that are longer than a plugin or the protocol takes are refused with what to do', async (t) => {
  const [refusing, plain] = [aPlace(t, trusting, { headerBytes: 16_384 }), aPlace(t, trusting)]
  const write = (folder: string, length: number) => {
    const credentials = { type: 'Credentials/v1', properties: { token: 'x'.repeat(length) } }
    writeFileSync(join(folder, 'key.json'), JSON.stringify(credentials), { mode: 0o600 })
  }
  for (const [{ folder, type, left }, length, words] of [
    [refusing, 20_000, /plugin `twin` does not take credentials of 20051 bytes in the header/],
    [plain, 600_000, /`.*key\.json` is larger than 524288 bytes/],
  ] as const) {
    write(folder, length)
    const { stderr } = await type('call', 'listComponents', LIST, '--credentials', 'key.json')
    assert.match(stderr, /error\[LIMIT_EXCEEDED\]/)
    assert.match(stderr, words)
    assert.doesNotMatch(stderr, /xxx/)
    assert.deepEqual(left(), [])
  }
})

test('a check of no file says so, and what to name', async (t) => {
  const { type } = aPlace(t, () => '')
  const { code, stderr } = await type('check', 'plugins/none')
  assert.equal(code, 66)
  assert.match(
    stderr,
    /error\[FILE_NOT_FOUND\]: there is no file `.*plugins\/none`\n.*\nhint: .*`octo plugin check \.\/my-plugin`/,
  )
})

test('a file of the folder where somebody stands is not run in place of the plugin that a check names', async (t) => {
  const { type, folder } = aPlace(t, pinning, { answers: { '/shutdown': { leaves: true } } })
  for (const name of ['twin', 'stranger'])
    writeFileSync(join(folder, name), `#!/bin/sh\necho run >> ${join(folder, 'ran')}\n`, { mode: 0o755 })
  const named = await type('check', 'twin', '--json')
  assert.equal(JSON.parse(named.stdout).plugin, 'twin')
  const unknown = await type('check', 'stranger')
  assert.equal(unknown.code, 66)
  assert.match(unknown.stderr, /no service plugin `stranger`.*\n.*\nhint: `octo plugin check \.\/stranger`/)
  assert.ok(!readdirSync(folder).includes('ran'))
  await type('check', './stranger')
  assert.ok(readdirSync(folder).includes('ran'))
})

test('a plugin that keeps to the protocol passes its check', async (t) => {
  const refusing = { status: 400, body: 'failed to decode request: no\n' }
  const good = aPlace(t, () => '', {
    answers: { '/components/list': refusing, '/identity': refusing, '/shutdown': { leaves: true } },
  })
  const passed = await good.type('check', 'plugins/twin', '--json')
  const findings = JSON.parse(passed.stdout).findings as { check: string; result: string; detail?: string }[]
  assert.deepEqual(
    findings.filter(({ result }) => result !== 'passed').map(({ check, detail }) => `${check}: ${detail}`),
    ["has schemas that can be used: none for Twin/v1: OCM's own manager refuses every call of such a type"],
  )
  assert.equal(passed.code, 0)
  assert.ok(findings.length >= 12)
  assert.deepEqual(good.left(), [])
})

test('what was checked is a table on a terminal of 80 columns', () => {
  const streams = collectedStreams({ tty: true, columns: 80, env: { NO_COLOR: '1' } })
  showFindings(
    [
      { result: 'passed', check: 'declares what it can do', detail: 'componentVersionRepository (1 type)' },
      {
        result: 'passed',
        check: 'componentVersionRepository: POST /component-version/upload refuses a body that is not JSON',
      },
    ],
    openTerminal({}, streams),
  )
  const [title = '', ...rows] = streams.stdout().trimEnd().split('\n')
  assert.match(title, /^result +check +detail$/)
  assert.match(rows[0] ?? '', /^passed +declares what it can do +component/)
  for (const row of rows) assert.ok(row.length <= 80, row)
})
