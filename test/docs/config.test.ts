// docs/CONFIG.md tells the truth: its examples are read, and its table is the one in code.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { FIELDS } from '../../config/document/fields.ts'
import type { TreeNode } from '../../config/document/node.ts'
import { dataOf, parseTree } from '../../config/document/node.ts'
import { openWarnings } from '../../config/document/warnings.ts'
import { includesOf } from '../../config/include/read-include.ts'
import type { OctoConfig } from '../../config/model/config.ts'
import { versionInAddress } from '../../config/steps/document-version.ts'
import { FUNCTION_NAMES } from '../../config/template/functions/index.ts'
import { formatted } from '../../config/template/printf.ts'
import { writeTrustedKeys } from '../../config/trusted-keys/trusted-keys.ts'
import { argumentVector } from '../../operator/exec/argument-vector.ts'
import { withFieldTable } from '../../tools/write-config-docs.ts'
import { DOCUMENT, keyOf, signatureBy } from '../support/builders/signed-documents.ts'
import { openWholeConfig, readFiles } from '../support/machine/config-files.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { blocksOfKind, readDocument } from '../support/octo/document-blocks.ts'

const PAGE = 'docs/CONFIG.md'

test('the three formats of the config mean the same, without a warning', async (t) => {
  const texts = blocksOfKind(PAGE, 'config').slice(0, 3)
  const configs = await Promise.all(texts.map((text) => readFiles(t, { 'octo.yaml': text })))
  const [seeds, later, octoctl] = configs.map(meaningOf)
  assert.equal(configs[0]?.services[0]?.checks.health[0]?.failureThreshold, 4)
  assert.deepEqual(
    configs.flatMap(({ warnings }) => warnings),
    [],
  )
  assert.deepEqual(later, seeds)
  assert.deepEqual(octoctl, seeds)
})

test('the config with everything else is read, and warns only about trust', async (t) => {
  const config = await readFiles(t, { 'octo.yaml': blocksOfKind(PAGE, 'config')[3] as string })
  assert.deepEqual(
    config.warnings.map(({ message }) => message.includes('without signatures')),
    [true],
  )
  assert.deepEqual(
    config.pins.map(({ plugin }) => plugin),
    ['check-tcp', 'check-old'],
  )
  const [web] = config.services
  assert.deepEqual(web?.checks.preflight[0]?.arguments.value, { port: 8080 })
  assert.equal(web?.checks.preflight[0]?.timeoutMs, 90_000)
  assert.equal(web?.checks.health[0]?.enabled, false)
})

test('the templates of the page are filled in as it says', async (t) => {
  const [text = ''] = blocksOfKind(PAGE, 'templates')
  const { services, warnings } = await readFiles(t, { 'octo.yaml': text }, { env: { HOST: 'db' } })
  assert.deepEqual(
    services[0]?.checks.health.map((item) => item.arguments.value),
    [{ port: 8080, host: 'db' }, ['--format={{.Names}}']],
  )
  assert.deepEqual(warnings, [])
})

test('the signed document of the page counts by the key that its fingerprint names', async (t) => {
  const [text = ''] = blocksOfKind(PAGE, 'signed')
  const trustedKeysPath = join(tempFolder(t), 'trusted-keys.json')
  await writeTrustedKeys(trustedKeysPath, [{ key: await keyOf('good'), addresses: [], names: [] }])
  const web: Record<string, string> = { 'all.yaml': DOCUMENT, 'all.yaml.asc': signatureBy('good') }
  const fetchText = async (url: string) => web[url.replace('https://charts.example.com/shop/', '')] ?? assert.fail(url)
  const { services, warnings } = await readFiles(t, { 'octo.yaml': text }, { fetchText, trustedKeysPath })
  assert.deepEqual([services[0]?.name, warnings], ['web', []])
})

test('the versions of the page are in addresses that say where others are listed', () => {
  const [text = ''] = blocksOfKind(PAGE, 'versions')
  const root = parseTree(text, { name: 'octo.yaml', remote: false })
  assert.deepEqual(
    includesOf(root, openWarnings()).map(({ text: url, versions }) => [versionInAddress(url)?.version, versions]),
    [
      ['1.2.0', { format: 'github' }],
      ['1.0.0', { format: 'octo' }],
    ],
  )
})

