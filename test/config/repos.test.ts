// Which repos a config may name, how often and by which address, and what a pin may say: each problem in its own words.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { readFiles } from '../support/machine/config-files.ts'

const URL_TEXT = 'https://x.example/repos/core.yaml'
const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const KEY = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')

const repo = (url: string) => `operator: {repos: {core: {url: ${url}, trust: unsigned}}}`
const mirrored = (mirrors: string, more = `keys: [${KEY}]`, url = URL_TEXT) =>
  `operator: {repos: {core: {url: "${url}", ${more}, mirrors: ${mirrors}}}}`
const pin = (text: string) => `operator: {plugins: {${text}}}`

const REFUSED: readonly (readonly [text: string, problem: RegExp])[] = [
  [repo('1'), /repo `core` has no `url`$/],
  [repo('~'), /repo `core` has no `url`$/],
  [repo('[a]'), /repo `core` has no `url`$/],
  ['operator: {repos: {core: {trust: unsigned}}}', /repo `core` has no `url`$/],
  ['operator: {repos: {core: text}}', /repo `core` is no map with `url`$/],
  ['operator: {repos: {core: ~}}', /repo `core` is no map with `url`$/],
  ['repos: {core: [1]}', /repo `core` is no map with `url`$/],
  [`repos: {include: ["${URL_TEXT}"]}`, /repo `include` is no map with `url`$/],
  [repo('"ftp://x.example/core.yaml"'), /of repo `core` is not one of `https:\/\/…`, `http:\/\/…`, `file:\/\/…`$/],
  [repo('"javascript:core.yaml"'), /is not one of/],
  [repo('"https://me@x.example/core.yaml"'), /address of repo `core` holds a user name or password$/],
  [repo('"https://:hunter2@x.example/core.yaml"'), /address of repo `core` holds a user name or password$/],
  [repo('"https://me:12/hunter2@x.example/core.yaml"'), /address of repo `core` holds a user name or password$/],
  [repo('"https://x.example/core.yaml?token=hunter2"'), /address of repo `core` has a query or fragment$/],
  [repo('"https://x.example/core.yaml#hunter2"'), /address of repo `core` has a query or fragment$/],
  [repo('"file:///srv/core.yaml?token=hunter2"'), /address of repo `core` has a query or fragment$/],
  [`operator: {repos: {Core: {url: "${URL_TEXT}", trust: unsigned}}}`, /repo name `Core` is not allowed$/],
  ['repos: {include: [{url: "https://x.example/My%20Repo.yaml", trust: unsigned}]}', /`My%20Repo` is not allowed$/],
  ['repos: {include: [{url: "https://x.example/", trust: unsigned}]}', /repo name `` is not allowed$/],
  [
    `${repo(`"${URL_TEXT}"`)}\noctoctl: {repos: {core: {url: "https://y.example/core.yaml", trust: unsigned}}}`,
    /line 2: repo `core` is named twice, with `https:\/\/x\.example\/.*` and `https:\/\/y\.example\/core\.yaml`$/,
  ],
  [`${repo(`"${URL_TEXT}"`)}\noctoctl: {repos: {core: {url: "${URL_TEXT}", keys: [${KEY}]}}}`, /is named twice/],
  [mirrored('["https://y.example/core.yaml"]', 'trust: unsigned'), /`mirrors`, which need `keys`/],
  [mirrored('["https://y.example/r/other.yaml"]'), /is another repo, expected an address that ends with `core\.yaml`$/],
  [mirrored('["ftp://y.example/core.yaml"]'), /of a mirror of repo `core` is not one of/],
  [mirrored('["https://me:hunter2@y.example/core.yaml"]'), /of a mirror of repo `core` holds a user name or password$/],
  [mirrored('["https://y.example/core.yaml?token=hunter2"]'), /of a mirror of repo `core` has a query or fragment$/],
  [mirrored('["ocm://y.example/core.yaml//a.example/core.yaml"]'), /mirror/],
  [mirrored('[{url: "https://y.example/core.yaml"}]'), /of a mirror of repo `core` is no text$/],
  [mirrored('[1]'), /of a mirror of repo `core` is no text$/],
  [mirrored('["y.example/core.yaml"]'), /of a mirror of repo `core` has no scheme$/],
  [mirrored(`["${URL_TEXT}"]`), /names the address `https:\/\/x\.example\/.*` twice$/],
  [mirrored('["https://y.example/core.yaml", "https://y.example/core.yaml"]'), /names the address .* twice$/],
  [mirrored('["ocm://y.example//acme.org/core.yaml"]'), /is not one of `https:/],
  [mirrored('[{url: "https://y.example/core.yaml"}]'), /address of a mirror of repo `core` is no text$/],
  [mirrored(`[${'"https://y.example/core.yaml",'.repeat(17)}]`), /more than 16 mirrors$/],
  [mirrored('["https://{{.env.SECRET}}.example/core.yaml"]'), /line 1: .*environment variable/],
  [pin('c: "not a range"'), /octo\.yaml` line 1: [^:]*not a range/],
  [pin('C: 1'), /octo\.yaml` line 1: [^:]*`C`/],
  [pin('c: {repo: Core}'), /octo\.yaml` line 1: [^:]*`Core`/],
  [pin('c: {version: "not a range"}'), /octo\.yaml` line 1: [^:]*not a range/],
  [pin('c: {version: [1]}'), /^`[^`]*octo\.yaml` line 1: `version` is no plain text$/],
  [pin('c: {repo: {a: b}}'), /^`[^`]*octo\.yaml` line 1: `repo` is no plain text$/],
  [pin('c: {prerelease: maybe}'), /^`[^`]*octo\.yaml` line 1: `prerelease` is neither/],
]
for (const [text, problem] of REFUSED)
  test(`\`${text}\` is refused`, async (t) => {
    const error = await expectCodeAsync('CONFIG_INVALID', () => readFiles(t, { 'octo.yaml': `${text}\n` }))
    assert.match(error.message, problem)
    assert.doesNotMatch(`${error.message} ${JSON.stringify(error.details)} ${error.hint}`, /hunter2/)
  })

test('a pin and a check of a repo that the config does not have are refused by its name', async (t) => {
  for (const text of [pin('c: {repo: other}'), 'operator: {services: {web: {health: [{tool: other/c}]}}}']) {
    const error = await expectCodeAsync('REPO_NOT_FOUND', () => readFiles(t, { 'octo.yaml': `${text}\n` }))
    assert.match(
      error.message,
      /octo\.yaml` line 1: (?:a check|the pin of `c`) names the repo `other`, which the config does not have/,
    )
  }
})

const REPEATED: readonly (readonly [second: string, names: readonly string[]])[] = [
  [`repos: {include: [{url: "${URL_TEXT}"}]}`, ['first']],
  [`octoctl: {repos: {other: {url: "${URL_TEXT}"}}}`, ['first']],
  [`octoctl: {repos: {other: {url: "${URL_TEXT}", trust: unsigned}}}`, ['first', 'other']],
  [`octoctl: {repos: {other: {url: "${URL_TEXT}", keys: [${KEY}]}}}`, ['first', 'other']],
  ['octoctl: {repos: {other: {url: "https://y.example/core.yaml", trust: unsigned}}}', ['first', 'other']],
]
for (const [second, names] of REPEATED)
  test(`\`${second.replace(KEY, 'KEY')}\` beside a repo of that address makes the repos ${names}`, async (t) => {
    const text = `operator: {repos: {first: {url: "${URL_TEXT}", trust: unsigned}}}\n${second}\n`
    const { repos } = await readFiles(t, { 'octo.yaml': text })
    assert.deepEqual(
      repos.map(({ name }) => name),
      names,
    )
  })

test('mirrors of a repo are addresses in the order of the config, one or several', async (t) => {
  for (const [text, expected] of [
    ['"https://y.example/a/core.yaml"', ['https://y.example/a/core.yaml']],
    [
      '["https://z.example/core.yaml", "http://y.example/core.yaml"]',
      ['https://z.example/core.yaml', 'http://y.example/core.yaml'],
    ],
    ['[]', undefined],
  ] as const) {
    const { repos } = await readFiles(t, { 'octo.yaml': `${mirrored(text)}\n` })
    assert.deepEqual(repos[0]?.mirrors, expected, text)
  }
  const none = await readFiles(t, { 'octo.yaml': `${mirrored('[]', 'trust: unsigned')}\n` })
  assert.equal(none.repos[0]?.mirrors, undefined)
})

const SEVERAL: readonly (readonly [repo: string, problems: readonly RegExp[]])[] = [
  ['{}', [/has no `url`$/, /does not say whose signatures it needs$/]],
  ['{url: x.example/core.yaml}', [/has no scheme$/, /does not say whose signatures it needs$/]],
  [`{url: x.example/core.yaml, keys: [${KEY}], mirrors: ["https://y.example/core.yaml"]}`, [/has no scheme$/]],
  ['{url: "ocm://"}', [/none of a plugin registry of OCM$/]],
]
for (const [text, problems] of SEVERAL)
  test(`the problems of repo \`${text.replace(KEY, 'KEY')}\` are told at once, and each of them once (${problems.length})`, async (t) => {
    const found: string[] = []
    const onProblem = ({ message }: Error) => found.push(message)
    const { repos } = await readFiles(t, { 'octo.yaml': `operator: {repos: {core: ${text}}}\n` }, { onProblem })
    assert.deepEqual(repos, [])
    assert.equal(found.length, problems.length, found.join('\n'))
    for (const [at, problem] of problems.entries()) assert.match(found[at] ?? '', problem)
  })

test('a config has no more than 256 repos', async (t) => {
  const reading = (count: number) => {
    const repos = Array.from(
      { length: count },
      (_, at) => `r${at}: {url: "https://x.example/r${at}.yaml", trust: unsigned}`,
    )
    return readFiles(t, { 'octo.yaml': `operator: {repos: {${repos}}}\n` })
  }
  assert.equal((await reading(256)).repos.length, 256)
  assert.match((await expectCodeAsync('CONFIG_INVALID', () => reading(257))).message, /more than 256 repos$/)
})
