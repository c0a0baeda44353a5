// Where check-grpc looks for a server, in every spelling, with TLS and without, and what it says when there is none.
import assert from 'node:assert/strict'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { join } from 'node:path'
import test from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import { check } from '../../plugins/check-grpc/check.ts'
import { freePort, listening } from '../support/machine/listening.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { said } from '../support/operator/said.ts'
import { grpcServer, LOCALHOST_CA, LOCALHOST_PAIR, SERVING, secureGrpcServer } from '../support/peers/grpc-server.ts'

const HEALTH = '/grpc.health.v1.Health/Check'

test('understands every spelling of a place on the network', async (t) => {
  const port = await grpcServer(t, () => SERVING)
  const place = `127.0.0.1:${port}`
  const spellings = [
    [`grpc://${place}`],
    [`--url=grpc://${place}/`],
    [`GRPC://${place}`],
    [`tcp://${place}`],
    [`http://${place}`],
    [place],
    [`${port}`],
    ['--address', place, '--plaintext'],
    ['--address', `grpc://${place}`, '--network=tcp'],
    ['--network', 'tcp', '--listen', place, '--endpoint', HEALTH, '--plaintext'],
    [`--network=tcp4`, `--address=localhost:${port}`, '--plaintext', '--endpoint='],
  ]
  for (const argv of spellings) assert.deepEqual(said(await check.evaluate(argv)), ['ok', 'SERVING'], argv.join(' '))
})

test('asks over a Unix socket, in every spelling', async (t) => {
  const path = join(tempFolder(t), 'app.sock')
  const names: unknown[] = []
  await grpcServer(
    t,
    (_path, _message, headers) => {
      names.push(headers[':authority'])
      return SERVING
    },
    { path },
  )
  const urls = ['unix://', 'unix:', 'unix+grpc://', 'grpc+unix://', ''].map((scheme) => [`${scheme}${path}`])
  const parts = [
    ['--network=unix', `--address=${path}`],
    [`--listen=${path}`, '--plaintext'],
    [`--address=unix://${path}`],
  ]
  for (const argv of [...urls, ...parts]) {
    const result = await check.evaluate(argv)
    assert.deepEqual(said(result), ['ok', 'SERVING'], result.summary)
    assert.ok(result.summary.startsWith(`${path}: `))
  }
  assert.deepEqual([...new Set(names)], ['localhost'])
  const missing = await check.evaluate([`unix://${path}.not`])
  assert.deepEqual([missing.summary, missing.details?.code], [`${path}.not: no such socket`, 'ENOENT'])
})

test('verifies the certificate, unless told not to', async (t) => {
  const port = await secureGrpcServer(t, () => SERVING)
  const at = (host: string, ...argv: string[]) => check.evaluate([`grpcs://${host}:${port}`, ...argv])
  assert.deepEqual(said(await at('localhost', `--ca-file=${LOCALHOST_CA}`)), ['ok', 'SERVING'])
  assert.deepEqual(said(await check.evaluate([`--address=localhost:${port}`, '--ca-file', LOCALHOST_CA])), [
    'ok',
    'SERVING',
  ])
  const unknown = await at('localhost')
  assert.deepEqual(said(unknown), ['critical', 'the TLS certificate is not trusted: self-signed certificate'])
  assert.equal(unknown.details?.code, 'DEPTH_ZERO_SELF_SIGNED_CERT')
  const other = await at('127.0.0.1', `--ca-file=${LOCALHOST_CA}`)
  assert.deepEqual(said(other), ['critical', 'the TLS certificate is for another name'])
  assert.deepEqual(said(await at('127.0.0.1', `--ca-file=${LOCALHOST_CA}`, '--server-name=localhost')), [
    'ok',
    'SERVING',
  ])
  assert.deepEqual(said(await at('127.0.0.1', '--insecure')), ['ok', 'SERVING, certificate not verified'])
})

test('cannot tell without the certificates that are to be trusted', async () => {
  const problems = {
    '/nowhere.pem': /^--ca-file cannot be read \(ENOENT\)/,
    '/dev/null': /^--ca-file holds no certificate/,
  }
  for (const [file, expected] of Object.entries(problems)) {
    const { status, summary } = await check.evaluate(['grpcs://localhost:1', `--ca-file=${file}`])
    assert.equal(status, 'unknown')
    assert.match(summary, expected)
  }
})

