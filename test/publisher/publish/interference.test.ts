// What a publish says and does when a step is answered with a refusal, or with nothing, once or always. Whatever happens,
// nothing acknowledged is lost, and the same command finishes as soon as the registry answers again.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import type { Outcome } from '../../../publisher/publish/publish-release.ts'
import { publishRelease } from '../../../publisher/publish/publish-release.ts'
import { findPublished } from '../../../publisher/publish/published-version.ts'
import { signerWithKey } from '../../../publisher/sign/release-signer.ts'
import type { CodedError } from '../../../schemas/errors.ts'
import { isCoded } from '../../../schemas/errors.ts'
import { openConnection } from '../../../system/http/connection.ts'
import { aPredicate, aScript } from '../../support/builders/test-authority.ts'
import type { AnsweringProxy, Interference } from '../../support/faults/answering-proxy.ts'
import { startAnsweringProxy } from '../../support/faults/answering-proxy.ts'
import { triesEveryCase } from '../../support/machine/full-form.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { wholeFile } from '../../support/machine/whole-file.ts'
import type { TestRegistry } from '../../support/registry/test-registry.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const STEPS = {
  find: /^GET \/repos\/core\/[^/]+\.json$/,
  open: /^POST .*\/publishes$/,
  upload: /^PATCH /,
  seal: /^POST .*\/publish$/,
  look: /^HEAD \/repos\//,
} as const
type Step = keyof typeof STEPS
const ALL_STEPS = Object.keys(STEPS) as Step[]

const refusal = (status: number, code: string, seconds?: number): Interference => ({
  status,
  ...(seconds === undefined ? {} : { headers: { 'Retry-After': String(seconds) } }),
  problem: { code, detail: `said ${code}`, details: {}, hint: `do something about ${code}` },
})

type Fault = {
  readonly interference: Interference
  /** What is said when it does not end, or at once when trying again is no use. */
  readonly code: string
  readonly message: RegExp
  readonly hint: RegExp
  readonly passes: boolean
  /** What is waited before the second try. */
  readonly waitMs?: number
}

const FAULTS: Readonly<Record<string, Fault>> = {
  '503': {
    interference: refusal(503, 'SHUTTING_DOWN', 3),
    ...{
      code: 'SHUTTING_DOWN',
      message: /^said SHUTTING_DOWN$/,
      hint: /about SHUTTING_DOWN$/,
      passes: true,
      waitMs: 3000,
    },
  },
  '429': {
    interference: refusal(429, 'RATE_LIMITED', 7),
    ...{
      code: 'RATE_LIMITED',
      message: /^said RATE_LIMITED$/,
      hint: /about RATE_LIMITED$/,
      passes: true,
      waitMs: 7000,
    },
  },
  '507': {
    interference: refusal(507, 'NO_SPACE'),
    ...{ code: 'NO_SPACE', message: /^said NO_SPACE$/, hint: /about NO_SPACE$/, passes: false },
  },
  '409': {
    interference: refusal(409, 'STATE_CONFLICT'),
    ...{ code: 'STATE_CONFLICT', message: /^said STATE_CONFLICT$/, hint: /about STATE_CONFLICT$/, passes: false },
  },
  'a page that is no problem document, 503,': {
    interference: { status: 503, headers: { 'Content-Type': 'text/html' }, problem: {} },
    ...{
      code: 'FETCH_REFUSED',
      message: /answered with status 503/,
      hint: /the registry, or what stands in front/,
      passes: true,
    },
  },
  'a lost request': {
    interference: { lost: 'request' },
    ...{
      code: 'FETCH_FAILED',
      message: /broke off|cannot be reached|closed|reset|again and again/,
      hint: /./,
      passes: true,
    },
  },
  'a lost answer': {
    interference: { lost: 'answer' },
    ...{
      code: 'FETCH_FAILED',
      message: /broke off|cannot be reached|closed|reset|again and again/,
      hint: /./,
      passes: true,
    },
  },
}

let registry: TestRegistry
let proxy: AnsweringProxy
let folder: string
const scene = wholeFile()

before(async () => {
  registry = await startTestRegistry(scene)
  proxy = await startAnsweringProxy(scene, registry.url)
  folder = tempFolder(scene)
})

/** The publisher's own steps, with waits that only count. */
function aPublish(plugin: string) {
  const { predicate, files } = aPredicate({ plugin, platforms: { linux_amd64: aScript(plugin) } })
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes)
  const waits: number[] = []
  const publish = async (): Promise<Outcome> => {
    using connection = openConnection(new URL(`${proxy.url}/`), {
      token: registry.token,
      pause: async (ms) => void waits.push(ms),
    })
    const seen = await findPublished(connection, predicate, predicate.version)
    const signer = signerWithKey(registry.key)
    return publishRelease({ connection, out: folder, predicate, signer, before: seen, onStage: () => {} })
  }
  const isPublic = async () => (await fetch(`${registry.url}/repos/core/${plugin}.json`)).status === 200
  return { publish, waits, isPublic }
}