test('the prompts of the page are asked, and answer templates', async (t) => {
  const [text = ''] = blocksOfKind(PAGE, 'prompts')
  const ask = async ({ name }: { name: string }) => `answer to ${name}`
  const { services, warnings } = await readFiles(t, { 'octo.yaml': text }, { ask })
  assert.deepEqual(services[0]?.checks.health[0]?.arguments.value, {
    password: 'answer to Password of the vault',
    region: 'answer to Region',
  })
  assert.deepEqual(warnings, [])
})

test('the templates with more than names are filled in as their words say', async (t) => {
  const [text = ''] = blocksOfKind(PAGE, 'text-templates')
  const { services } = await readFiles(t, { 'octo.yaml': text })
  assert.deepEqual(
    services[0]?.checks.health.map((item) => item.arguments.value),
    [
      { port: 8080, host: 'A.EXAMPLE' },
      {
        url: 'https://a.example,b.example/',
        expect: 'cert: "/etc/web.pem"\nhosts:\n  - a.example\n  - b.example',
      },
    ],
  )
})

test('the document that a template makes holds what the page says', async (t) => {
  const [text = ''] = blocksOfKind(PAGE, 'made')
  const octo = `include: [{url: shop.yaml, template: true}]
configs: {apps: {api: {image: "acme/api:1", port: 9000, env: {LOG: info}}, web: {image: acme/web, env: {A: "b: c"}}}}
`
  const { effective } = await openWholeConfig(t, { 'octo.yaml': octo, 'shop.yaml': text })
  const { root } = effective()
  assert.deepEqual(root?.entries.get('services') && dataOf(root.entries.get('services') as TreeNode), {
    api: { image: 'acme/api:1', ports: ['9000:80'], environment: { LOG: 'info' } },
    web: { image: 'acme/web', environment: { A: 'b: c' } },
  })
})

test('services get the shared values that the page says', async (t) => {
  const [text = ''] = blocksOfKind(PAGE, 'globals')
  const { effective } = await openWholeConfig(t, { 'octo.yaml': text })
  const { root } = effective()
  assert.deepEqual(root?.entries.get('configs') && dataOf(root.entries.get('configs') as TreeNode), {
    web: { listen: { port: 9090, host: '127.0.0.1' }, log: 'info', zone: 'eu' },
    db: { zone: 'eu' },
  })
})

test('the TOML of the page is read', async (t) => {
  const [text = ''] = readDocument(PAGE).split('```toml config\n').slice(1)
  const { services } = await readFiles(t, { 'octo.toml': text.split('```', 1)[0] ?? '' }, { named: ['octo.toml'] })
  assert.deepEqual(services[0]?.checks.health[0]?.arguments.value, { port: 8080 })
})

test('the page names every function of templates', () => {
  const words = new Set(readDocument(PAGE).split(/[^A-Za-z]+/))
  for (const name of FUNCTION_NAMES) assert.ok(words.has(name), name)
})

test('the page names every verb of printf, and what it does not take of those of Go', () => {
  const page = readDocument(PAGE)
  const print = (directive: string) =>
    formatted(directive, [{ kind: 'float', value: 2.5 }], {
      ...{ maxWidth: 1000, meter: { spend: () => undefined } },
      refuse: (problem) => new RangeError(problem),
    })
  const verbs = /has the verbs `([A-Za-z ]+)`/.exec(page)?.[1]?.split(' ') ?? []
  assert.equal(verbs.length, 19)
  const [, refused = ''] = /Refused, where Go takes them: ([\s\S]*?\))\.\n/.exec(page) ?? []
  const directives = [...refused.matchAll(/`(%[^`]+)`/g)].map(([, directive = '']) => directive)
  assert.equal(directives.length, 11, refused)
  for (const directive of directives) assert.throws(() => print(directive), RangeError, directive)
  for (const verb of verbs) if (!directives.includes(`%${verb}`)) assert.doesNotThrow(() => print(`%${verb}`), verb)
  const letters = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'].filter((one) => !verbs.includes(one))
  for (const letter of letters) assert.throws(() => print(`%${letter}`), RangeError, letter)
})

test('the table of the page has every field of the code', () => {
  const page = readDocument(PAGE)
  assert.equal(withFieldTable(page), page)
  for (const rows of Object.values(FIELDS))
    for (const key of Object.keys(rows)) assert.ok(key === '*' || page.includes(`| \`${key}\` |`), key)
})

function meaningOf({ repos, pins, services }: OctoConfig) {
  const checks = services.flatMap((service) =>
    [...service.checks.preflight, ...service.checks.health].map(({ place: _, arguments: given, ...item }) => ({
      ...item,
      service: service.name,
      words: argumentVector(given, { booleans: 'omit' }),
    })),
  )
  return { repos, pins, checks }
}
