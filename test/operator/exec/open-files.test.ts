// How many files a program may open that octo starts: as many as whoever called octo, though Node raised its own limit when it began.
// Each program says itself what it was given. Of the run in which octo becomes the plugin test/operator/warm/inherits.test.ts tells.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { cLibrary } from '../../../system/process/c-library.ts'
import { noLastingFolder } from '../../support/machine/lasting-folder.ts'
import { until } from '../../support/machine/until.ts'
import { aLinkScene, aNativePlugin } from '../../support/operator/linked-plugins.ts'

const noWay = cLibrary() ? noLastingFolder : 'without node:ffi nobody can set a limit'
const skip = process.platform === 'linux' ? noWay : 'limits are handed on with Linux only'

const LAUNCHER = fileURLToPath(new URL('../../../octo', import.meta.url))
const [SOFT, HARD] = [700, 900]
const CALLER = `ulimit -Sn ${SOFT} && ulimit -Hn ${HARD} && exec "$@"`
const SAYS = 'echo "may open $(ulimit -Sn) of $(ulimit -Hn)"'
const AS_CALLER = `may open ${SOFT} of ${HARD}`

async function aScene(t: TestContext) {
  const scene = await aLinkScene(t, [
    aNativePlugin,
    { plugin: 'says', platforms: { any: { bytes: Buffer.from(`${SAYS}\n`), runtime: { name: 'sh' } } } },
  ])
  const said = join(scene.home, 'said')
  const kept = `{command: [/bin/sh, -c, '${SAYS} >"${said}"; exec sleep 600']}`
  const services = `{checked: {health: [{tool: says}]}, kept: ${kept}}`
  writeFileSync(scene.configPath, scene.configText.replace('services: {}', `services: ${services}`))
  /** By a caller with limits of its own. */
  async function typed(...words: readonly string[]) {
    const env = {
      ...scene.env,
      PATH: process.env.PATH ?? '',
      TMPDIR: scene.home,
      XDG_STATE_HOME: join(scene.home, 's'),
    }
    const child = spawn('/bin/sh', ['-c', CALLER, 'sh', ...words], { cwd: scene.home, env, stdio: 'pipe' })
    child.stdin.end()
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    return { stdout, stderr }
  }
  return { ...scene, said, typed, octo: (...words: string[]) => typed(LAUNCHER, ...words) }
}

test('a plugin, a check, a service and a shim may open as many files as the caller of octo', { skip }, async (t) => {
  const scene = await aScene(t)
  t.after(() => scene.octo('stop'))
  const run = await scene.octo('run', 'native', '--', '-c', SAYS)
  assert.equal(run.stdout, `${AS_CALLER}\n`, run.stderr)

  const checked = await scene.octo('check', 'checked', '--json')
  assert.ok(checked.stdout.includes(AS_CALLER), checked.stdout + checked.stderr)

  const started = await scene.octo('start', 'kept')
  await until(() => existsSync(scene.said) && readFileSync(scene.said, 'utf8').endsWith('\n'))
  assert.equal(readFileSync(scene.said, 'utf8'), `${AS_CALLER}\n`, started.stderr)

  assert.equal((await scene.octo('link', 'native', '--to', scene.bin)).stderr, '')
  assert.equal((await scene.typed(scene.shim('native'), '-c', SAYS)).stdout, `${AS_CALLER}\n`)
})
