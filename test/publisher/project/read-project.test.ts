import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readProject } from '../../../publisher/project/read-project.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aPluginProject } from '../../support/builders/plugin-project.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const WITHOUT_PIPES = process.platform === 'win32' && 'Windows has no pipes and devices in its folders'
const CHANGELOG = '# Changelog\n\n## 1.0.0\n\nsays hello\n\n## 0.9.0\n\nsaid nothing\n'

test('README and what the changelog says about this version go into the release', async () => {
  const manifest = { readme: 'README.md', changelog: 'CHANGELOG.md' }
  await using project = await aPluginProject({ manifest, files: { 'CHANGELOG.md': CHANGELOG } })
  const { released } = await readProject(project.dir)
  assert.equal(released.readme, '# hello\n')
  assert.equal(released.changelog, 'says hello')
})

test('a release without a changelog has no such field, so that it is what it was', async () => {
  await using project = await aPluginProject({ files: { 'CHANGELOG.md': CHANGELOG } })
  assert.ok(!('changelog' in (await readProject(project.dir)).released))
})

test('a text that lies outside of the project is not published, whatever leads to it', async (t) => {
  const secret = join(tempFolder(t), 'id_ed25519')
  writeFileSync(secret, '## 1.0.0\n\na private key\n')
  for (const key of ['readme', 'changelog']) {
    await using project = await aPluginProject({
      manifest: { [key]: 'docs/TEXT.md' },
      files: { 'docs/A.md': CHANGELOG },
    })
    symlinkSync(secret, join(project.dir, 'docs/TEXT.md'))
    const { message } = await expectCodeAsync('MANIFEST_INVALID', () => readProject(project.dir))
    assert.match(message, new RegExp(`\`${key}\` names \`docs/TEXT\\.md\`, which is no file of the project`))
    rmSync(join(project.dir, 'docs/TEXT.md'))
    symlinkSync('A.md', join(project.dir, 'docs/TEXT.md'))
    assert.match(String((await readProject(project.dir)).released[key as 'readme']), /says hello/)
  }
})

const refusals = [
  { says: 'that is not there', files: {}, code: 'FILE_NOT_FOUND', message: /`changelog` names `CHANGELOG\.md`/ },
  {
    says: 'that does not name the version',
    files: { 'CHANGELOG.md': '## 0.9.0\n\nold' },
    code: 'MANIFEST_INVALID',
    message: /says nothing about version `1\.0\.0`/,
  },
  {
    says: 'that says more about it than a page shows',
    files: { 'CHANGELOG.md': `## 1.0.0\n${'a line\n'.repeat(3000)}` },
    code: 'LIMIT_EXCEEDED',
    message: /expected at most 16384 characters, found 20999/,
  },
  {
    says: 'that nobody reads',
    files: { 'CHANGELOG.md': `## 1.0.0\n${'x'.repeat(1024 * 1024)}` },
    code: 'LIMIT_EXCEEDED',
    message: /expected at most 1048576 bytes/,
  },
] as const
for (const { says, files, code, message } of refusals)
  test(`a changelog ${says} is refused before anything is built`, async () => {
    await using project = await aPluginProject({ manifest: { changelog: 'CHANGELOG.md' }, files })
    const error = await expectCodeAsync(code, () => readProject(project.dir))
    assert.match(error.message, message)
  })

test('a plugin.yaml that is a pipe, a device or a folder is neither waited for nor read', {
  skip: WITHOUT_PIPES,
}, async () => {
  for (const put of [
    (path: string) => execFileSync('mkfifo', [path]),
    (path: string) => symlinkSync('/dev/zero', path),
    (path: string) => mkdirSync(path),
  ]) {
    await using project = await aPluginProject({})
    const path = join(project.dir, 'plugin.yaml')
    rmSync(path)
    put(path)
    const error = await expectCodeAsync('IO_FAILED', () => readProject(project.dir))
    assert.match(error.message, /plugin\.yaml` is not a file$/)
  }
})

const USELESS_SCHEMAS = [
  [{ type: 'nothing' }, /it cannot be understood: `type` is none of `array`, /],
  [{ type: 'object', properties: { port: { pattern: '(' } } }, /it cannot be understood: Invalid regular expression/],
  [
    { $ref: 'https://example.com/arguments.json' },
    /it cannot be understood: the reference `https:\/\/example\.com\/arguments\.json` leads nowhere$/,
  ],
  [{ allOf: [{ $ref: '#' }] }, /it leads back to itself without end$/],
  // Only who gives `port` would learn it.
  [{ properties: { port: { $ref: '#/$defs/a' } }, $defs: { a: { allOf: [{ $ref: '#/$defs/a' }] } } }, /without end$/],
  [{ properties: { port: { not: { anyOf: [{ $ref: '#/properties/port' }, true] } } } }, /without end$/],
  ...[
    { type: 'array' },
    { type: ['string', 'null'] },
    { not: {} },
    { not: true },
    { const: 'a' },
    { enum: [1, ['a']] },
    { allOf: [{ required: ['port'] }, { type: 'string' }] },
    { anyOf: [{ type: 'string' }, { oneOf: [{ const: null }, false] }] },
  ].map((schema) => [schema, /no arguments at all can fit it$/] as const),
  // Every object of JavaScript has a property of that name.
  [{ properties: { port: { $ref: '#/$defs/constructor' } }, $defs: {} }, /`#\/\$defs\/constructor` leads nowhere$/],
] as const

test('a schema of arguments that nobody could use is refused before there is a release', async () => {
  for (const [schema, reason] of USELESS_SCHEMAS) {
    await using project = await aPluginProject({ manifest: { arguments: schema } })
    const { message, hint } = await expectCodeAsync('MANIFEST_INVALID', () => readProject(project.dir))
    assert.match(message, /plugin\.yaml` `arguments`: a schema that is of no use, /)
    assert.match(message, reason)
    assert.equal(hint, 'write `arguments` as JSON Schema of draft 2020-12')
  }
})

const USED_SCHEMAS = [
  { properties: { port: { enum: [] } } },
  { type: ['null', 'object'], not: { required: ['port'] }, anyOf: [{ type: 'string' }, { properties: {} }] },
  { const: {} },
  { enum: [null, { port: 1 }], allOf: [true] },
  { properties: { port: { type: 'object', example: { $anchor: 'a b' } } } },
  { $id: 'toString', properties: { port: { $ref: 'toString#/$defs/$id' } }, $defs: { $id: { type: 'integer' } } },
  { properties: { port: { id: 7, $id: 'https://example.com/port', $defs: { a: true }, $ref: '#/$defs/a' } } },
  {
    properties: {
      next: { $ref: '#' },
      port: { anyOf: [{ type: 'string' }, { items: { $ref: '#/properties/port' } }] },
    },
  },
] as const

test('a schema of arguments with unusual names and words is taken where it is one', async () => {
  for (const schema of USED_SCHEMAS) {
    await using project = await aPluginProject({ manifest: { arguments: schema } })
    assert.deepEqual((await readProject(project.dir)).released.arguments, schema)
  }
})

test('a key that no release can carry is refused where it was written', async () => {
  for (const name of ['constructor', 'prototype']) {
    const schema = { type: 'object', properties: { [name]: { type: 'string' } } }
    await using project = await aPluginProject({ manifest: { arguments: schema } })
    const { message } = await expectCodeAsync('MANIFEST_INVALID', () => readProject(project.dir))
    assert.match(message, new RegExp(`plugin\\.yaml\` has the key \`${name}\`, which no release can carry$`))
  }
})
