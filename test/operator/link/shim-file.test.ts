// A shim is whole at every moment: cron may call it while it is replaced, and whoever replaces it may be killed.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openShimRecords } from '../../../client/index.ts'
import { removeShim, rewriteShim, writeShim } from '../../../operator/link/shim-file.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { FROM_SOURCES } from '../../support/machine/from-sources.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { shimText } from '../../support/operator/shim-text.ts'

const WRITER = fileURLToPath(new URL('../../fixtures/write-shims.ts', import.meta.url))
const TEXTS = [shimText(0), shimText(1)]
const known = { plugin: 'core/script', version: '1.0.0' }

test('a writer that is killed leaves the shim of before or the new one, and holds nobody up', async (t) => {
  const [folder, store] = [tempFolder(t), join(tempFolder(t), 'store')]
  const path = join(folder, 'script')
  for (let kill = 0; kill < 4; kill++) {
    const child = spawn(process.execPath, [...FROM_SOURCES, WRITER, store, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    assert.ok(TEXTS.includes(readFileSync(path, 'utf8')))
    assert.equal(readFileSync(path).length, TEXTS[0]?.length)
  }
  const records = await openShimRecords(store)
  await writeShim(records, { path, text: shimText(0), ...known })
  assert.equal(readFileSync(path, 'utf8'), TEXTS[0])
  assert.equal(records.find(path)?.text, TEXTS[0])
})

test('of writers at the same time one is last, and its copy is the one that is kept', async (t) => {
  const [folder, store] = [tempFolder(t), join(tempFolder(t), 'store')]
  const path = join(folder, 'script')
  const turns = Array.from({ length: 12 }, (_, turn) => turn)
  await Promise.all(
    turns.map(async (turn) => writeShim(await openShimRecords(store), { path, text: shimText(turn), ...known })),
  )
  const text = readFileSync(path, 'utf8')
  assert.ok(TEXTS.includes(text))
  assert.equal((await openShimRecords(store)).find(path)?.text, text)
})

test('a file that became another program meanwhile is kept', async (t) => {
  const [folder, store] = [tempFolder(t), join(tempFolder(t), 'store')]
  const path = join(folder, 'script')
  writeFileSync(path, '#!/bin/sh\nexit 0\n')
  const records = await openShimRecords(store)
  await expectCodeAsync('ALREADY_EXISTS', () => writeShim(records, { path, text: shimText(0), ...known }))
  assert.equal(readFileSync(path, 'utf8'), '#!/bin/sh\nexit 0\n')
  assert.equal(records.find(path), undefined)
})

test('a shim that was taken away, or linked to something else, while octo proved its plugin is left like that', async (t) => {
  const [folder, store] = [tempFolder(t), join(tempFolder(t), 'store')]
  const path = join(folder, 'script')
  const records = await openShimRecords(store)
  const shimOf = (words: string, comment = '') => {
    const start = '/usr/bin/node /opt/octo/bin/octo.js'
    return `#!/bin/sh\n# octo shim v1: script\n${comment}exec ${start} run --relink ${path} ${words} -- "$@"\n`
  }
  const proven = { path, text: shimOf('--config /a.yaml script', '# again\n'), ...known }
  assert.equal(await rewriteShim(records, proven), false, 'never there')
  await writeShim(records, { path, text: shimOf('--config /a.yaml script'), ...known })
  assert.equal(await rewriteShim(records, proven), true)
  assert.equal(readFileSync(path, 'utf8'), proven.text)
  for (const words of ['--config /b.yaml script', '--config /a.yaml script@^2', '--config /a.yaml --frozen script']) {
    const text = shimOf(words)
    await writeShim(records, { path, text, ...known })
    assert.equal(await rewriteShim(records, proven), false, words)
    assert.deepEqual([readFileSync(path, 'utf8'), records.find(path)?.text], [text, text])
  }
  await removeShim(records, path)
  assert.equal(await rewriteShim(records, proven), false)
  assert.deepEqual([existsSync(path), records.find(path)], [false, undefined])
})
