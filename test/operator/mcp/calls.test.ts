// Calls of tools that are cancelled, and many at once.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { CodedError } from '../../../schemas/errors.ts'
import { isGone, pidIn } from '../../support/machine/processes.ts'
import { markedTools } from '../../support/operator/marked-tools.ts'

test('a call that is cancelled ends the plugin and all that it started', async (t) => {
  const { folder, call, tools } = markedTools(
    t,
    {
      waits: {
        script: `sh -c 'echo $$ > "$1/inner.pid"; trap "" TERM; while :; do sleep 0.05; done' x "$2" & echo $$ > "$2/pid"; wait`,
        manifest: { argumentStyle: 'separate' },
      },
    },
    { limits: { killGraceMs: 50 } },
  )
  const controller = new AbortController()
  const running = call('waits', { dir: folder }, controller.signal)
  const pids = [await pidIn(join(folder, 'pid')), await pidIn(join(folder, 'inner.pid'))]
  controller.abort()
  const { isError } = await running
  assert.equal(isError, true)
  for (const pid of pids) assert.ok(await isGone(pid))
  await tools.idle()
})

test('calls beyond the places wait, those beyond that are refused, and one plugin leaves a place to the others', async (t) => {
  const script = 'echo $$ > "$2"; while [ ! -e "$2.go" ]; do sleep 0.02; done'
  const manifest = { argumentStyle: 'separate' } as const
  const { folder, call, tools } = markedTools(
    t,
    { waits: { script, manifest }, quick: { script: 'echo quick' } },
    { parallel: 2 },
  )
  const file = (at: number) => join(folder, `f${at}`)
  const controller = new AbortController()
  const calls = Array.from({ length: 65 }, (_, at) => call('waits', { file: file(at) }, controller.signal))
  await pidIn(file(0))
  assert.equal((await call('quick')).text, 'ok: quick\nquick')
  const waiting = call('waits', { file: file(65) }, controller.signal)
  const { structured } = await call('quick')
  assert.equal((structured.error as CodedError).code, 'LIMIT_EXCEEDED')
  controller.abort()
  const ended = await Promise.all([...calls, waiting])
  assert.ok(ended.every(({ isError }) => isError))
  assert.equal(
    ended.filter(({ structured }) => (structured.error as CodedError | undefined)?.code === 'INTERRUPTED').length,
    65,
  )
  await tools.idle()
})
