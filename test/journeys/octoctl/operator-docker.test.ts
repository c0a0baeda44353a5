// octoctl's own operator-docker under octo: published as it is, and called as octoctl calls it. The real one where
// OPERATOR_DOCKER_BIN names it, and always one that does the same.
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { parse } from 'yaml'
import { platformOf } from '../../../schemas/platform.ts'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { aPluginProject } from '../../support/builders/plugin-project.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { publishProjects, writeKeyFiles } from '../../support/publisher/publish-project.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const real = process.env.OPERATOR_DOCKER_BIN
const EMULATION = new URL('../../support/operator/operator-docker-emulation.mjs', import.meta.url)
const platform = platformOf({ platform: process.platform, arch: process.arch })

type Kind = 'the emulation of operator-docker' | 'the real operator-docker'

function aProject(kind: Kind) {
  const about = { kind: 'operator', description: 'runs services with docker compose' }
  if (kind === 'the real operator-docker')
    return aPluginProject({
      name: 'operator-docker',
      manifest: { ...about, platforms: { [platform]: { file: 'operator-docker' } } },
      files: { 'operator-docker': readFileSync(real ?? '') },
    })
  return aPluginProject({
    name: 'operator-docker',
    manifest: {
      ...about,
      platforms: { any: { runtime: { name: 'node' }, files: ['src'], executable: 'src/main.mjs' } },
    },
    files: { 'src/main.mjs': readFileSync(EMULATION) },
  })
}

const DOCKER = '#!/bin/sh\nfor word in "$@"; do echo "$word"; done > "$OUT"\nexit "${EXIT:-0}"\n'

async function aPlace(t: TestContext, kind: Kind) {
  const folder = tempFolder(t)
  const registry = await startTestRegistry(t)
  await using project = await aProject(kind)
  await publishProjects([project.dir], registry, writeKeyFiles(folder, registry.key))
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'docker'), DOCKER)
  chmodSync(join(bin, 'docker'), 0o755)
  const repo = `{url: "${registry.url}/repos/core.yaml", keys: ["${publicKeyLine(registry.key.trustKey)}"]}`
  writeFileSync(
    join(folder, 'octo.yaml'),
    `name: shop
octoctl: {operator: operator-docker, repos: {core: ${repo}}}
repos:
  services:
    web: {docker: {registry: docker.io, image: acme/web, tag: v2, entrypoint: /bin/web, command: [serve]}}
    off: {docker: {registry: docker.io, image: acme/off, tag: v1}}
configs: {web: {port: 8080}}
services:
  web:
    ports: ["{{.configs.web.port}}:8080"]
    octocompose: {health: [{tool: check-tcp, args: {port: 8080}}]}
  off: {enabled: false}
  bare: {image: acme/bare}
`,
  )
  const out = join(folder, 'out')
  const env = {
    OCTO_HOME: join(folder, 'store'),
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_CACHE_HOME: join(folder, 'cache'),
  }
  return {
    compose: join(folder, 'cache', 'octocompose', 'shop', 'compose.yaml'),
    octo: (words: readonly string[], exit = '0') =>
      octoIn({ cwd: folder, env: { ...env, OUT: out, EXIT: exit, PATH: `${bin}:${process.env.PATH}` } }, words),
    called: () => readFileSync(out, 'utf8').trimEnd().split('\n'),
    out,
  }
}

const CALLS: readonly (readonly [readonly string[], readonly string[]])[] = [
  [['start'], ['up', '-d']],
  [
    ['start', '--dry-run'],
    ['up', '-d', '--dry-run'],
  ],
  [['stop'], ['down']],
  [['restart'], ['restart']],
  [['status'], ['ps', '-a']],
  [['show'], ['config']],
  [
    ['logs', '-f', 'web'],
    ['logs', '--follow', 'web'],
  ],
  [
    ['exec', 'web', 'ls'],
    ['exec', 'web', 'ls'],
  ],
  [
    ['exec', 'web', 'sh', '-c', 'exit 3'],
    ['exec', '--', 'web', 'sh', '-c', 'exit 3'],
  ],
  [
    ['compose', 'ps', '-a'],
    ['ps', '-a'],
  ],
]

for (const kind of ['the emulation of operator-docker', 'the real operator-docker'] as const) {
  const isMissing = kind === 'the real operator-docker' && (real === undefined || !existsSync(real))
  const skip = isMissing && 'OPERATOR_DOCKER_BIN names no operator-docker'
  test(`${kind} runs the services of a config under octo`, { skip }, async (t) => {
    const { octo, called, compose } = await aPlace(t, kind)
    for (const [words, expected] of CALLS) {
      const { code, stderr } = await octo(words, '7')
      assert.equal(code, 7, stderr)
      assert.deepEqual(called(), ['compose', '-f', compose, ...expected], words.join(' '))
    }
    const { services, ...rest } = parse(readFileSync(compose, 'utf8'))
    assert.deepEqual(services, {
      web: { ports: ['8080:8080'], image: 'docker.io/acme/web:v2', entrypoint: '/bin/web', command: ['serve'] },
    })
    assert.deepEqual(rest, { name: 'shop' })
  })
}
