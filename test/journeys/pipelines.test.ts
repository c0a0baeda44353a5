// The action for GitHub and the jobs for GitLab: their shell lines, in their order, in a clean clone of a project that `octo init` wrote,
// with the variables that they declare and no others.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { c as pack } from 'tar'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { typeOcto } from '../support/octo/in-process-octo.ts'
import { pipelineScript, workflowSteps } from '../support/pipelines/shell-steps.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

const CHECKOUT = join(import.meta.dirname, '../..')
const missing = ['git', 'bash', 'npm'].find((program) => spawnSync(program, ['--version']).status !== 0)
const skip = missing === undefined ? false : `${missing} is not on this machine, or does not work there`
/** What whoever runs the tests has told git, such as to sign each commit. */
const NO_GIT_CONFIG = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }

/** A clone of a project, and what its host keeps for it. */
async function aClone(t: TestContext) {
  const folder = tempFolder(t)
  const [project, clone] = [join(folder, 'my-check'), join(folder, 'clone')]
  assert.equal((await typeOcto(['init', project, '--template', 'shell'])).code, 0)
  git(project, 'init', '--quiet')
  git(project, 'add', '.')
  git(project, '-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '-m', 'first')
  git(folder, 'clone', '--quiet', project, clone)
  const registry = await startTestRegistry(t)
  const { privateKey } = registry.key
  const key = String(privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const { token } = await registry.createToken(['core/*:publish'])
  const octo = aPackage(folder)
  return { folder, clone, registry, key, token, octo }
}

function git(cwd: string, ...words: readonly string[]): void {
  const { status, stderr } = spawnSync('git', words, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...NO_GIT_CONFIG },
  })
  assert.equal(status, 0, stderr)
}

/** An npm package that brings this octo, and needs no other. */
function aPackage(folder: string): string {
  const root = join(folder, 'npm')
  mkdirSync(join(root, 'package'), { recursive: true })
  const program = join(root, 'package/octo')
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${join(CHECKOUT, 'bin/octo.js')}' "$@"\n`)
  chmodSync(program, 0o755)
  writeFileSync(
    join(root, 'package/package.json'),
    JSON.stringify({ name: 'octo', version: '1.0.0', bin: { octo: 'octo' } }),
  )
  const file = join(folder, 'octo.tgz')
  pack({ file, cwd: root, gzip: true, sync: true, portable: true }, ['package'])
  return file
}

type Place = {
  readonly cwd: string
  readonly home: string
  readonly env: Readonly<Record<string, string>>
  readonly path?: readonly string[]
}

async function bash(
  script: string,
  { cwd, home, env, path = [] }: Place,
): Promise<{ readonly code: number; readonly said: string }> {
  const PATH = [...path, join(process.execPath, '..'), process.env.PATH].join(':')
  const child = spawn('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', script], {
    cwd,
    env: { PATH, HOME: home, npm_config_offline: 'true', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text))
  const [code] = await once(child, 'close')
  return { code, said }
}

for (const [from, ofPackage] of [
  ['the checkout of the action', false],
  ['an npm package', true],
] as const)
  test(`the workflow of a template tests and publishes, by octo of ${from}`, { skip }, async (t) => {
    const { folder, clone, registry, key, token, octo } = await aClone(t)
    const runner = join(folder, 'runner')
    mkdirSync(runner)
    const workflow = join(clone, '.github/workflows/plugin.yml')
    if (ofPackage)
      writeFileSync(
        workflow,
        readFileSync(workflow, 'utf8').replace('        with:\n', `        with:\n          octo-package: ${octo}\n`),
      )
    const steps = workflowSteps(workflow, {
      ...{ 'vars.OCTO_REGISTRY': registry.url, 'vars.OCTO_REPO': 'core', 'github.ref_name': 'v0.1.0' },
      ...{ 'secrets.OCTO_TOKEN': token, 'secrets.OCTO_SIGNING_KEY': key },
    })
    assert.deepEqual(
      steps.map(({ script }) => /(sh test\.sh|npm install|octo publish)/.exec(script)?.[0]),
      ['sh test.sh', 'npm install', 'octo publish'],
    )
    const paths = join(runner, 'path')
    writeFileSync(paths, '')
    let said = ''
    for (const { script, env, directory } of steps) {
      const path = readFileSync(paths, 'utf8').split('\n').filter(Boolean).reverse()
      const own = { ...env, RUNNER_TEMP: runner, GITHUB_PATH: paths, GITHUB_WORKSPACE: clone, CI: 'true' }
      const ended = await bash(script, { cwd: join(clone, directory), home: folder, env: own, path })
      assert.equal(ended.code, 0, `${script}\n${ended.said}`)
      said += ended.said
    }
    assertPublished(said, { key, token })
    const document = await fetch(`${registry.url}/repos/core/my-check.json`)
    const { versions } = (await document.json()) as { readonly versions: readonly { readonly version: string }[] }
    assert.deepEqual(
      versions.map(({ version }) => version),
      ['0.1.0'],
    )
  })

