// `octo config validate` and the arguments of checks: what a locked plugin's schema says is known before any check runs.
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { publicKeyLine } from '../../../../schemas/trust-key.ts'
import { aRelease, issueKey } from '../../../support/builders/test-authority.ts'
import { tempFolder } from '../../../support/machine/temp-folder.ts'
import { octoIn } from '../../../support/octo/in-process-octo.ts'
import { startStaticRegistry } from '../../../support/registry/static-registry.ts'

const SCHEMA = {
  type: 'object',
  properties: { port: { type: 'integer' }, address: { type: 'string' } },
  anyOf: [{ required: ['port'] }, { required: ['address'] }],
  additionalProperties: false,
}
const CHECKS = `
services:
  web:
    octocompose:
      health:
        - {tool: hello}
        - {tool: hello, args: {port: x, prt: 1}}
        - {tool: hello, args: {port: 80}}
        - {tool: hello, args: [anything]}
        - {tool: hello, enabled: false}
      validate:
        - {tool: hello, address: "localhost:80"}
  off: {enabled: false, octocompose: {health: [{tool: hello}]}}
`

async function aPlace(t: TestContext) {
  const key = issueKey()
  const registry = await startStaticRegistry(t, [await aRelease(key, { manifest: { arguments: SCHEMA } })])
  const folder = tempFolder(t)
  const keys = `[${publicKeyLine(key.trustKey)}]`
  writeFileSync(
    join(folder, 'octo.yaml'),
    `operator: {repos: {core: {url: "${registry.url()}", keys: ${keys}}}}${CHECKS}`,
  )
  const octo = (...words: readonly string[]) =>
    octoIn({ cwd: folder, env: { OCTO_HOME: join(folder, 'store') } }, words)
  return { registry, folder, octo }
}

test('arguments that do not fit are problems with their lines, once a plugin is locked and here', async (t) => {
  const { octo, registry, folder } = await aPlace(t)
  assert.equal((await octo('config', 'validate')).code, 0, 'nothing is known yet')
  assert.equal((await octo('install')).code, 0)
  registry.requests.length = 0
  const { code, stdout } = await octo('config', 'validate', '--json')
  const { problems } = JSON.parse(stdout)
  assert.deepEqual(
    problems.map((problem: { line: number; message: string }) => [problem.line, problem.message]),
    [
      [6, 'arguments of `hello`: one of `port`, `address` is missing'],
      [7, 'arguments of `hello`: `prt` is no argument, did you mean `port`?'],
      [7, 'arguments of `hello`: `port` must be integer'],
    ],
  )
  assert.deepEqual([code, registry.requests], [78, []])
  rmSync(join(folder, 'store'), { recursive: true })
  assert.equal((await octo('config', 'validate')).code, 0, 'what is not here is checked before it runs')
})

test('`octo add` names one of several arguments that would do, and writes any of them', async (t) => {
  const { octo } = await aPlace(t)
  const add = (...words: readonly string[]) => octo('add', 'hello', '--service', 'new', '--phase', 'health', ...words)
  const refused = await add()
  assert.match(refused.stderr, /one of `port`, `address` is missing[\s\S]*`--args port=VALUE`/)
  assert.equal((await add('--args', 'address=localhost:80')).code, 0)
})
