// check-orbdrpc against go-orb's own DRPC server, on TCP and a Unix socket.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { check } from '../../plugins/check-orbdrpc/check.ts'
import { findGoPeer, startGoPeer } from '../support/machine/go-peer.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { said } from '../support/operator/said.ts'

const server = findGoPeer('orb-drpc', 'ORB_DRPC_BIN')
const skip = 'missing' in server ? server.missing : false
const HEALTH = '/grpc.health.v1.Health/Check'

const ANSWERS: readonly (readonly [words: string[], status: string, summary: string])[] = [
  [[], 'ok', 'SERVING'],
  [['--content-type=application/x-protobuf'], 'ok', 'SERVING'],
  [['--content-type=application/json'], 'ok', 'SERVING'],
  [['--endpoint=/test.Health/Down'], 'critical', 'NOT_SERVING'],
  [['--endpoint=/test.Health/Empty'], 'ok', '/test.Health/Empty answers, with google.protobuf.Empty'],
  [['--endpoint=/test.Health/Broken'], 'critical', 'answers with error 500: internal server error: boom'],
  [['--endpoint=/test.Health/None'], 'critical', 'speaks DRPC, but has no method `/test.Health/None`'],
]

test('a go-orb server: states, errors and methods of its own, on TCP and a Unix socket', { skip }, async (t) => {
  const path = join(tempFolder(t), 'drpc.sock')
  const address = await startGoPeer(t, server)
  await startGoPeer(t, server, ['--network', 'unix', '--address', path])
  for (const place of [`drpc://${address}`, `unix://${path}`, `drpc://${address}${HEALTH}`])
    for (const [words, status, summary] of ANSWERS) {
      if (place.endsWith(HEALTH) && words[0]?.startsWith('--endpoint')) continue
      assert.deepEqual(said(await check.evaluate([place, ...words])), [status, summary])
    }
})