test('says when a server with TLS speaks no HTTP/2', async (t) => {
  const web = await listening(t, createHttpsServer(LOCALHOST_PAIR))
  const other = await listening(t, createTlsServer({ ...LOCALHOST_PAIR, ALPNProtocols: ['http/1.1'] }))
  const none = await listening(t, createTlsServer(LOCALHOST_PAIR))
  for (const [port, what] of [
    [web, 'refuses it'],
    [other, 'refuses it'],
    [none, 'agrees to no protocol'],
  ] as const) {
    const result = await check.evaluate([`grpcs://localhost:${port}`, `--ca-file=${LOCALHOST_CA}`])
    assert.deepEqual(said(result), ['critical', `speaks TLS but no HTTP/2: offered \`h2\` (ALPN), it ${what}`])
    assert.equal(result.details?.code, 'NO_HTTP2')
  }
})

test('says when TLS is spoken on one side only, and what to say then works', async (t) => {
  const plain = await grpcServer(t, () => SERVING)
  const toPlain = await check.evaluate([`--address=127.0.0.1:${plain}`])
  assert.equal(toPlain.status, 'critical')
  assert.match(
    toPlain.summary,
    /: the server does not speak TLS as expected; if it speaks without, say `grpc:\/\/` or `--plaintext`$/,
  )
  assert.equal((await check.evaluate([`--address=127.0.0.1:${plain}`, '--plaintext'])).status, 'ok')

  const tls = await secureGrpcServer(t, () => SERVING)
  const toTls = await check.evaluate([`grpc://localhost:${tls}`])
  assert.equal(toTls.status, 'critical')
  assert.match(toTls.summary, /TLS.*`grpcs:\/\/`/)
  assert.equal((await check.evaluate([`grpcs://localhost:${tls}`, `--ca-file=${LOCALHOST_CA}`])).status, 'ok')
})

test('says why there is no answer', async (t) => {
  const closed = await freePort()
  const refused = await check.evaluate([`grpc://127.0.0.1:${closed}`])
  assert.deepEqual(
    [refused.summary, refused.details?.code],
    [`127.0.0.1:${closed}: refused: nothing listens there`, 'ECONNREFUSED'],
  )
  const web = await check.evaluate([`grpc://127.0.0.1:${await listening(t, createHttpServer())}`])
  assert.deepEqual(said(web), ['critical', 'it answers in HTTP/1.1, expected HTTP/2'])
  assert.equal(web.details?.code, 'OTHER_PROTOCOL')
})

const UNCLEAR: readonly (readonly [argv: string[], RegExp])[] = [
  [[], /^--url or --address is needed, such as `grpc:\/\/localhost:9000`/],
  [['grpc://a:1', '--address=b:1'], /^--url says everything/],
  [['grpc://a:1', '--network=tcp'], /^--url says everything/],
  [['--address=a:1', '--listen=a:1'], /^--address and --listen say the same/],
  [['--address=unix:///a', '--network=tcp'], /^--network is `tcp`, and --address names another kind of place/],
  [['grpc://a:1/b.C/D', '--endpoint=/b.C/D'], /^--url names the method already/],
  [['grpc://a:1', '--endpoint=x'], /^--endpoint is `x`, expected a method such as/],
  [['grpc://a:1', '--endpoint=/a/b\r\nx: y'], /^--endpoint is/],
  [['grpc://a:1/b'], /^--endpoint is `\/b`/],
  [['ftp://a:1'], /^--url begins with `ftp:`, expected one of `grpc:\/\/`/],
  [['constructor://a:1'], /^--url begins with `constructor:`/],
  [['grpc://'], /^--url (is no URL|names no host)/],
  [['tcp://a'], /^--url names no host and port/],
  [['grpc://me:hunter2@a:1'], /^--url holds more than a place and a method/],
  [['grpc://a:1/?token=hunter2'], /^--url holds more than a place and a method/],
  [['me:hunter2@a:1'], /expected no user and password/],
  [['grpc://%zz:1'], /^--url (is no URL|has a `%`)/],
  [['unix://'], /^no path of a Unix socket is named/],
  [['--network=unix', '--address='], /^no path of a Unix socket is named/],
  [['a:0'], /^`a:0` is no address/],
  [['grpcs://a:1', '--plaintext'], /^the URL says TLS, expected no --plaintext/],
  [['grpc://a:1', '--ca-file=x'], /^--ca-file is about TLS, expected `grpcs:\/\/` beside it/],
  [['--address=a:1', '--plaintext', '--insecure'], /^--insecure is about TLS, expected no --plaintext beside it/],
]

test('reports unclear options as unknown, and shows no password', async () => {
  for (const [argv, expected] of UNCLEAR) {
    const { status, summary } = await check.evaluate(argv)
    assert.equal(status, 'unknown', argv.join(' '))
    assert.match(summary, expected)
    assert.doesNotMatch(summary, /hunter2/)
  }
})
