// An address in a message never shows what may be a secret, whichever part of the code shows it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readPlainRepo } from '../../client/sources/plain/read-repo.ts'
import { repoAddressOf } from '../../client/sources/repo-address.ts'
import { parseRegistryUrl } from '../../publisher/account/registry-url.ts'
import { isCoded } from '../../schemas/errors.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import { parseBaseUrl } from '../../static-tree/base-url.ts'
import { callRefusalOf } from '../../system/http/call-refusal.ts'
import { readConfig } from '../support/builders/read-configs.ts'
import { writeConfigFiles } from '../support/machine/config-files.ts'
import { triesEveryCase } from '../support/machine/full-form.ts'

/** Parts of every secret below; none holds a character that would end it early. */
const SECRET = /hunter2|s3cret/

test('what may be secret is cut from addresses, and paths stay as they are', () => {
  const rows = [
    ['https://x.example/a.yaml', 'https://x.example/a.yaml'],
    ['https://x.example', 'https://x.example'],
    ['https://x.example:8443/a%20b/', 'https://x.example:8443/a%20b/'],
    ['https://[::1]:80/x?y', 'https://[::1]:80/x'],
    ['https://hunter2@x.example/a.yaml', 'https://x.example/a.yaml'],
    ['https://me:hunter2@x.example/a.yaml?token=s3cret#s3cret', 'https://x.example/a.yaml'],
    ['https://x.example?token=s3cret', 'https://x.example'],
    ['https://x.example/@scope/a.yaml', 'https://x.example/@scope/a.yaml'],
    ['ftp://me:hunter2@x.example/a', 'ftp://x.example/a'],
    ['https://me:hun/hunter2@x.example/a', 'https://…@x.example/a'],
    ['https://me:12/hunter2@x.example/a', 'https://…@x.example/a'],
    ['https://me:?hunter2#s3cret@x.example/a?s3cret', 'https://…@x.example/a'],
    ['https://me:hunter2@x.example:port/a', 'https://…@x.example:port/a'],
    ['https://me:hun ter@hunter2@x y/a', 'https://…@x y/a'],
    ['hunter2:x-token@x.example/a.yaml', '…@x.example/a.yaml'],
    ['//me:hunter2@x.example/a', '//…@x.example/a'],
    ['//hunter2@x.example/a', '//…@x.example/a'],
    ['x.example/a?token=s3cret', 'x.example/a'],
    ['file:///srv/a.yaml', 'file:///srv/a.yaml'],
    ['./@scope/a.yaml', './@scope/a.yaml'],
    ['../b?.yaml', '../b?.yaml'],
    ['/srv/a@b#c.yaml', '/srv/a@b#c.yaml'],
    ['plugins/@scope/a.yaml', 'plugins/@scope/a.yaml'],
    ['C:\\plugins\\a.yaml', 'C:\\plugins\\a.yaml'],
    ['', ''],
  ] as const
  for (const [address, shown] of rows) assert.equal(shownAddress(address), shown, address)
})

/** Ways to write a secret into an address below `x.example`; which part refuses it is not said here. */
const WAYS = [
  'https://me:hunter2@x.example/PATH',
  'https://hunter2@x.example/PATH',
  'http://me:hunter2@x.example/PATH',
  'ftp://me:hunter2@x.example/PATH',
  'me:hunter2@x.example/PATH',
  '//me:hunter2@x.example/PATH',
  'https://me:hun/hunter2@x.example/PATH',
  'https://me:hunter2@x.example:port/PATH',
  'https://x.example/PATH?token=s3cret',
  'https://x.example/PATH#s3cret',
  'http://x.example/PATH?token=s3cret',
  'x.example/PATH?token=s3cret',
]

function requireSilent(error: unknown, way: string): void {
  const texts = [
    error,
    error instanceof Error ? [error.message, error.cause, isCoded(error) && [error.details, error.hint]] : '',
  ]
  const text = JSON.stringify(texts, (_key, value) => (value instanceof Error ? [value.message, { ...value }] : value))
  assert.doesNotMatch(text, SECRET, way)
}

/** Runs to an error or a value; neither the error nor its causes show a secret. */
async function silently(way: string, act: () => unknown): Promise<unknown> {
  try {
    return await act()
  } catch (error) {
    requireSilent(error, way)
    return error
  }
}

