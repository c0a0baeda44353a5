// What is wrong with a very long word is said of its beginning: an error that repeats all of it buries what it says.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ConfigSource } from '../../../config/document/node.ts'
import { parseTree } from '../../../config/document/node.ts'
import { parseTomlTree } from '../../../config/document/toml.ts'
import { isCoded } from '../../../schemas/errors.ts'
import { parseJson } from '../../../schemas/json.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'

const LONG = 'x'.repeat(100_000)
const NINES = '9'.repeat(100_000)
const MAX_SAID = 1000

const SOURCE: ConfigSource = { name: '/octo.yaml', remote: false }
const yaml = (text: string) => parseTree(text, SOURCE)
const toml = (text: string) => parseTomlTree(text, SOURCE)
const json = (text: string) => parseJson(text, 'octo.json', 10_000_000)

const DOCUMENTS: readonly (readonly [read: (text: string) => unknown, text: string])[] = [
  [yaml, `a: *${LONG}`],
  [yaml, `a: &${LONG}é 1`],
  [yaml, `a: !${LONG} 1`],
  [yaml, `a: !!${LONG} 1`],
  [yaml, `%YAML ${NINES}.1\n---\na: 1`],
  [yaml, `%${LONG}\n---\na: 1`],
  [yaml, `a: |${LONG}\n  b`],
  [yaml, `a: "\\${LONG}"`],
  [yaml, `${LONG}: 1\n${LONG}: 2`],
  [yaml, `a: b: ${LONG}`],
  [yaml, `a: "b" ${LONG}`],
  [yaml, `a: [${LONG}`],
  [toml, `a = ${LONG}`],
  [toml, `a = ${NINES}`],
  [toml, `a = "\\${LONG}"`],
  [toml, `${LONG} = 1\n${LONG} = 2`],
  [toml, `a = 1 ${LONG}`],
  [json, `{"${LONG}": 1, "${LONG}": 2}`],
  [json, `{"a": ${LONG}}`],
  [json, `{"a": ${NINES}}`],
  [json, `{"a": "\\${LONG}"}`],
]
for (const [read, text] of DOCUMENTS)
  test(`\`${text.slice(0, 12)}…\` is refused in a few words`, () => {
    const error = caught(() => read(text))
    assert.ok(isCoded(error), String(error).slice(0, 200))
    assert.ok(saidBy(error).length < MAX_SAID, saidBy(error).slice(0, 200))
  })

function caught(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return undefined
}

function saidBy(error: unknown): string {
  return JSON.stringify(error)
}

const CONFIGS: readonly string[] = [
  `services: {web: {healthy_${LONG}: []}}`,
  `services: {web: {enabled: ${LONG}}}`,
  `services: {web: {command: [x], restart: ${LONG}}}`,
  `services: {web: {command: [x], replicas: ${NINES}}}`,
  `services: {web: {command: [x], depends_on: [${LONG}]}}`,
  `services: {web: {command: [x], environment: {A: '{{.env.${LONG}}}'}}}`,
  `services: {web: {command: [x], environment: {A: '{{.configs.${LONG}}}'}}}`,
  `services: {web: {command: [x], environment: {A: '$${LONG}'}}}`,
  `services: {web: {health: [{tool: ${LONG}}]}}`,
  `services: {web: {health: [{tool: a, timeout: ${LONG}}]}}`,
  `services: {web: {health: [{tool: a, args: [0${'7'.repeat(100_000)}]}]}}`,
  `services: {web: {health: [{tool: a, args: {a: 0o${'7'.repeat(100_000)}}}]}}`,
  `operator: {plugins: {a: '${LONG}'}}`,
  `operator: {repos: {a: {url: '${LONG}'}}}`,
  `operator: {repos: {a: {url: 'https://x.example/{{.env.${LONG}}}.yaml'}}}`,
  `v: '{{.v}}${LONG}'\nservices: {web: {command: ['{{.v}}']}}`,
]
test('a config is told what is wrong with its long words in short lines', async (t) => {
  for (const text of CONFIGS) {
    const folder = tempFolder(t)
    writeFileSync(join(folder, 'octo.yaml'), text)
    const { stdout, stderr } = await octoIn({ cwd: folder, env: {} }, ['config', 'validate', '--json'])
    assert.match(stdout, /octo\.yaml/, text.slice(0, 60))
    assert.ok(stdout.length + stderr.length < 10 * MAX_SAID, `${text.slice(0, 60)}: ${stdout.slice(0, 300)}`)
  }
})
