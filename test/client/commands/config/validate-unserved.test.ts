// `octo config validate` of plugins that no repo can serve.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { tempFolder } from '../../../support/machine/temp-folder.ts'
import { octoIn } from '../../../support/octo/in-process-octo.ts'

function aFolder(t: TestContext, files: Readonly<Record<string, string>>) {
  const folder = tempFolder(t)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return (...words: readonly string[]) => octoIn({ cwd: folder, env: {} }, ['config', 'validate', ...words])
}

const problemsOf = (stdout: string) =>
  stdout
    .split('\n')
    .filter((line) => line.includes('error: '))
    .map((line) => line.replace(/(:\d+):\d+: /, '$1: '))

const REPO = 'repos: {core: {url: "https://x.example/repos/core.yaml", trust: unsigned}}'

test('whatever needs a plugin is a problem where no repo is named, each plugin once', async (t) => {
  const asking = `operator:
  notifications: [{tool: smtp, args: {a: b}}]
  plugins: {pinned: {version: ^1}}
services:
  web:
    octocompose:
      command: [sleep, "1"]
      secrets: [{tool: vault}]
      health: [{tool: check-tcp}, {tool: run-service, args: [x]}]
      preflight: [{tool: check-tcp}, {tool: off, enabled: false}]
  own: {octocompose: {plugin: server}}
  away: {enabled: false, octocompose: {plugin: unused}}
`
  const served = asking.replace('operator:\n', `operator:\n  ${REPO}\n`)
  const octo = aFolder(t, { 'octo.yaml': asking, 'served.yaml': served })
  const { code, stdout } = await octo()
  assert.equal(code, 78)
  assert.deepEqual(problemsOf(stdout), [
    'error: no plugin `pinned`: the config names no repo',
    'octo.yaml:2: error: no plugin `smtp`: the config names no repo',
    'octo.yaml:8: error: no plugin `vault`: the config names no repo',
    'octo.yaml:10: error: no plugin `check-tcp`: the config names no repo',
    'octo.yaml:11: error: no plugin `server`: the config names no repo',
  ])
  const other = await octo('--config', 'served.yaml')
  assert.equal(other.code, 0, other.stdout)
})

test('a repo that is refused is the only problem: one is named', async (t) => {
  const config = 'operator: {repos: {core: {url: "ftp://x"}}}\nservices: {web: {health: [{tool: check-tcp}]}}\n'
  const { code, stdout } = await aFolder(t, { 'octo.yaml': config })()
  assert.equal(code, 78)
  assert.doesNotMatch(stdout, /names no repo/)
})
