// Every name and form of arguments by which OctoCompose's documents of all years ask for the checks of `core`, from a config to
// the answer of a real server.
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import test from 'node:test'
import { validateArguments } from '../../config/validate-arguments.ts'
import { argumentVector } from '../../operator/exec/argument-vector.ts'
import { check as checkGrpc } from '../../plugins/check-grpc/check.ts'
import { check as checkOrbdrpc } from '../../plugins/check-orbdrpc/check.ts'
import { check as checkServerUrl } from '../../plugins/check-server-url/check.ts'
import { check as checkTcp } from '../../plugins/check-tcp/check.ts'
import { check as checkTcpPort } from '../../plugins/check-tcp-port/check.ts'
import { readFiles } from '../support/machine/config-files.ts'
import { freePort, listening } from '../support/machine/listening.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { grpcServer, SERVING } from '../support/peers/grpc-server.ts'
import { saying, scriptedServer } from '../support/peers/scripted-server.ts'

const CHECKS = new Map([checkTcp, checkTcpPort, checkServerUrl, checkGrpc, checkOrbdrpc].map((one) => [one.name, one]))
/** As octo has it of a manifest: the same for all that asks for one plugin. */
const SCHEMAS = new Map([...CHECKS.values()].map((check) => [check, check.schema()]))
const DRPC_SERVING = Buffer.concat([
  Buffer.from('0501013e123c0a36', 'hex'),
  Buffer.from('type.googleapis.com/grpc.health.v1.HealthCheckResponse'),
  Buffer.from('120208010d010200', 'hex'),
])

/** `FREE`, `TCP`, `GRPC` and `DRPC` are ports, `TCP_SOCK` and the like the paths of sockets. */
const FORMS: readonly string[] = [
  // A port that is free, under the three names of one plugin.
  'tool: check-tcp-port, port: FREE',
  'tool: check-tcp-port, args: {port: FREE}',
  'tool: check-tcp-port, toolArgs: {port: FREE}',
  'tool: check-open-port, args: ["--port", "FREE"]',
  'tool: check-open-tcp-port, args: ["--port", FREE]',
  'tool: check-open-tcp-port, args: [FREE]',
  // A port that something listens on.
  'tool: check-tcp, port: TCP',
  'tool: check-tcp, args: {port: TCP}',
  'tool: check-tcp, args: ["--port", TCP]',
  'tool: check-tcp, args: ["TCP"]',
  'tool: check-tcp, args: {network: tcp, address: "localhost:TCP"}',
  'tool: check-tcp, args: {address: "tcp://localhost:TCP"}',
  'tool: check-tcp, args: {network: unix, address: TCP_SOCK}',
  'tool: check-tcp, args: {address: TCP_SOCK}',
  'tool: check-tcp, args: {address: "unix://TCP_SOCK"}',
  // A URL: a port or a socket.
  'tool: check-server-url, endpoint: "tcp://localhost:TCP"',
  'tool: check-server-url, url: TCP_SOCK',
  'tool: check-server-url, args: {url: "unix://TCP_SOCK"}',
  'tool: check-server-url, args: {url: "grpc://localhost:GRPC"}',
  'tool: check-server-url, args: ["--network", unix, "--address", TCP_SOCK, "--plaintext"]',
  'tool: check-server-url, args: ["--network", tcp, "--address", "localhost:TCP", "--endpoint", "", "--plaintext"]',
  // gRPC.
  'tool: check-grpc, url: "localhost:GRPC", endpoint: /health.v1alpha.Health/Healthz',
  'tool: check-grpc, url: GRPC_SOCK, endpoint: /health.v1alpha.Health/Healthz',
  'tool: check-grpc, args: {url: "grpc://localhost:GRPC", endpoint: /health.V1alpha.Health/HealthZ}',
  'tool: check-grpc, args: {url: "unix://GRPC_SOCK", endpoint: ""}',
  'tool: check-grpc, toolArgs: {network: tcp, address: "localhost:GRPC", endpoint: /grpc.health.v1.Health/Check, plaintext: true}',
  'tool: check-grpc, args: ["--network", unix, "--listen", GRPC_SOCK, "--endpoint", /grpc.health.v1.Health/Check, "--plaintext"]',
  'tool: check-grpc, args: ["--address", "localhost:GRPC", "--endpoint", /grpc.health.v1.Health/Check, "--plaintext=true"]',
  'tool: check-grpc, args: [GRPC]',
  // DRPC.
  'tool: check-orbdrpc, args: {url: "drpc://localhost:DRPC", endpoint: /health.V1alpha.Health/HealthZ}',
  'tool: check-orbdrpc, args: {url: "tcp://localhost:DRPC"}',
  'tool: check-orbdrpc, args: {url: "unix://DRPC_SOCK"}',
  'tool: check-orbdrpc, args: {network: unix, address: DRPC_SOCK, endpoint: ""}',
  'tool: check-orbdrpc, args: ["--network", tcp, "--address", "localhost:DRPC", "--endpoint", /grpc.health.v1.Health/Check]',
]

type Places = Readonly<Record<string, string>>

async function places(t: TestContext): Promise<Places> {
  const dir = tempFolder(t)
  const socket = (name: string) => join(dir, `${name}.sock`)
  await listening(t, createServer(), { path: socket('tcp') })
  await grpcServer(t, () => SERVING, { path: socket('grpc') })
  const drpc = createServer(
    (each) =>
      void each
        .on('error', () => undefined)
        .resume()
        .end(DRPC_SERVING),
  )
  await listening(t, drpc, { path: socket('drpc') })
  const ports = {
    FREE: await freePort(),
    TCP: await listening(t, createServer()),
    GRPC: await grpcServer(t, () => SERVING),
    DRPC: await scriptedServer(t, saying(DRPC_SERVING)),
  }
  const paths = { TCP_SOCK: socket('tcp'), GRPC_SOCK: socket('grpc'), DRPC_SOCK: socket('drpc') }
  return { ...paths, ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)])) }
}

test('every form in which the documents ask for a check is understood, and answered by the server it means', async (t) => {
  const found = await places(t)
  const items = FORMS.map((form) =>
    form.replace(/\b(?:TCP|GRPC|DRPC|FREE)(?:_SOCK)?\b/g, (name) => found[name] ?? name),
  )
  const repos = '{core: {url: "https://plugins.example/repos/core.yaml", trust: unsigned}}'
  const health = items.map((item) => `        - {${item}}\n`).join('')
  const text = `operator:\n  repos: ${repos}\n  services:\n    web:\n      health:\n${health}`
  const { services, warnings } = await readFiles(t, { 'octo.yaml': text })
  assert.deepEqual(
    warnings.map(({ message }) => message),
    ['repo `core` is trusted without signatures; whoever serves it decides what runs'],
  )
  const asked = services[0]?.checks.health ?? []
  assert.equal(asked.length, FORMS.length)
  for (const [index, { request, arguments: given }] of asked.entries()) {
    const check = CHECKS.get(request.plugin)
    assert.ok(check, request.plugin)
    const fitting = await validateArguments(given, { plugin: check.name, schema: SCHEMAS.get(check) ?? {} })
    const { status, summary } = await check.evaluate(argumentVector(fitting, { booleans: 'omit' }))
    assert.equal(status, 'ok', `${FORMS[index]}: ${summary}`)
  }
})
