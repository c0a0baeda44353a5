// What bytes are refused for is remembered for the session that promised them; what may pass is not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProofBudget } from '../../registry/budgets/proof-budget.ts'
import { createInspections } from '../../registry/inspections.ts'
import { digestOf } from '../../schemas/digest.ts'
import type { ErrorCode } from '../../schemas/error-codes.ts'
import { coded } from '../../schemas/errors.ts'
import { openFairSlots } from '../../system/async/slots.ts'
import { tarballOf } from '../support/builders/archive-builder.ts'
import { aRelease } from '../support/builders/test-authority.ts'
import { callApi, openSession, parseSession, publishRelease } from '../support/publisher/publish-release.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

const never = new AbortController().signal

type Look = {
  readonly code: string
  /** What the disk gives; of the bytes that were promised. */
  readonly given: (promised: Buffer) => Buffer | Error
  readonly promised: Buffer
  readonly remembered: boolean
}

const program = { path: 'run', content: '#!/bin/sh\necho\n', mode: 0o755 }
const whole = (promised: Buffer) => promised
const GOOD = tarballOf([program])

const LOOKS: Readonly<Record<string, Look>> = {
  'is no archive': {
    code: 'ARCHIVE_MALFORMED',
    promised: Buffer.from('x'.repeat(600)),
    given: whole,
    remembered: true,
  },
  'leads out of its folder': {
    code: 'ARCHIVE_ENTRY_UNSAFE',
    promised: tarballOf([{ ...program, path: '../run' }, program]),
    given: whole,
    remembered: true,
  },
  'unpacks to very much': {
    code: 'LIMIT_EXCEEDED',
    promised: tarballOf([program, { path: 'zeros', content: Buffer.alloc(80 * 2 ** 20) }]),
    given: whole,
    remembered: true,
  },
  'holds no such program': {
    code: 'STATEMENT_MISMATCH',
    promised: tarballOf([{ ...program, path: 'other' }]),
    given: whole,
    remembered: true,
  },
  'holds no program for the platform': {
    code: 'PLATFORM_MISMATCH',
    promised: tarballOf([{ ...program, content: 'no program' }]),
    given: whole,
    remembered: true,
  },
  'is damaged on disk': {
    code: 'DIGEST_MISMATCH',
    promised: GOOD,
    given: (promised) => Buffer.concat([promised.subarray(0, -8), Buffer.alloc(8)]),
    remembered: false,
  },
  'is cut on disk': {
    code: 'SIZE_MISMATCH',
    promised: GOOD,
    given: (promised) => promised.subarray(1),
    remembered: false,
  },
  'cannot be read': {
    code: 'IO_FAILED',
    promised: GOOD,
    given: () => coded('IO_FAILED', { message: 'the disk failed' }),
    remembered: false,
  },
}

for (const [what, { code, promised, given, remembered }] of Object.entries(LOOKS))
  test(`an artifact that ${what} is ${remembered ? 'looked at once for its session' : 'looked at again'}`, async () => {
    let reads = 0
    const spent: string[] = []
    let bytes = given(promised)
    async function* read() {
      reads++
      if (bytes instanceof Error) throw bytes
      yield bytes
    }
    const inspections = createInspections({
      blobs: { open: read },
      slots: openFairSlots(2),
      budget: { admit: () => {}, spend: (owner) => spent.push(owner) },
    })
    const artifact = {
      format: 'tar.gz',
      file: 'f.tar.gz',
      digest: digestOf(promised),
      size: promised.length,
      executable: 'run',
    }
    const look = (session: string, platform = 'linux_amd64') =>
      inspections.inspect({ [platform]: artifact } as never, { owner: 'a', session, signal: never })
    const refusal = await rejectionOf(look('one'))
    assert.equal(refusal.code, code)
    for (let round = 0; round < 3; round++) assert.equal((await rejectionOf(look('one'))).message, refusal.message)
    assert.deepEqual([reads, spent.length], remembered ? [1, 1] : [4, 4])
    await rejectionOf(look('two'))
    await rejectionOf(look('one', 'linux_arm64'))
    assert.equal(reads, remembered ? 3 : 6, 'another session, or another claim about the bytes, is another look')
    bytes = promised
    if (!remembered) await look('one')
  })

