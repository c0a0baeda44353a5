// The action for GitHub and the jobs for GitLab: their shell lines, in their order, in a clean clone of a project that `octo init` wrote,
// with the variables that they declare and no others.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { publicKeyLine } from '../../schemas/trust-key.ts'
import { issueKey } from '../support/builders/test-authority.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { typeOcto } from '../support/octo/in-process-octo.ts'
import { hasBundle, releaseOfThisOcto } from '../support/octo/this-octo.ts'
import { pipelineDefaults, pipelineScript, workflowSteps } from '../support/pipelines/shell-steps.ts'
import { startStaticRegistry } from '../support/registry/static-registry.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

const CHECKOUT = join(import.meta.dirname, '../..')
const missing = ['git', 'bash', 'curl'].find((program) => spawnSync(program, ['--version']).status !== 0)
const skip =
  missing !== undefined
    ? `${missing} is not on this machine, or does not work there`
    : !hasBundle() && 'there is no bundle: `node setup.js` makes it'
/** Without openssl a digest proves what is installed. */
const HAS_OPENSSL = spawnSync('openssl', ['version']).status === 0
/** What whoever runs the tests has told git, such as to sign each commit. */
const NO_GIT_CONFIG = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }

type Entry = { readonly path: string; readonly mode: number; readonly bytes?: Buffer }

/** Of which each test has a copy. */
let cloned: Promise<readonly Entry[]> | undefined

/** A clone of a project, and what its host keeps for it. */
async function aClone(t: TestContext) {
  const folder = tempFolder(t)
  const clone = join(folder, 'clone')
  cloned ??= cloneOfProject(t)
  mkdirSync(clone)
  for (const { path, mode, bytes } of await cloned)
    if (bytes) writeFileSync(join(clone, path), bytes, { mode })
    else mkdirSync(join(clone, path), { mode })
  const registry = await startTestRegistry(t)
  const { privateKey } = registry.key
  const key = String(privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const { token } = await registry.createToken(['core/*:publish'])
  const octo = await anOctoOffer(t)
  return { folder, clone, registry, key, token, octo }
}

async function cloneOfProject(t: TestContext): Promise<readonly Entry[]> {
  const folder = tempFolder(t)
  const [project, clone] = [join(folder, 'my-check'), join(folder, 'clone')]
  assert.equal((await typeOcto(['init', project, '--template', 'shell'])).code, 0)
  git(project, 'init', '--quiet')
  git(project, 'add', '.')
  git(project, '-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '-m', 'first')
  git(folder, 'clone', '--quiet', project, clone)
  // In this order a folder stands before what is in it.
  const paths = readdirSync(clone, { recursive: true, encoding: 'utf8' }).sort()
  return paths.map((path) => entryAt(clone, path))
}

function entryAt(folder: string, path: string): Entry {
  const stats = statSync(join(folder, path))
  const mode = stats.mode & 0o777
  return stats.isDirectory() ? { path, mode } : { path, mode, bytes: readFileSync(join(folder, path)) }
}

function git(cwd: string, ...words: readonly string[]): void {
  const { status, stderr } = spawnSync('git', words, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...NO_GIT_CONFIG },
  })
  assert.equal(status, 0, stderr)
}

/** A registry that octo is installed from, and what its publisher tells people. */
async function anOctoOffer(t: TestContext) {
  const signer = issueKey()
  const release = await releaseOfThisOcto(signer)
  const registry = await startStaticRegistry(t, [release])
  registry.files.set('install.sh', readFileSync(join(CHECKOUT, 'install.sh')))
  const [archive] = Object.values(release.predicate.platforms)
  const sha256 = HAS_OPENSSL ? '' : (archive?.digest.replace(/^sha256:/, '') ?? '')
  return { from: registry.base, key: publicKeyLine(signer.trustKey), sha256, registry }
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
    env: { PATH, HOME: home, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text))
  const [code] = await once(child, 'close')
  return { code, said }
}

type Clone = Awaited<ReturnType<typeof aClone>>

