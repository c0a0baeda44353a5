// What of Node a command loads that asks for the rest of octo: each of its modules takes time at every start.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { tempFolder } from '../support/machine/temp-folder.ts'

const OCTO = join(import.meta.dirname, '../../bin/octo.js')
const NEEDLESS = /^NativeModule (?:assert|http2?|https|readline(?:\/promises)?|tls|tty|undici|zlib)$/

test('a command of the rest loads none of the modules of Node that only others of the rest need', (t) => {
  const folder = tempFolder(t)
  const [hook, list] = [join(folder, 'hook.cjs'), join(folder, 'list')]
  const say = `require('fs').writeFileSync(${JSON.stringify(list)}, process.moduleLoadList.join('\\n'))`
  writeFileSync(hook, `process.on('exit', () => ${say})`)
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--require', hook, OCTO, 'config', 'schema'], {
    env: { ...process.env, OCTO_FROM_SOURCE: '0' },
    encoding: 'utf8',
  })
  assert.equal(status, 0, stderr)
  assert.match(stdout, /json-schema/)
  const loaded = readFileSync(list, 'utf8').split('\n')
  assert.ok(loaded.includes('NativeModule crypto'))
  assert.deepEqual(
    loaded.filter((name) => NEEDLESS.test(name)),
    [],
  )
})
