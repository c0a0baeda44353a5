// check-grpc, started as the bundled program that is published, against a real gRPC server with health: grpc-go.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parseCheckResult } from '../../schemas/check-result.ts'
import { findGoPeer, startGoPeer } from '../support/machine/go-peer.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { said } from '../support/operator/said.ts'
import { LOCALHOST_CA } from '../support/peers/grpc-server.ts'

const server = findGoPeer('grpc-health', 'GRPC_HEALTH_BIN')
const skip = 'missing' in server ? server.missing : false
const TLS = ['--cert', LOCALHOST_CA, '--key', LOCALHOST_CA.replace(/crt$/, 'key')]

/** The bundle, and what it prints when it is run with these words. */
async function built(t: TestContext) {
  const program = join(tempFolder(t), 'check-grpc.cjs')
  const cwd = fileURLToPath(new URL('../../plugins/check-grpc/', import.meta.url))
  await promisify(execFile)(process.execPath, ['../bundle.js', 'main.ts', program], { cwd })
  return (...words: string[]) => {
    const { promise, resolve } = Promise.withResolvers<readonly [number, ...ReturnType<typeof said>]>()
    execFile(process.execPath, [program, ...words], (error, stdout) =>
      resolve([Number(error?.code ?? 0), ...said(parseCheckResult(stdout, 'check-grpc'))]),
    )
    return promise
  }
}

test('a grpc-go server: every state by its name, plain, over TLS and over a Unix socket', { skip }, async (t) => {
  const check = await built(t)
  const path = join(tempFolder(t), 'grpc.sock')
  const plain = await startGoPeer(t, server)
  const secure = (await startGoPeer(t, server, TLS)).replace('127.0.0.1', 'localhost')
  await startGoPeer(t, server, ['--network', 'unix', '--address', path])
  const places = [
    [`grpc://${plain}`],
    [`grpcs://${secure}`, `--ca-file=${LOCALHOST_CA}`],
    ['--network=unix', `--address=${path}`],
  ]
  for (const place of places) {
    assert.deepEqual(await check(...place), [0, 'ok', 'SERVING'])
    const about = (service: string) => check(...place, `--service=${service}`)
    assert.deepEqual(await about('shop.Cart'), [0, 'ok', '`shop.Cart` is SERVING'])
    assert.deepEqual(await about('shop.Stock'), [2, 'critical', '`shop.Stock` is NOT_SERVING'])
    assert.deepEqual(await about('shop.Unsure'), [2, 'critical', '`shop.Unsure` is UNKNOWN'])
    assert.deepEqual(await about('shop.Nothing'), [2, 'critical', 'knows no service `shop.Nothing` (NOT_FOUND)'])
  }
})

test('a grpc-go server: TLS on one side only, an unknown authority, another name', { skip }, async (t) => {
  const check = await built(t)
  const plain = await startGoPeer(t, server)
  const secure = await startGoPeer(t, server, TLS)
  const port = secure.split(':').at(-1)
  const expected: readonly (readonly [words: string[], says: RegExp])[] = [
    [[`grpc://${secure}`], /TLS.*`grpcs:\/\/`/],
    [[`grpcs://${plain}`], /does not speak TLS.*`grpc:\/\/`/],
    [[`grpcs://localhost:${port}`], /^the TLS certificate is not trusted/],
    [[`grpcs://${secure}`, `--ca-file=${LOCALHOST_CA}`], /^the TLS certificate is for another name$/],
  ]
  for (const [words, says] of expected) {
    const [code, status, summary] = await check(...words)
    assert.deepEqual([code, status], [2, 'critical'], summary)
    assert.match(summary, says)
  }
})

test('a grpc-go server without a health service, and methods that it does not have', { skip }, async (t) => {
  const check = await built(t)
  const bare = await startGoPeer(t, server, ['--without-health'])
  const none = 'speaks gRPC, but registers no health service (UNIMPLEMENTED)'
  assert.deepEqual(await check(`grpc://${bare}`), [2, 'critical', none])
  const own = '/health.V1alpha.Health/HealthZ'
  const missing = `speaks gRPC, but has no method \`${own}\` (UNIMPLEMENTED)`
  assert.deepEqual(await check(`grpc://${bare}`, '--endpoint', own), [2, 'critical', missing])
})
