// The three formats of OctoCompose configs mean the same to octo.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OctoConfig } from '../../config/model/config.ts'
import { readFiles } from '../support/machine/config-files.ts'

const URL_LINE = 'url: "https://plugins.example/repos/core.yaml", trust: unsigned'

const FORMAT_V1 = `
operator:
  repos:
    core: {${URL_LINE}}
  services:
    web:
      preflight: [{tool: check-tcp-port, args: {port: 8080}}, {tool: run-service, args: {args: ["preflight"]}}]
      health: [{tool: check-tcp, args: {port: 8080}, interval: 10s, successTreshold: 2, failureTreshold: 4}]
      init: [{tool: run-service, args: {args: ["migrate"]}}]
      depends: [{service: idp}]
`

const FIRST = `
operator:
  repos:
    core: {${URL_LINE}}
  services:
    web:
      preflightCheck:
        - {tool: check-tcp-port, port: 8080}
        - {tool: operator-run, args: {args: ["preflight"]}}
      healthCheck: [{tool: check-tcp, port: 8080, interval: 10s, successTreshold: 2, failureTreshold: 4}]
      hooks: {preStart: [{tool: operator-run, args: {args: ["migrate"]}}]}
`

const LATER = `
octoctl:
  repos:
    core: {${URL_LINE}}
services:
  web:
    image: example/web
    octocompose:
      validate: [{tool: check-open-tcp-port, toolArgs: {port: 8080}}, {tool: run, toolArgs: {args: ["preflight"]}}]
      health: [{tool: check-tcp, toolArgs: {port: 8080}, interval: 10s, successThreshold: 2, failureThreshold: 4}]
      init: [{tool: run, toolArgs: {args: ["migrate"]}}]
`

const OCTOCTL = `
name: demo
repos:
  include: [{${URL_LINE}}]
services:
  web:
    octocompose:
      validate: [{tool: check-open-port, args: {port: 8080}}, {tool: run, args: {args: ["preflight"]}}]
      health: [{tool: check-tcp, args: {port: 8080}, interval: 10s, successThreshold: 2, failureThreshold: 4}]
      init: [{tool: run, args: {args: ["migrate"]}}]
`

/** What matters of checks and repos, without the places where it was written, and without what they start. */
function meaning({ repos, services }: OctoConfig) {
  return JSON.parse(
    JSON.stringify({ repos, services }, (key, value) =>
      ['place', 'spec', 'problems', 'dependsOn'].includes(key) ? undefined : value,
    ),
  )
}

for (const [title, text] of Object.entries({ FIRST, LATER, OCTOCTL }))
  test(`a config in ${title} means what one in format v1 means`, async (t) => {
    const first = await readFiles(t, { 'octo.yaml': FORMAT_V1 })
    const other = await readFiles(t, { 'octo.yaml': text })
    assert.deepEqual(meaning(other), meaning(first))
  })

test('format v1 gives its repo, checks, thresholds and intervals, and no warning but the one about trust', async (t) => {
  const { repos, services, warnings, files } = await readFiles(t, { 'octo.yaml': FORMAT_V1 })
  assert.deepEqual(repos, [
    { name: 'core', url: 'https://plugins.example/repos/core.yaml', trust: { kind: 'unsigned' } },
  ])
  const [web] = services
  assert.deepEqual(
    web?.checks.preflight.map((item) => item.request.plugin),
    ['check-tcp-port', 'run-service'],
  )
  const [health] = web?.checks.health ?? []
  assert.equal(health?.intervalMs, 10_000)
  assert.equal(health?.successThreshold, 2)
  assert.equal(health?.failureThreshold, 4)
  assert.deepEqual(health?.arguments, { kind: 'map', value: { port: 8080 }, texts: {} })
  assert.deepEqual(health?.place, { file: files[0], line: 8 })
  assert.equal(warnings.length, 1)
  assert.match(warnings[0]?.message ?? '', /trusted without signatures/)
})

test('a repo that is listed once more for octoctl stays one repo', async (t) => {
  const text = `${FORMAT_V1}repos: {include: [{url: "https://plugins.example/repos/core.yaml"}]}\n`
  const { repos } = await readFiles(t, { 'octo.yaml': text })
  assert.equal(repos.length, 1)
})

test('list arguments stay as they were typed', async (t) => {
  const text = `operator: {services: {web: {health: [{tool: x, args: ["--port", 8080, 1.10, 0x1F, 5., -v, ""]}]}}}\n`
  const { services } = await readFiles(t, { 'octo.yaml': text })
  assert.deepEqual(services[0]?.checks.health[0]?.arguments, {
    kind: 'list',
    value: ['--port', '8080', '1.10', '0x1F', '5.', '-v', ''],
  })
})

test('map arguments are typed values that keep how their numbers were written', async (t) => {
  const text = 'operator: {services: {web: {health: [{tool: x, args: {v: 1.10, n: 5, deep: [2.0]}}]}}}\n'
  const { services } = await readFiles(t, { 'octo.yaml': text })
  assert.deepEqual(services[0]?.checks.health[0]?.arguments, {
    kind: 'map',
    value: { v: 1.1, n: 5, deep: [2] },
    texts: { '/v': '1.10', '/deep/0': '2.0' },
  })
})

test('Compose keys of a service are not ours to warn about, and its `init: true` is no check', async (t) => {
  const text = 'services: {web: {image: x, ports: ["80:80"], healthcheck: {test: x}, init: true, depends_on: [db]}}\n'
  const { warnings, services } = await readFiles(t, { 'octo.yaml': text })
  assert.deepEqual(warnings, [])
  assert.deepEqual(services[0]?.checks.init, [])
})