/** Each row has a plugin of its own in one registry. */
let rows = 0
const nextPlugin = () =>
  `row-${String.fromCharCode(97 + Math.floor(rows / 26))}${String.fromCharCode(97 + (rows++ % 26))}x`

/** An answer to HEAD has no body, so it cannot say a code. */
function codeAt(step: Step, interference: Interference, code: string): string {
  return step === 'look' && 'status' in interference ? 'FETCH_REFUSED' : code
}

async function failureOf(act: () => Promise<unknown>): Promise<CodedError> {
  try {
    await act()
  } catch (error) {
    if (isCoded(error)) return error
    throw error
  }
  return assert.fail('it was published')
}

const PASSING = ['503', '429', 'a lost request', 'a lost answer']

/** Every fault and every step, and what is lost at all steps; the whole table with OCTO_EVERY_CASE=1. */
function isAsked(step: Step, what: string, faults: readonly string[]): boolean {
  const isNext = (ALL_STEPS.indexOf(step) + faults.indexOf(what)) % 3 === 0
  return triesEveryCase || isNext || what.startsWith('a lost')
}

// What does not pass ends at its first time, which is the same as always.
for (const step of ALL_STEPS)
  for (const what of PASSING.filter((one) => isAsked(step, one, PASSING)))
    test(`${what} at ${step}, once: waits and goes on`, async () => {
      const { publish, waits, isPublic } = aPublish(nextPlugin())
      const { interference, waitMs } = FAULTS[what] as Fault
      let left = 1
      proxy.interfere = (line) => (STEPS[step].test(line) && left-- > 0 ? interference : undefined)
      assert.equal((await publish()).state, 'published')
      assert.deepEqual([left < 1, await isPublic(), waits.length], [true, true, 1])
      if (waitMs !== undefined) assert.equal(waits[0], waitMs)
    })

const ALL_FAULTS = Object.keys(FAULTS)

for (const step of ALL_STEPS)
  for (const what of ALL_FAULTS.filter((one) => isAsked(step, one, ALL_FAULTS)))
    test(`${what} at ${step}, always: says so, loses nothing, and the next run finishes`, async () => {
      const { interference, code, message, hint, passes } = FAULTS[what] as Fault
      const { publish, waits, isPublic } = aPublish(nextPlugin())
      proxy.interfere = (line) => (STEPS[step].test(line) ? interference : undefined)
      // The bytes are there after each try, and the registry says so when it is asked.
      const arrives = step === 'upload' && what === 'a lost answer'
      if (arrives) assert.equal((await publish()).state, 'published')
      else {
        const error = await failureOf(publish)
        assert.deepEqual([error.code, waits.length > 3], [codeAt(step, interference, code), passes])
        const isBare = step === 'look' && 'status' in interference
        assert.match(error.message, isBare ? /^HEAD repos\/core\/.* was answered with status \d+/ : message)
        assert.match(error.hint ?? '', isBare ? /./ : hint)
      }
      const sealed = arrives || step === 'look' || (step === 'seal' && what === 'a lost answer')
      assert.equal(await isPublic(), sealed)
      proxy.interfere = () => undefined
      assert.equal((await publish()).state, sealed ? 'unchanged' : 'published')
      assert.equal(await isPublic(), true)
    })

test('an upload that is told of another offset asks for it and goes on there', async () => {
  const { publish } = aPublish(nextPlugin())
  let left = 1
  proxy.interfere = (line) =>
    STEPS.upload.test(line) && left-- > 0 ? refusal(409, 'UPLOAD_OFFSET_MISMATCH') : undefined
  assert.equal((await publish()).state, 'published')
})

test('a budget of the registry that is used up is waited for, and every release is published', async (t) => {
  const time = { now: Date.now() }
  const limited = await startTestRegistry(t, { limits: { releasesPerHour: 2 }, clock: () => time.now })
  const waits: number[] = []
  const said: string[] = []
  for (const plugin of ['one', 'two', 'three', 'four', 'five']) {
    const { predicate, files } = aPredicate({ plugin })
    for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes)
    using connection = openConnection(new URL(`${limited.url}/`), {
      token: limited.token,
      // The registry says a larger number than a publisher waits at once.
      pause: async (ms) => {
        waits.push(ms)
        time.now += 600_000
      },
      onWait: (line) => said.push(line),
      // Of answers that take long on a machine that has no time for them nothing is said here.
      noticeMs: 30_000,
    })
    const signer = signerWithKey(limited.key)
    const request = { connection, out: folder, predicate, signer, before: undefined, onStage: () => {} }
    assert.equal((await publishRelease(request)).state, 'published')
  }
  assert.deepEqual(new Set(waits), new Set([30_000]))
  assert.equal(waits.length, 9)
  assert.deepEqual(new Set(said), new Set([`asking \`${new URL(limited.url).host}\` again in 30 s`]))
})
