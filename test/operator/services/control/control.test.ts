// The socket of a supervisor: for its user alone, found from every terminal, and no answer where nobody supervises.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { ask, openControl } from '../../../../operator/services/control/control.ts'
import type { Answer } from '../../../../operator/services/control/protocol.ts'
import { supervisorOf } from '../../../../operator/services/project/control-file.ts'
import { makePlaces, placesOf } from '../../../../operator/services/project/places.ts'
import { coded } from '../../../../schemas/errors.ts'
import { bootId } from '../../../../system/boot-id.ts'
import { identityOf } from '../../../../system/process/identity.ts'
import { expectCode, expectCodeAsync } from '../../../support/assertions/expect-code.ts'
import { tempFolder } from '../../../support/machine/temp-folder.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }
const STATUS = { v: 1, do: 'status' } as const
const ANSWER: Answer = {
  v: 1,
  state: 'done',
  status: { config: '/octo.yaml', supervisor: { state: 'none' }, services: [] },
}

function aPlace(t: TestContext) {
  const folder = tempFolder(t)
  const env = { HOME: folder, TMPDIR: folder }
  const places = placesOf(join(folder, 'octo.yaml'), env)
  makePlaces(places)
  return { folder, env, places, runtime: join(folder, `octo-services-${process.getuid?.()}`) }
}

test('a request is answered, errors too, and afterwards nobody is there', options, async (t) => {
  const { places, env, runtime } = aPlace(t)
  {
    await using _ = await openControl(places, env, async (request) => {
      if (request.do === 'stop') throw coded('USAGE', { message: 'no', hint: 'yes' })
      return ANSWER
    })
    assert.deepEqual(await ask(places, STATUS), ANSWER)
    assert.deepEqual(await ask(places, { v: 1, do: 'stop', services: [] }), {
      ...{ v: 1, state: 'failed' },
      error: { code: 'USAGE', message: 'no', hint: 'yes' },
    })
    assert.equal(supervisorOf(places)?.pid, process.pid)
    assert.equal(statSync(runtime).mode & 0o777, 0o700)
    assert.equal(statSync(places.control).mode & 0o777, 0o600)
  }
  assert.equal(await ask(places, STATUS), undefined)
  assert.equal(supervisorOf(places), undefined)
  assert.equal(existsSync(places.control), false)
})

test('an answer that is on its way is given before the socket is closed', options, async (t) => {
  const { places, env } = aPlace(t)
  const asked = Promise.withResolvers<void>()
  const given = Promise.withResolvers<Answer>()
  const control = await openControl(places, env, () => {
    asked.resolve()
    return given.promise
  })
  const answer = ask(places, STATUS)
  await asked.promise
  const closed = control[Symbol.asyncDispose]()
  given.resolve(ANSWER)
  await closed
  assert.deepEqual(await answer, ANSWER)
})

test('what is asked for when the time is over already is heard, and its answer not waited for', {
  ...options,
  timeout: 60_000,
}, async (t) => {
  const { places, env } = aPlace(t)
  const heard = Promise.withResolvers<string>()
  const given = Promise.withResolvers<Answer>()
  await using _ = await openControl(places, env, (request) => {
    heard.resolve(request.do)
    return given.promise
  })
  const reason = new Error('the time is over')
  await assert.rejects(ask(places, STATUS, AbortSignal.abort(reason)), reason)
  assert.equal(await heard.promise, 'status')
  given.resolve(ANSWER)
})

test('whoever asks too late, or says nothing that is understood, gets no answer', options, async (t) => {
  const { places, env, runtime } = aPlace(t)
  await using _ = await openControl(places, env, async () => undefined)
  assert.equal(await ask(places, STATUS), undefined)
  for (const line of ['nonsense\n', '{"v":2}\n', 'null\n']) {
    const connection = createConnection(join(runtime, `${places.key}.sock`))
    connection.write(line)
    assert.equal(await new Promise((resolve) => connection.once('close', resolve)), false, line)
  }
})

test('a supervisor that ended without a word, or whose number is another process now, is none', options, async (t) => {
  const { places, runtime } = aPlace(t)
  const self = identityOf(process.pid)
  const gone = [
    { ...self, start: '1' },
    { ...self, boot: `not ${bootId()}` },
    { ...self, pid: 2 ** 22 + 1 },
  ]
  for (const process_ of gone) {
    writeFileSync(places.control, JSON.stringify({ v: 1, socket: join(runtime, 'x.sock'), process: process_ }))
    assert.equal(supervisorOf(places), undefined)
    assert.equal(await ask(places, STATUS), undefined)
  }
  for (const text of ['', '{', 'null', '{"v":1}']) {
    writeFileSync(places.control, text)
    assert.equal(await ask(places, STATUS), undefined, text)
  }
})

test('a folder that others can enter is refused, and its socket is not asked', options, async (t) => {
  const { places, env, runtime } = aPlace(t)
  {
    await using _ = await openControl(places, env, async () => ANSWER)
    chmodSync(runtime, 0o755)
    assert.equal(await ask(places, STATUS), undefined)
  }
  await expectCodeAsync('IO_FAILED', () => openControl(places, env, async () => ANSWER))
  chmodSync(places.state, 0o750)
  expectCode('IO_FAILED', () => makePlaces(places))
})

test('a path that is too long for a socket is refused before anything listens', options, async (t) => {
  const { places, folder } = aPlace(t)
  const long = join(folder, 'x'.repeat(100))
  mkdirSync(long, { mode: 0o700 })
  const error = await expectCodeAsync('IO_FAILED', () => openControl(places, { TMPDIR: long }, async () => ANSWER))
  assert.match(error.message, /longer than 103 bytes/)
  assert.equal(dirname(places.control), places.state)
})

test(
  'a folder that is reached in two ways is one project, and what was started by the other way is found',
  options,
  (t) => {
    const folder = tempFolder(t)
    const env = { HOME: folder }
    mkdirSync(join(folder, 'real'))
    symlinkSync(join(folder, 'real'), join(folder, 'link'))
    const at = (name: string, file = 'octo.yaml') => placesOf(join(folder, name, file), env)
    assert.deepEqual(at('link'), at('real'))
    assert.notEqual(at('real').key, at('real', 'other.yaml').key)
    // As it was when a project was the path that somebody typed.
    const key = createHash('sha256')
      .update(join(folder, 'link', 'octo.yaml'))
      .digest('hex')
      .slice(0, 16)
    const earlier = join(folder, '.local', 'state', 'octo', 'services', `link-octo-${key}`)
    mkdirSync(earlier, { recursive: true })
    writeFileSync(join(earlier, 'journal'), '')
    assert.deepEqual([at('link').state, at('link').key], [earlier, key])
    mkdirSync(at('real').state, { recursive: true })
    writeFileSync(at('real').journal, '')
    assert.deepEqual(at('link'), at('real'), 'what was started since counts')
  },
)
