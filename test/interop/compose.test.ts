// operator-compose from our registry, with the real Docker and docker-compose: services start in order, are healthy, and end.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import test from 'node:test'
import { publicKeyLine } from '../../schemas/trust-key.ts'
import { containersOf, noDocker, startDocker } from '../support/machine/docker-daemon.ts'
import { listening } from '../support/machine/listening.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { until } from '../support/machine/until.ts'
import { runOcto } from '../support/octo/run-octo.ts'
import { writeKeyFiles } from '../support/publisher/publish-project.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

const skip = noDocker() ?? false

const config = (repo: string, port: number) => `name: Interop Shop
octoctl: {operator: docker, repos: {core: ${repo}}}
configs: {web: {price: "a$b", port: 80}}
services:
  web:
    image: octo-shell
    network_mode: host
    stop_grace_period: 0s
    command: [sh, -c, 'cat /etc/web.json; echo "started $0 $$PRICE"; sleep 600', '\${NAME}']
    environment: {PRICE: "$5"}
    configs: [{source: web, target: /etc/web.json}]
    octocompose:
      health: [{tool: check-tcp, args: {port: ${port}, host: 127.0.0.1}, interval: 1s}]
      init: [{tool: run-service, args: {args: [sh, -c, "echo first"]}}]
  late:
    image: octo-shell
    network_mode: host
    command: [sh, -c, "echo late; exit 3"]
    octocompose: {depends: [{health: web}]}
`

test('services run in containers, in the order and with the words of the config', { skip }, async (t) => {
  const folder = tempFolder(t)
  const registry = await startTestRegistry(t)
  const keys = writeKeyFiles(folder, registry.key)
  const publish = ['publish', join('plugins', 'operator-compose'), '--out', join(folder, 'dist')]
  const published = await runOcto([...publish, '--registry', registry.url, '--key', keys.privateKey], {
    env: { OCTO_TOKEN: registry.token },
  })
  assert.equal(published.code, 0, published.stderr)
  await using docker = await startDocker(t)
  const { host } = docker
  const port = await listening(t, createServer())
  const repo = `{url: "${registry.url}/repos/core.yaml", keys: ["${publicKeyLine(registry.key.trustKey)}"]}`
  writeFileSync(join(folder, 'octo.yaml'), config(repo, port))
  const env = { OCTO_HOME: join(folder, 'store'), XDG_STATE_HOME: join(folder, 'state'), DOCKER_HOST: host }
  const octo = (...words: string[]) => runOcto(words, { cwd: folder, env })

  const started = await octo('start')
  assert.equal(started.code, 0, started.stderr)
  await until(() => containersOf(host).includes('late exited'))
  assert.deepEqual(containersOf(host), ['late exited', 'web exited', 'web running'])
  await until(async () => /started/.test((await octo('logs', 'web')).stdout))
  const logs = await octo('logs', 'web')
  assert.match(logs.stdout, /"price": "a\$b"/)
  assert.match(logs.stdout, /started \$\{NAME\} 1PRICE/)
  const ran = await octo('exec', 'web', 'sh', '-c', 'echo "$PRICE"; exit 5')
  assert.deepEqual([ran.code, ran.stdout.trim()], [5, '$5'])
  const status = await octo('status')
  assert.match(status.stdout, /web_1 .*Up \(healthy\)/)
  assert.equal((await octo('compose', 'no-such-word')).code, 1)
  const stopped = await octo('stop')
  assert.equal(stopped.code, 0, stopped.stderr)
  assert.deepEqual(containersOf(host), [])
})