/** What a server of configs may answer; each leads to another error, or to warnings with a place. */
const ANSWERS: Readonly<Record<string, string>> = {
  'no YAML': 'a: [',
  'an unknown key': 'operatr: {}\n',
  'a wrong value': 'operator: {services: 3}\n',
  'itself included': 'include: [SELF]\n',
  'a local file included': 'include: ["file:///etc/passwd"]\n',
  'an address without encryption included': 'include: ["http://me:hunter2@y.example/a.yaml?x=s3cret"]\n',
  'a template': 'name: "{{.env.HOME}}"\n',
  'what only local documents may say':
    'operator: {repos: {core: {url: "https://x.example/repos/core.yaml", trust: unsigned}}}\n',
  'too much': `# ${'x'.repeat(300_000)}\n`.repeat(9),
  'nothing wrong': 'operator: {}\n',
}

const NAMES = ['a.yaml', 'a.json', 'a.toml', 'a']

test('no error and no warning about a config, an include or a repo shows the secrets of its address', async (t) => {
  let [tried, refused] = [0, 0]
  // Each way meets each answer, by one of the names in turns or by all of them.
  for (const [at, way] of WAYS.entries())
    for (const [other, [what, answer]] of Object.entries(ANSWERS).entries())
      for (const path of triesEveryCase ? NAMES : [NAMES[(at + other) % NAMES.length] ?? '']) {
        const address = way.replace('PATH', path)
        const fetchText = async (url: string) => answer.replace('SELF', url)
        const cwd = await writeConfigFiles(t, { 'octo.yaml': `include: [${JSON.stringify(address)}]\n` })
        for (const [named, deps] of [
          [undefined, { cwd, env: {}, fetchText }],
          [undefined, { cwd, env: {} }],
          [address, { cwd, env: {}, fetchText }],
          [address, { cwd, env: {} }],
        ] as const) {
          tried++
          const config = await silently(`${way}: ${what}`, () => readConfig(named, deps))
          if (config instanceof Error) refused++
          else requireSilent((config as { warnings?: unknown }).warnings, `${way}: ${what}`)
        }
      }
  assert.ok(refused > tried / 2, `${refused} refusals of ${tried}`)
})

test('no error about a repo or a registry shows the secrets of its address', async (t) => {
  const repo = (url: string) => `operator: {repos: {core: {url: ${JSON.stringify(url)}, trust: unsigned}}}\n`
  for (const way of WAYS)
    for (const path of ['repos/core.yaml', 'repos/core', 'x y', '']) {
      const address = way.replace('PATH', path)
      await silently(way, async () =>
        readConfig(undefined, { cwd: await writeConfigFiles(t, { 'octo.yaml': repo(address) }), env: {} }),
      )
      await silently(way, () => parseRegistryUrl(address, {}))
      await silently(way, () => parseBaseUrl(address))
      await silently(way, () => /^https?:/.test(address) && URL.canParse(address) && repoAddressOf(address))
      await silently(way, () => {
        throw callRefusalOf({ status: 302, headers: { location: address }, text: '' }, 'GET x', { address: 'name it' })
      })
    }
})

test('no error about a plain repo shows the secrets of its address, or of those it names', async () => {
  const start = 'https://x.example/plain.yaml?token=s3cret'
  const plugin = (fields: string) => `tools: {hello: {baremetal: {binary: {linux_amd64: {${fields}}}}}}\n`
  const documents = [
    'a: [',
    'include: [{url: "plain.yaml?token=s3cret"}]\n',
    'include: [{url: 3}]\n',
    plugin('url: 3'),
    plugin('url: ./x, binary: ../up'),
    ...WAYS.flatMap((way) => [plugin(`url: ${JSON.stringify(way)}`), `include: [{url: ${JSON.stringify(way)}}]\n`]),
  ]
  let refused = 0
  for (const text of [undefined, ...documents]) {
    const found = await silently(String(text), () =>
      readPlainRepo(async ({ href }) => (href === start ? text : undefined), new URL(start)),
    )
    if (found instanceof Error) refused++
  }
  assert.ok(refused > 20, `${refused} refusals`)
})
