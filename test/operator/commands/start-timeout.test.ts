// `octo start --timeout`: the command waits no longer, and what it asked for goes on.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { listening } from '../../support/machine/listening.ts'
import { runShell, runWell } from '../../support/machine/run-shell.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { BUNDLE } from '../../support/octo/run-octo.ts'

const skip = process.platform !== 'linux' && 'services are run on Linux only'

/** As `runShell` would, without a process for each look. */
async function octo(cwd: string, ...words: string[]) {
  const { code, stdout, stderr } = await octoIn({ cwd, env: { OCTO_HOME: `${cwd}/store`, ...BUNDLE } }, words)
  return { code, output: stdout + stderr }
}

async function statusIn(cwd: string): Promise<string> {
  const { code, output } = await octo(cwd, 'status')
  assert.equal(code, 0, output)
  return output
}

const CONFIG = `services:
  slow:
    command: [sleep, "600"]
  web:
    command: [sleep, "600"]
    depends_on: {slow: {condition: completed}}
`

for (const words of ['start', 'restart web', 'apply --yes'])
  test(`\`octo ${words} --timeout\` returns, and leaves the services to their supervisor`, {
    skip,
    timeout: 400_000,
  }, async (t) => {
    const cwd = tempFolder(t)
    writeFileSync(join(cwd, 'octo.yaml'), CONFIG)
    t.after(async () => void (await octo(cwd, 'stop')))
    await runWell('octo start slow', { cwd })
    const { code, output } = await runShell(`octo ${words} --timeout 1ms`, { cwd })
    assert.equal(code, 1, output)
    assert.match(output, /the time of `--timeout` is over.*`octo status --watch` shows how it goes on/)
    await until(async () => /^web +waiting/m.test(await statusIn(cwd)))
  })

test('a time that is none is refused before anything is started', { skip }, async (t) => {
  const cwd = tempFolder(t)
  writeFileSync(join(cwd, 'octo.yaml'), CONFIG)
  const { code, output } = await octo(cwd, 'start', '--timeout', '30')
  assert.deepEqual([code, /expects a duration, such as 30s, found `30`/.test(output)], [64, true], output)
  assert.match((await octo(cwd, 'start', '--foreground', '--timeout', '30s')).output, /leave one of them away/)
  assert.match(await statusIn(cwd), /no service of this config was started yet/)
})

test('the time counts while a new supervisor still reads the config, which goes on and starts the services', {
  skip,
  timeout: 400_000,
}, async (t) => {
  const cwd = tempFolder(t)
  const held = Promise.withResolvers<void>()
  let asked = 0
  // This command reads it first, and the supervisor after it.
  const server = createServer(async (_request, response) => {
    asked++
    if (asked > 1) await held.promise
    response.end('x-nothing: 1\n')
  })
  const port = await listening(t, server)
  writeFileSync(join(cwd, 'octo.yaml'), `include: ["http://127.0.0.1:${port}/more.yaml"]\n${CONFIG}`)
  t.after(async () => void (await octo(cwd, 'stop')))
  t.after(() => held.resolve())
  const { code, output } = await runShell('octo start slow --timeout 1ms', { cwd })
  assert.equal(code, 1, output)
  assert.match(output, /the time of `--timeout` is over.*still being seen to/)
  held.resolve()
  await until(async () => /^slow +running/m.test(await statusIn(cwd)))
})
