// `octo start --timeout`: the command waits no longer, and what it asked for goes on.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runShell, runWell } from '../../support/machine/run-shell.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'

const skip = process.platform !== 'linux' && 'services are run on Linux only'

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
    t.after(async () => void (await runShell('octo stop', { cwd })))
    await runWell('octo start slow', { cwd })
    const { code, output } = await runShell(`octo ${words} --timeout 1ms`, { cwd })
    assert.equal(code, 1, output)
    assert.match(output, /the time of `--timeout` is over.*`octo status --watch` shows how it goes on/)
    await until(async () => /^web +waiting/m.test(await runWell('octo status', { cwd })))
  })

test('a time that is none is refused before anything is started', { skip }, async (t) => {
  const cwd = tempFolder(t)
  writeFileSync(join(cwd, 'octo.yaml'), CONFIG)
  const { code, output } = await runShell('octo start --timeout 30', { cwd })
  assert.deepEqual([code, /expects a duration, such as 30s, found `30`/.test(output)], [64, true], output)
  assert.match((await runShell('octo start --foreground --timeout 30s', { cwd })).output, /leave one of them away/)
  assert.match(await runWell('octo status', { cwd }), /no service of this config was started yet/)
})
