// Plugins that are kept running: what is said of one that is still starting when octo is told to end.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openPluginHost } from '../../../operator/ocm/host.ts'
import { keepRunning } from '../../../operator/ocm/keep-running.ts'
import { aServicePlugin } from '../../support/builders/service-plugin.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'

test('one that is still starting when octo ends is no trouble that anybody is warned of', async (t) => {
  const folder = tempFolder(t)
  const marks = join(folder, 'marks')
  const plugin = aServicePlugin(folder, 'twin', { start: 'hang', marks })
  const env = { TMPDIR: folder, PATH: process.env.PATH }
  await using host = openPluginHost({ plugins: [plugin], env, cwd: folder, log: () => undefined })
  const controller = new AbortController()
  const said: string[] = []
  const say = (line: string) => void said.push(line)
  const kept = keepRunning(plugin, {
    ...{ host, signal: controller.signal, now: Date.now, info: say, warn: say },
    findAgain: () => assert.fail('it is looked for anew'),
  })
  const looked = kept.look()
  await until(() => existsSync(marks))
  controller.abort()
  await looked
  assert.deepEqual(said, [])
})
