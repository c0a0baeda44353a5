// Child processes of the harness: what fails says why, and nothing outlives its time.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { memoryOf, run, serve } from '../../bench/child.ts'
import { isGone } from '../support/processes.ts'
import { tempFolder } from '../support/temp-folder.ts'

const node = (script: string) => ({ file: process.execPath, args: ['-e', script] })

test('a command that fails throws with the end of its output', async () => {
  await assert.rejects(run(node('console.error("no disk"); process.exit(3)')), /ended with 3: no disk/)
})

test('a command that takes too long is killed with its children', async (t) => {
  // The grandchild holds our pipe: the run could not end before it does.
  const script = `const { pid } = require("child_process").spawn("sleep", ["60"], { stdio: "inherit" })
require("fs").writeFileSync(process.env.PID_FILE, String(pid)); setInterval(() => {}, 1000)`
  const file = join(tempFolder(t), 'pid')
  await assert.rejects(run({ ...node(script), env: { PID_FILE: file }, timeoutMs: 3000 }), /SIGKILL/)
  assert.ok(await isGone(Number(readFileSync(file, 'utf8'))))
})

test('a server is ready when it says so and gone after stop', async () => {
  const server = await serve(node('console.log("listening on 7"); setInterval(() => {}, 1000)'), /listening on (\d)/)
  assert.equal(server.match[1], '7')
  await server.stop()
  assert.throws(() => process.kill(server.pid, 0), { code: 'ESRCH' })
})

test('a server that ends instead of getting ready is an error', async () => {
  await assert.rejects(serve(node('console.error("port taken"); process.exit(1)'), /listening/), /port taken/)
})

test('a run that watches memory sees the peak', { skip: process.platform !== 'linux' }, async () => {
  const { peakBytes } = await run(node('Buffer.alloc(200e6, 1); setTimeout(() => {}, 100)'), 'memory')
  assert.ok(peakBytes > 200e6)
  assert.ok(memoryOf(process.pid, 'VmRSS') > 0)
})
