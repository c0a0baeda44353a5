import assert from 'node:assert/strict'
import type { ChildProcessByStdio } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { findOldNode } from '../support/machine/old-node.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

const module = fileURLToPath(new URL('../../bin/continue-with.js', import.meta.url))
const old = findOldNode()
const skip = 'skip' in old ? { skip: old.skip } : {}
const oldNode = 'path' in old ? old.path : ''

/** An old Node that goes on in this one, which runs the program. */
function start(
  t: Parameters<typeof tempFolder>[0],
  program: string,
  { words = [], third = 'ignore', node = oldNode }: Given = {},
) {
  const folder = tempFolder(t)
  const parent = join(folder, 'parent.mjs')
  writeFileSync(join(folder, 'child.mjs'), program)
  writeFileSync(
    parent,
    `import { continueWith } from ${JSON.stringify(module)}\ncontinueWith(${JSON.stringify(process.execPath)}, ${JSON.stringify([join(folder, 'child.mjs'), ...words])})`,
  )
  const stdio = ['ignore', 'pipe', 'inherit', third] as const
  return spawn(node, [parent], { stdio: [...stdio] }) as ChildProcessByStdio<null, Readable, null>
}

type Given = { readonly words?: readonly string[]; readonly third?: number | 'ignore'; readonly node?: string }

test('the exit code of the child is ours', skip, async (t) => {
  const [code] = await once(start(t, 'process.exitCode = 42'), 'exit')
  assert.equal(code, 42)
})

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
  test(`${signal} reaches the child, which may end in its own way`, skip, async (t) => {
    const parent = start(
      t,
      `process.on('${signal}', () => process.exit(7)); setInterval(() => {}, 1000); console.log('ready')`,
    )
    await once(createInterface(parent.stdout), 'line')
    parent.kill(signal)
    const [code] = await once(parent, 'exit')
    assert.equal(code, 7)
  })

test('a child that dies of a signal makes us die of the same', skip, async (t) => {
  const [code, signal] = await once(start(t, "process.kill(process.pid, 'SIGKILL')"), 'exit')
  assert.deepEqual({ code, signal }, { code: null, signal: 'SIGKILL' })
})

for (const word of ['/dev/fd/3', '--key=/proc/self/fd/3'])
  test(`what a shell opened for octo is handed on where ${word} names it`, skip, async (t) => {
    const path = join(tempFolder(t), 'given')
    writeFileSync(path, 'handed over')
    const third = openSync(path, 'r')
    t.after(() => closeSync(third))
    const program = "console.log((await import('node:fs')).readFileSync(3, 'utf8'))"
    assert.equal(await text(start(t, program, { words: [word], third }).stdout), 'handed over\n')
  })

test('a number that nothing is open by is left to the child', skip, async (t) => {
  const [code] = await once(start(t, 'process.exitCode = 42', { words: ['/dev/fd/987'] }), 'exit')
  assert.equal(code, 42)
})

const cannotBecome = process.execve === undefined && 'this Node cannot become another program'

test('what every program is given anyway needs no second process', { skip: cannotBecome }, async (t) => {
  const words = ['/dev/fd/0', '--key=/proc/self/fd/2', 'https://x/dev/fd/1']
  const parent = start(t, 'console.log(process.pid)', { words, node: process.execPath })
  assert.equal(await text(parent.stdout), `${parent.pid}\n`)
})
