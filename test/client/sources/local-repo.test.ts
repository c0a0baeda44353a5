// A repo on this machine, named by `file:` or by a path: the files of a static tree are enough, and only those of the repo are read.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { aRelease, issueKey } from '../../support/builders/test-authority.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import type { StaticRegistry } from '../../support/registry/static-registry.ts'
import { startStaticRegistry } from '../../support/registry/static-registry.ts'

function writeTree({ files }: StaticRegistry, folder: string): void {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), bytes)
  }
}

async function aPlace(t: TestContext) {
  const key = issueKey()
  const registry = await startStaticRegistry(t, [await aRelease(key, {})])
  const folder = tempFolder(t)
  const site = join(folder, 'a site')
  writeTree(registry, site)
  const octo = (...words: readonly string[]) =>
    octoIn({ cwd: folder, env: { OCTO_HOME: join(folder, 'store') } }, words)
  const writeConfig = (url: string, trust = `keys: [${publicKeyLine(key.trustKey)}]`) =>
    writeFileSync(
      join(folder, 'octo.yaml'),
      `operator: {repos: {core: {url: "${url}", ${trust}}}, plugins: {hello: {}}}\n`,
    )
  return { key, registry, folder, site, octo, writeConfig }
}

test('a static tree on this machine is installed from, updated and proven, also offline', async (t) => {
  const { octo, writeConfig, site, registry, key, folder } = await aPlace(t)
  writeConfig('./a site/repos/core.yaml')
  const asked = registry.requests.length
  const installed = await octo('install', '--offline')
  assert.equal(installed.code, 0, installed.stderr)
  registry.publish(await aRelease(key, { version: '1.1.0' }))
  writeTree(registry, site)
  const updated = await octo('update')
  assert.equal(updated.code, 0, updated.stderr)
  assert.match(updated.stdout, /core\/hello 1\.0\.0 → 1\.1\.0/)
  assert.equal(registry.requests.length, asked)
  const artifact = [...registry.files.keys()].find((path) => path.includes('1.1.0/hello_1.1.0_linux_amd64')) ?? ''
  writeFileSync(join(site, artifact), 'something else')
  rmSync(join(folder, 'store'), { recursive: true, force: true })
  const damaged = await octo('install')
  assert.notEqual(damaged.code, 0)
  assert.match(damaged.stderr, /hello_1\.1\.0_/)
})

test('a repo that is not there, and one that is no file, are said to be', async (t) => {
  const { octo, writeConfig, folder, site } = await aPlace(t)
  writeConfig(pathToFileURL(join(folder, 'none', 'core.yaml')).href)
  const gone = await octo('lock')
  assert.deepEqual([gone.code, /there is no repo at `file:/.test(gone.stderr)], [66, true], gone.stderr)
  writeConfig(pathToFileURL(join(site, 'repos', 'core.yaml')).href)
  rmSync(join(site, 'repos', 'core', 'hello.json'))
  execFileSync('mkfifo', [join(site, 'repos', 'core', 'hello.json')])
  const pipe = await octo('lock')
  assert.match(pipe.stderr, /hello\.json` is not a file/)
})

const plain = (url: string) => `tools:\n  hello:\n    baremetal:\n      binary:\n        linux_amd64: {url: "${url}"}\n`

test('no document, from elsewhere or not, names a file outside of its own repo', async (t) => {
  const { octo, writeConfig, registry, folder, site } = await aPlace(t)
  const secret = join(folder, 'secret')
  writeFileSync(secret, '#!/bin/sh\n')
  const there = pathToFileURL(secret).href
  registry.files.set('repos/web.yaml', Buffer.from(plain(there)))
  writeConfig(registry.url('web'), 'trust: unsigned')
  const web = await octo('install')
  assert.match(web.stderr, /expected one that starts with `https:\/\/`/)
  for (const url of [there, '../../secret', '..%2f..%2fsecret', `${pathToFileURL(site).href}/repos/../../secret`]) {
    writeFileSync(join(site, 'repos', 'own.yaml'), plain(url))
    writeConfig('./a site/repos/own.yaml', 'trust: unsigned')
    const own = await octo('install')
    assert.match(
      own.stderr,
      /is no file of a repo that the config has on this machine|names no file of this machine/,
      url,
    )
  }
  writeFileSync(join(site, 'repos', 'hello.sh'), '#!/bin/sh\necho hello\n')
  writeFileSync(join(site, 'repos', 'own.yaml'), plain('hello.sh'))
  const right = await octo('install', '--platform', 'linux_amd64')
  assert.equal(right.code, 0, right.stderr)
  const lock = join(folder, 'octo.lock')
  const forged = readFileSync(lock, 'utf8').replaceAll('repos/hello.sh', '../secret')
  assert.notEqual(forged, readFileSync(lock, 'utf8'))
  writeFileSync(lock, forged)
  rmSync(join(folder, 'store'), { recursive: true, force: true })
  const locked = await octo('install', '--platform', 'linux_amd64', '--frozen')
  assert.match(locked.stderr, /is no file of a repo that the config has on this machine/)
})