/** Runs the steps of the workflow in their order, until one fails. */
async function runWorkflow({ folder, clone, registry, key, token }: Clone, declared: Readonly<Record<string, string>>) {
  const runner = mkdtempSync(join(folder, 'runner-'))
  const paths = join(runner, 'path')
  writeFileSync(paths, '')
  const steps = workflowSteps(join(clone, '.github/workflows/plugin.yml'), {
    ...{ 'vars.OCTO_REGISTRY': registry.url, 'vars.OCTO_REPO': 'core', 'github.ref_name': 'v0.1.0' },
    ...{ 'secrets.OCTO_TOKEN': token, 'secrets.OCTO_SIGNING_KEY': key },
    ...declared,
  })
  let said = ''
  for (const { script, env, directory } of steps) {
    const path = readFileSync(paths, 'utf8').split('\n').filter(Boolean).reverse()
    const own = { ...env, RUNNER_TEMP: runner, GITHUB_PATH: paths, GITHUB_WORKSPACE: clone, CI: 'true' }
    const ended = await bash(script, { cwd: join(clone, directory), home: folder, env: own, path })
    said += ended.said
    if (ended.code !== 0) return { code: ended.code, said, steps, program: join(runner, 'octo') }
  }
  return { code: 0, said, steps, program: join(runner, 'octo') }
}

async function publishedVersions({ registry }: Clone): Promise<readonly string[]> {
  const document = await fetch(`${registry.url}/repos/core/my-check.json`)
  if (document.status === 404) return []
  const { versions } = (await document.json()) as { readonly versions: readonly { readonly version: string }[] }
  return versions.map(({ version }) => version)
}

test('the workflow of a template tests, installs octo from a registry, and publishes', { skip }, async (t) => {
  const scene = await aClone(t)
  const { octo, key, token } = scene
  if (octo.sha256) {
    const workflow = join(scene.clone, '.github/workflows/plugin.yml')
    const more = `        with:\n          octo-sha256: ${octo.sha256}\n`
    writeFileSync(workflow, readFileSync(workflow, 'utf8').replace('        with:\n', more))
  }
  const { code, said, steps, program } = await runWorkflow(scene, {
    'vars.OCTO_FROM': octo.from,
    'vars.OCTO_KEY': octo.key,
  })
  assert.equal(code, 0, said)
  assert.deepEqual(
    steps.map(({ script }) => /(sh test\.sh|install\.sh|octo publish)/.exec(script)?.[0]),
    ['sh test.sh', 'install.sh', 'octo publish'],
  )
  assertPublished(said, { key, token })
  assert.ok(existsSync(join(program, 'program/installation.json')))
  assert.deepEqual(await publishedVersions(scene), ['0.1.0'])
})

test('the action can publish with the octo of its own checkout, when that is asked for', { skip }, async (t) => {
  const scene = await aClone(t)
  const { code, said } = await runWorkflow(scene, { 'vars.OCTO_FROM': 'checkout', 'vars.OCTO_KEY': '' })
  assert.equal(code, 0, said)
  assertPublished(said, scene)
})

test('an octo that nobody named, or that the key did not sign, is not installed, and nothing is published', {
  skip,
}, async (t) => {
  const scene = await aClone(t)
  const stranger = publicKeyLine(issueKey().trustKey)
  for (const [what, from, key, code, reason] of [
    ['no registry', false, true, 64, /set octo-from/],
    ['no key', true, false, 64, /set octo-key/],
    ['another key', true, stranger, HAS_OPENSSL ? 1 : 76, HAS_OPENSSL ? /not signed by the key/ : /--sha256 HEX/],
  ] as const) {
    const declared = {
      'vars.OCTO_FROM': from ? scene.octo.from : '',
      'vars.OCTO_KEY': key === true ? scene.octo.key : key || '',
    }
    const ended = await runWorkflow(scene, declared)
    assert.equal(ended.code, code, `${what}: ${ended.said}`)
    assert.match(ended.said, reason)
    assert.ok(!existsSync(join(ended.program, 'bin/octo')), what)
    assert.deepEqual(await publishedVersions(scene), [], what)
  }
})