test('a tag that is another version publishes nothing', { skip }, async (t) => {
  const { folder, clone, registry, key, token } = await aClone(t)
  const steps = workflowSteps(join(clone, '.github/workflows/plugin.yml'), {
    ...{ 'vars.OCTO_REGISTRY': registry.url, 'vars.OCTO_REPO': 'core', 'github.ref_name': 'v0.2.0' },
    ...{ 'secrets.OCTO_TOKEN': token, 'secrets.OCTO_SIGNING_KEY': key },
  })
  const last = steps.at(-1)
  assert.ok(last)
  const ended = await bash(last.script, { cwd: clone, home: folder, env: last.env, path: [CHECKOUT] })
  assert.notEqual(ended.code, 0)
  assert.match(ended.said, /0\.2\.0/)
  assert.equal((await fetch(`${registry.url}/repos/core/my-check.json`)).status, 404)
})

test('the pipeline of a template tests and publishes', { skip }, async (t) => {
  const { folder, clone, registry, key, token, octo } = await aClone(t)
  const pipeline = join(clone, '.gitlab-ci.yml')
  const declared = {
    OCTO_PACKAGE: octo,
    OCTO_REGISTRY: registry.url,
    OCTO_REPO: 'core',
    OCTO_TOKEN: token,
    OCTO_SIGNING_KEY: key,
  }
  const env = { ...declared, CI: 'true', CI_PROJECT_DIR: clone, CI_COMMIT_TAG: 'v0.1.0' }
  let said = ''
  for (const job of ['test', 'publish']) {
    const ended = await bash(pipelineScript(pipeline, job), { cwd: clone, home: folder, env })
    assert.equal(ended.code, 0, ended.said)
    said += ended.said
  }
  assertPublished(said, { key, token })
  // Without the variable that says where octo comes from, it is asked for by its name.
  const { OCTO_PACKAGE: _, ...others } = env
  const asked = await bash(pipelineScript(pipeline, 'publish'), { cwd: clone, home: folder, env: others })
  assert.equal(asked.code, 64)
  assert.match(asked.said, /set OCTO_PACKAGE/)
})

test('jobs and steps name all variables that they take, and secrets never in their lines', () => {
  const lines = [
    readFileSync(join(CHECKOUT, 'action.yml'), 'utf8'),
    readFileSync(join(CHECKOUT, 'ci/octo.gitlab-ci.yml'), 'utf8'),
  ]
  for (const text of lines) {
    const runs = [...text.matchAll(/^ +(?:- )?octo publish .*$/gm)].map(([run]) => run)
    assert.equal(runs.length, 1)
    assert.doesNotMatch(runs.join(), /TOKEN|KEY/)
  }
  // An input that is put into a script is code of whoever gave it.
  const scripts = [...(lines[0] ?? '').matchAll(/run: \|\n((?: {8}.*\n)+)/g)].map(([, body]) => body ?? '')
  assert.equal(scripts.length, 2)
  for (const body of scripts) assert.doesNotMatch(body, /\$\{\{/)
})

function assertPublished(said: string, secrets: { readonly key: string; readonly token: string }): void {
  assert.match(said, /"state": "published"/)
  assert.ok(!said.includes(secrets.token) && !said.includes(secrets.key.split('\n')[1] ?? secrets.key))
}
