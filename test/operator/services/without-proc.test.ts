// Where nobody can see what runs, no service is begun: it would be said to have ended, and could not be stopped.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { BUNDLE } from '../../support/octo/run-octo.ts'

const OCTO = fileURLToPath(new URL('../../../bin/octo.js', import.meta.url))
const canMount =
  process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/proc']).status === 0

test('no service is begun where nothing shows what runs', {
  skip: canMount ? false : 'needs Linux, root and `unshare -m`',
}, (t) => {
  const folder = tempFolder(t)
  const config = { services: { web: { command: ['/bin/sh', '-c', 'touch begun; exec sleep 600'] } } }
  writeFileSync(join(folder, 'octo.yaml'), JSON.stringify(config))
  const script = 'mount -t tmpfs none /proc && exec "$NODE" "$OCTO" start --foreground'
  const { status, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', script], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, NODE: process.execPath, OCTO, HOME: folder, ...BUNDLE },
  })
  assert.equal(status, 71, stderr)
  assert.match(stderr, /`\/proc` does not show what runs/)
  assert.equal(existsSync(join(folder, 'begun')), false)
})