test('a tag that is another version publishes nothing', { skip }, async (t) => {
  const scene = await aClone(t)
  const { folder, clone, registry, key, token } = scene
  const steps = workflowSteps(join(clone, '.github/workflows/plugin.yml'), {
    ...{ 'vars.OCTO_REGISTRY': registry.url, 'vars.OCTO_REPO': 'core', 'github.ref_name': 'v0.2.0' },
    ...{ 'vars.OCTO_FROM': 'checkout', 'vars.OCTO_KEY': '' },
    ...{ 'secrets.OCTO_TOKEN': token, 'secrets.OCTO_SIGNING_KEY': key },
  })
  const last = steps.at(-1)
  assert.ok(last)
  const ended = await bash(last.script, { cwd: clone, home: folder, env: last.env, path: [CHECKOUT] })
  assert.notEqual(ended.code, 0)
  assert.match(ended.said, /0\.2\.0/)
  assert.deepEqual(await publishedVersions(scene), [])
})

/** What a project of GitLab declares, and what GitLab itself does; `pinned` is what the included file says beside them. */
function pipelineVariables({ clone, registry, key, token, octo }: Clone) {
  const declared = {
    ...{ OCTO_FROM: octo.from, OCTO_KEY: octo.key, OCTO_SHA256: octo.sha256 },
    OCTO_INSTALLER: `${octo.from}/install.sh`,
    ...{ OCTO_REGISTRY: registry.url, OCTO_REPO: 'core', OCTO_TOKEN: token, OCTO_SIGNING_KEY: key },
  }
  const pinned = pipelineDefaults(join(clone, '.gitlab-ci.yml'), 'publish')
  return { ...pinned, ...declared, CI: 'true', CI_PROJECT_DIR: clone, CI_COMMIT_TAG: 'v0.1.0' }
}

test('the pipeline of a template tests, installs octo from a registry, and publishes', { skip }, async (t) => {
  const scene = await aClone(t)
  const { folder, clone, key, token } = scene
  const env = pipelineVariables(scene)
  let said = ''
  for (const job of ['test', 'publish']) {
    const ended = await bash(pipelineScript(join(clone, '.gitlab-ci.yml'), job), { cwd: clone, home: folder, env })
    assert.equal(ended.code, 0, ended.said)
    said += ended.said
  }
  assertPublished(said, { key, token })
  assert.ok(existsSync(join(clone, '.octo-program/program/installation.json')))
  assert.deepEqual(await publishedVersions(scene), ['0.1.0'])
})

test('a pipeline that lacks a variable says which; another install.sh than the pinned one is not started', {
  skip,
}, async (t) => {
  const scene = await aClone(t)
  const { folder, clone, octo } = scene
  const script = pipelineScript(join(clone, '.gitlab-ci.yml'), 'publish')
  octo.registry.files.set('other.sh', Buffer.from('touch "$HOME/started"\n'))
  for (const [changed, code, reason] of [
    [{ OCTO_FROM: '' }, 64, /set OCTO_FROM/],
    [{ OCTO_KEY: '' }, 64, /set OCTO_KEY/],
    [{ OCTO_INSTALLER: `${octo.from}/none.sh` }, 69, /cannot fetch .*none\.sh, set OCTO_INSTALLER/],
    [{ OCTO_INSTALLER: `${octo.from}/other.sh` }, 76, /is not the install\.sh of OCTO_INSTALLER_SHA256/],
    [{ OCTO_VERSION: '7.0.0' }, 1, /cannot fetch .*7\.0\.0/],
  ] as const) {
    const env = { ...pipelineVariables(scene), ...changed }
    const ended = await bash(script, { cwd: clone, home: folder, env })
    assert.equal(ended.code, code, ended.said)
    assert.match(ended.said, reason)
    assert.ok(!existsSync(join(folder, 'started')))
    assert.ok(!existsSync(join(clone, '.octo-program/bin/octo')))
  }
  assert.deepEqual(await publishedVersions(scene), [])
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
