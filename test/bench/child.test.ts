// Child processes of the harness: what fails says why, and nothing outlives its time.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { memoryOf, run, serve } from '../../bench/child.ts'
import { isGone, pidIn } from '../support/machine/processes.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { until } from '../support/machine/until.ts'

const node = (script: string) => ({ file: process.execPath, args: ['-e', script] })

test('a command that fails throws with the end of its output', async () => {
  await assert.rejects(run(node('console.error("no disk"); process.exit(3)')), /ended with 3: no disk/)
})

test('a command that takes too long is killed with its children', async (t) => {
  // The grandchild holds our pipe: the run could not end before it does.
  const file = join(tempFolder(t), 'pid')
  const shell = { file: '/bin/sh', args: ['-c', 'sleep 600 & echo $! > "$PID_FILE"; wait'], env: { PID_FILE: file } }
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const refused = assert.rejects(run({ ...shell, timeoutMs: 2000 }), /SIGKILL/)
  const pid = await pidIn(file)
  t.mock.timers.tick(2000)
  await refused
  assert.ok(await isGone(pid))
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

test('a run that watches memory sees the peak', {
  skip: process.platform !== 'linux' && 'there is no /proc',
}, async (t) => {
  const [pidFile, seen] = ['pid', 'seen'].map((name) => join(tempFolder(t), name)) as [string, string]
  const script = `const fs = require('node:fs'); Buffer.alloc(200e6, 1); fs.writeFileSync(${JSON.stringify(pidFile)}, process.pid + '\\n')
setInterval(() => fs.existsSync(${JSON.stringify(seen)}) && process.exit(), 5)`
  const running = run(node(script), 'memory')
  const pid = await pidIn(pidFile)
  assert.ok(memoryOf(pid, 'VmRSS') > 0)
  // It is read by a timer of this process, which is due before these looks are over.
  let looks = 0
  await until(() => ++looks > 5)
  writeFileSync(seen, '')
  const { peakBytes } = await running
  assert.ok(peakBytes > 200e6)
})
