// The example in the sdk's README is a plugin that works, and its plugin.yaml is one that is accepted.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseCheckResult } from '../../schemas/check-result.ts'
import { parseNotifyResult } from '../../schemas/contract/notification.ts'
import { parseSecretResult } from '../../schemas/contract/secrets.ts'
import { parseManifest } from '../../schemas/manifest.ts'
import { aNotification } from '../support/builders/a-notification.ts'
import { FROM_SOURCES } from '../support/machine/from-sources.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

const README = readFileSync(new URL('../../sdk/README.md', import.meta.url), 'utf8')
const SDK = fileURLToPath(new URL('../../sdk/index.ts', import.meta.url))

function block(language: string): string {
  const found = new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(README)?.[1]
  assert.ok(found, `no ${language} block`)
  return found
}

test('the plugin of the README runs as it is', (t) => {
  const folder = tempFolder(t)
  const program = join(folder, 'main.ts')
  writeFileSync(program, block('ts').replace('../../sdk/index.ts', SDK))
  const out = execFileSync(process.execPath, [...FROM_SOURCES, program, `--path=${program}`], { encoding: 'utf8' })
  const { status, summary, metrics } = parseCheckResult(out, 'the README')
  assert.deepEqual([status, summary], ['ok', `${program} is there`])
  assert.equal(metrics?.[0]?.name, 'size')
})

test('the plugin.yaml of the README is accepted', () => {
  const { name, output, platforms } = parseManifest(block('yaml'), 'README.md')
  assert.deepEqual([name, output, Object.keys(platforms)], ['check-file', 'check/v1', ['any']])
})

test('the result line of the README is one', () => {
  const line = README.split('\n').find((text) => text.startsWith('{"v":1')) ?? ''
  assert.equal(parseCheckResult(line, 'README.md').status, 'ok')
})

test('the notifier and the secret plugin of the README run as they are', (t) => {
  const folder = tempFolder(t)
  const start = (kind: string, document: Record<string, unknown>) => {
    const program = join(folder, `${kind.replace(' ', '-')}.ts`)
    writeFileSync(program, block(kind).replace('../../sdk/index.ts', SDK))
    return execFileSync(process.execPath, [...FROM_SOURCES, program], {
      encoding: 'utf8',
      input: JSON.stringify({ v: 1, ...document }),
    })
  }
  const file = join(folder, 'file')
  const notification = aNotification({ message: 'gone' })
  const told = start('ts notifier', { arguments: { path: file }, notification })
  assert.equal(parseNotifyResult(told, 'the README').status, 'ok')
  assert.equal(readFileSync(file, 'utf8'), 'failed api: gone\n')
  writeFileSync(file, JSON.stringify({ api: { password: 'hunter2' } }))
  const given = start('ts secrets', { service: 'api', arguments: { path: file } })
  assert.deepEqual(parseSecretResult(given, 'the README').secrets, { password: 'hunter2' })
})
