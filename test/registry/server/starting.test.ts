// A registry that listens already and is not open yet.
import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import pino from 'pino'
import { LOGGING } from '../../../registry/log/logger.ts'
import type { OpenRegistry } from '../../../registry/open-registry.ts'
import { serve } from '../../../registry/server/listen.ts'

/** What is answered to each path while a registry opens, and what is logged meanwhile. */
async function whileStarting(ask: (url: string) => Promise<void>): Promise<readonly string[]> {
  const logs: string[] = []
  const sink = new Writable({
    write(line, _encoding, done) {
      logs.push(String(line))
      done()
    },
  })
  const open = async (url: string): Promise<OpenRegistry> => {
    await ask(url)
    throw new Error('seen enough')
  }
  const logger = pino({ level: 'debug', ...LOGGING }, sink)
  await assert.rejects(serve({ host: '127.0.0.1', port: 0, logger, open }), { message: 'seen enough' })
  return logs
}

test('whoever comes while it starts is told so, and when to come back, and nothing is logged as a fault', async () => {
  const logs = await whileStarting(async (url) => {
    for (const path of ['/readyz', '/', '/api/v1/whoami', '/repos/core.json', '/v2/', '/livez/x']) {
      const answer = await fetch(`${url}${path}`, { headers: { connection: 'close' } })
      const { code, title, detail } = (await answer.json()) as Record<string, string>
      assert.deepEqual(
        [answer.status, code, title, detail, answer.headers.get('retry-after')],
        [503, 'STARTING', 'the registry is starting', 'the registry is starting', '1'],
        path,
      )
    }
  })
  assert.deepEqual(logs, [])
})

test('it is alive while it starts, however long that takes', async () => {
  await whileStarting(async (url) => {
    for (const method of ['GET', 'HEAD']) {
      const answer = await fetch(`${url}/livez`, { method, headers: { connection: 'close' } })
      assert.deepEqual([answer.status, answer.headers.get('cache-control')], [200, 'no-store'], method)
      assert.equal(await answer.text(), method === 'HEAD' ? '' : '{"status":"alive"}')
    }
    assert.equal((await fetch(`${url}/livez`, { method: 'POST', headers: { connection: 'close' } })).status, 503)
  })
})
