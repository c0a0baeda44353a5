// The time of proofs is shared out per token, an archive is looked at once, and work ends with its request.
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { createProofBudget } from '../../../registry/budgets/proof-budget.ts'
import { createInspections } from '../../../registry/inspections.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { openFairSlots } from '../../../system/async/slots.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { tarballOf } from '../../support/builders/archive-builder.ts'
import { aRelease } from '../../support/builders/test-authority.ts'
import { until } from '../../support/machine/until.ts'
import {
  callApi,
  openSession,
  parseSession,
  publishRelease,
  uploadAll,
} from '../../support/publisher/publish-release.ts'
import type { TestRegistry } from '../../support/registry/test-registry.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const never = new AbortController().signal
const servicesOf = ({ serving }: TestRegistry) => serving.registry.services

test('a look at an archive is taken once, however many platforms and publishes share it', async (t) => {
  const registry = await startTestRegistry(t)
  const reads: string[] = []
  const { blobs } = servicesOf(registry)
  const inspections = createInspections({
    blobs: {
      open(digest) {
        reads.push(digest)
        return blobs.open(digest)
      },
    },
    slots: openFairSlots(2),
    budget: createProofBudget(1000_000, Date.now),
  })
  Object.assign(servicesOf(registry), { inspections })
  const bytes = tarballOf([{ path: 'run', content: '#!/bin/sh\necho\n', mode: 0o755 }])
  const platforms = ['linux_amd64', 'linux_arm64', 'darwin_amd64', 'darwin_arm64']
  const release = await aRelease(registry.key, {
    platforms: Object.fromEntries(platforms.map((name) => [name, { bytes, format: 'tar.gz', executable: 'run' }])),
  })
  assert.equal((await publishRelease(registry, release)).status, 201)
  assert.equal(reads.length, 1)
  await inspections.inspect(release.predicate.platforms, { owner: 'x', session: 's', signal: never })
  assert.equal(reads.length, 1)
})

test('a token whose time for proofs is used up waits, others do not, and time gives it back', () => {
  const time = { now: 0 }
  const budget = createProofBudget(60_000, () => time.now)
  budget.admit('greedy')
  budget.spend('greedy', 90_000)
  const refused = expectCode('RATE_LIMITED', () => budget.admit('greedy'))
  budget.admit('other')
  time.now += Number(refused.details.retryAfter) * 1000 - 1000
  expectCode('RATE_LIMITED', () => budget.admit('greedy'))
  time.now += 2000
  budget.admit('greedy')
})

test('a bundle of very much JSON takes the time of its token, and not that of others', async (t) => {
  const registry = await startTestRegistry(t, { limits: { proofMsPerHour: 1 } })
  const [greedy, other] = [await registry.createToken(['core/*']), await registry.createToken(['core/*'])]
  const keys = Array.from({ length: 50_000 }, (_, at) => `"k${at}":0`).join(',')
  const publish = async (token: string, version: string) => {
    const release = { ...(await aRelease(registry.key, { version })), bundle: `{"version":"${version}",${keys}}` }
    return (await publishRelease({ url: registry.url, token }, release)).body.code
  }
  assert.equal(await publish(greedy.token, '1.0.0'), 'BUNDLE_MALFORMED')
  assert.equal(await publish(greedy.token, '1.1.0'), 'RATE_LIMITED')
  assert.equal(await publish(other.token, '1.1.0'), 'BUNDLE_MALFORMED')
})

test('a proof ends when its signal aborts, in the middle of an archive', async () => {
  const gone = new AbortController()
  let read = 0
  async function* endless() {
    for (;;) {
      if (++read === 3) gone.abort(new Error('gone'))
      yield Buffer.alloc(16)
      await new Promise(setImmediate)
    }
  }
  const inspections = createInspections({
    blobs: { open: endless },
    slots: openFairSlots(1),
    budget: createProofBudget(1000, Date.now),
  })
  const artifact = { format: 'tar.gz', file: 'f', digest: digestOf('x'), size: 1e9, executable: 'run' } as never
  await assert.rejects(
    inspections.inspect({ any: artifact } as never, { owner: 'a', session: 's', signal: gone.signal }),
  )
  assert.ok(read < 100)
})

test('a publish whose client is gone is stopped, publishes nothing, and is no error in the log', async (t) => {
  const registry = await startTestRegistry(t)
  const release = await aRelease(registry.key)
  const session = parseSession(await openSession(registry, release))
  await uploadAll(registry, session, release)
  const began = Promise.withResolvers<void>()
  const stopped = Promise.withResolvers<void>()
  const services = servicesOf(registry)
  const { inspections } = services
  const waits: typeof inspections.inspect = (_platforms, { signal }) =>
    new Promise((_resolve, reject) => {
      began.resolve()
      signal.addEventListener('abort', () => {
        stopped.resolve()
        reject(signal.reason as Error)
      })
    })
  Object.assign(services, { inspections: { ...inspections, inspect: waits } })
  const path = `/api/v1/publishes/${session.id}/publish`
  const sent = request(`${registry.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${registry.token}` },
  })
  sent.on('error', () => {})
  sent.end()
  await began.promise
  sent.destroy()
  await stopped.promise
  Object.assign(services, { inspections })
  assert.equal((await fetch(`${registry.url}/repos/core/hello.json`)).status, 404)
  assert.equal((await callApi(registry, path, { method: 'POST' })).status, 201)
  assert.deepEqual(
    registry.logs.map((line) => JSON.parse(line)).filter(({ level }) => level >= 50),
    [],
  )
})

test('an unfinished upload whose client is gone is no error in the log', async (t) => {
  const registry = await startTestRegistry(t)
  const release = await aRelease(registry.key)
  const session = parseSession(await openSession(registry, release))
  const sent = request(`${registry.url}/api/v1/publishes/${session.id}/blobs/${release.bundleDigest}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${registry.token}`, 'Upload-Offset': '0', 'Content-Length': '100' },
  })
  sent.on('error', () => {})
  sent.write('some')
  const read = () => callApi(registry, `/api/v1/publishes/${session.id}`)
  const isHere = async () => parseSession(await read()).uploads.some(({ offset }) => offset === 4)
  await until(isHere)
  sent.destroy()
  await until(() => registry.logs.some((line) => line.includes('"method":"PATCH"')))
  assert.deepEqual(
    registry.logs.map((line) => JSON.parse(line)).filter(({ level }) => level >= 50),
    [],
  )
})
