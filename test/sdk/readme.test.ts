// The example in the sdk's README is a plugin that works, and its plugin.yaml is one that is accepted.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseCheckResult } from '../../schemas/check-result.ts'
import { parseManifest } from '../../schemas/manifest.ts'
import { tempFolder } from '../support/temp-folder.ts'

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
  const out = execFileSync(process.execPath, [program, `--path=${program}`], { encoding: 'utf8' })
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
