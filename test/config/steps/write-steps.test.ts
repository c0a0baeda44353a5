// What is written of an upgrade: each file as it was shown, and nothing where somebody has changed one of them meanwhile.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseTree } from '../../../config/document/node.ts'
import { openWarnings } from '../../../config/document/warnings.ts'
import { includesOf } from '../../../config/include/read-include.ts'
import type { Outdated } from '../../../config/steps/outdated-includes.ts'
import { requireUnchanged } from '../../../config/steps/replace-text.ts'
import { replaceTexts, steppedTexts } from '../../../config/steps/write-steps.ts'
import { parseVersion } from '../../../schemas/version.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

test('a file that was changed since it was read keeps that change, and the others stay as they are', async (t) => {
  const folder = tempFolder(t)
  const files = ['a.yaml', 'b.yaml'].map((name) => join(folder, name))
  for (const file of files) writeFileSync(file, 'name: old\n')
  const outdated = files.map((file) => ({ file, text: 'name: old\n' }) as Outdated)
  const texts = new Map(files.map((file) => [file, 'name: new\n']))
  const written = () => files.map((file) => readFileSync(file, 'utf8'))
  writeFileSync(files[1] as string, 'name: mine\n')
  await expectCodeAsync('CHANGES_OUTDATED', () => replaceTexts(texts, outdated))
  assert.deepEqual(written(), ['name: old\n', 'name: mine\n'])
  writeFileSync(files[1] as string, 'name: old\n')
  await replaceTexts(texts, outdated)
  assert.deepEqual(written(), ['name: new\n', 'name: new\n'])
})

test('what cannot be read is not taken for a file that is not there', async (t) => {
  const folder = tempFolder(t)
  await requireUnchanged(join(folder, 'none.yaml'), undefined, 'again')
  await assert.rejects(requireUnchanged(folder, undefined, 'again'), { code: 'EISDIR' })
})

test('an address of which there is nothing newer stays as it is, beside one that is stepped', async () => {
  const [old, current] = ['https://x.example/v1.0.0/all.yaml', 'https://y.example/v1.0.0/all.yaml']
  const text = `include:\n  - {url: "${old}", gpg: "${old}.asc"}\n  - {url: "${current}", gpg: "${current}.asc"}\n`
  const file = '/work/octo.yaml'
  const root = parseTree(text, { name: file, remote: false })
  const rows = includesOf(root, openWarnings()).map((include): Outdated => {
    const address = { kind: 'web', name: include.text } as const
    const row = { address, include, file, text, root, current: { tag: 'v1.0.0', version: parseVersion('1.0.0') } }
    return include.text === old ? { ...row, next: { tag: 'v1.1.0', version: parseVersion('1.1.0') } } : row
  })
  assert.deepEqual(Object.fromEntries(await steppedTexts(rows)), {
    [file]: text.replaceAll('x.example/v1.0.0', 'x.example/v1.1.0'),
  })
})