test('a look that was broken off says nothing about the artifact', async () => {
  const gone = new AbortController()
  let reads = 0
  async function* read() {
    reads++
    if (reads === 1) gone.abort(coded('STATEMENT_MISMATCH', { message: 'whatever ended it' }))
    yield GOOD
  }
  const inspections = createInspections({
    blobs: { open: read },
    slots: openFairSlots(1),
    budget: createProofBudget(1000_000, Date.now),
  })
  const artifact = { format: 'tar.gz', file: 'f', digest: digestOf(GOOD), size: GOOD.length, executable: 'run' }
  const look = (signal: AbortSignal) =>
    inspections.inspect({ linux_amd64: artifact } as never, { owner: 'a', session: 's', signal })
  assert.equal((await rejectionOf(look(gone.signal))).message, 'whatever ended it')
  await look(never)
  assert.equal(reads, 2)
})

const READINGS: Readonly<Record<string, boolean>> = {
  BUNDLE_MALFORMED: true,
  SIGNATURE_INVALID: true,
  STATEMENT_MISMATCH: true,
  SIGNER_NOT_ALLOWED: false,
  IO_FAILED: false,
}

for (const [code, remembered] of Object.entries(READINGS))
  test(`what was signed and is refused with ${code} is read ${remembered ? 'once for its session' : 'again'}`, async () => {
    const spent: string[] = []
    const inspections = createInspections({
      blobs: { open: () => assert.fail('no artifact was asked for') },
      slots: openFairSlots(2),
      budget: { admit: () => {}, spend: (owner) => spent.push(owner) },
    })
    const read = (name: string) =>
      inspections.read(digestOf(name), { owner: 'a', session: 'one', signal: never }, () => {
        throw coded(code as ErrorCode, { message: `no, says ${name}` })
      })
    for (let round = 0; round < 3; round++) assert.equal((await rejectionOf(read('x'))).message, 'no, says x')
    assert.equal(spent.length, remembered ? 1 : 3)
    assert.equal((await rejectionOf(read('y'))).message, 'no, says y')
  })

test('between two readings of a token everybody else gets a turn', async () => {
  const inspections = createInspections({
    blobs: { open: () => assert.fail('no artifact was asked for') },
    slots: openFairSlots(2),
    budget: createProofBudget(1000_000, Date.now),
  })
  const order: string[] = []
  const read = (name: string) =>
    inspections.read(digestOf(name), { owner: 'a', session: 's', signal: never }, () => {
      order.push(name)
      setImmediate(() => order.push('another'))
    })
  await Promise.all(['one', 'two', 'three'].map(read))
  assert.deepEqual(order.slice(0, 5), ['one', 'another', 'two', 'another', 'three'])
})

test('publishing a refused session again says the same and takes none of the token’s time', async (t) => {
  const registry = await startTestRegistry(t)
  const bytes = tarballOf([{ ...program, content: 'no program' }])
  const release = await aRelease(registry.key, {
    platforms: { linux_amd64: { bytes, format: 'tar.gz', executable: 'run' } },
  })
  const first = await publishRelease(registry, release)
  assert.equal(first.body.code, 'PLATFORM_MISMATCH')
  const session = parseSession(await openSession(registry, release))
  const publish = () => callApi(registry, `/api/v1/publishes/${session.id}/publish`, { method: 'POST' })
  const told = (await publish()).body.detail
  const { blobs } = registry.serving.registry.services
  Object.assign(blobs, { read: () => assert.fail('it was looked at again') })
  assert.equal((await publish()).body.detail, told)
})

async function rejectionOf(act: Promise<unknown>): Promise<{ readonly code: string; readonly message: string }> {
  return act.then(
    () => assert.fail('it was taken'),
    (error: unknown) => error as { readonly code: string; readonly message: string },
  )
}
