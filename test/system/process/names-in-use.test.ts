// Whether a living process uses a folder; where that cannot be said, it does.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { identityOf } from '../../../system/process/identity.ts'
import { namesInUse } from '../../../system/process/names-in-use.ts'
import { isReachable, whyUnreachable } from '../../support/machine/other-users.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const elsewhere = process.platform === 'linux' ? undefined : 'processes are looked at in /proc'
const onLinux = { skip: elsewhere ?? false }
/** Later than any process began. */
const NEVER = '9'.repeat(18)
const NAME = 'folder-that-nobody-names'
const MODULE = fileURLToPath(new URL('../../../system/process/names-in-use.ts', import.meta.url))
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

const asUser = { skip: whyNotAsUser() ?? false }

function whyNotAsUser(): string | undefined {
  if (elsewhere) return elsewhere
  return whyUnreachable() ?? (isReachable(dirname(MODULE)) ? undefined : 'other users cannot reach the sources')
}

test('a name that no process has anywhere is not in use', onLinux, () => {
  assert.deepEqual([...namesInUse([{ name: `${NAME}-1`, since: NEVER }])], [])
})

test('where there is more to look at than there is time for, all are in use', onLinux, () => {
  assert.deepEqual([...namesInUse([{ name: `${NAME}-2`, since: NEVER }], 3)], [`${NAME}-2`])
})

/** Becomes itself again and again, as long as it is. */
const CHANGES = 'exec /bin/sh -c "$0" "$0"'

test(
  'a name of a process that is about to become another program is in use at that moment, too',
  onLinux,
  async (t) => {
    const names = Array.from({ length: 2 }, (_, at) => `${NAME}-changing-${at}`)
    for (const name of names) {
      const child = spawn('/bin/sh', ['-c', CHANGES, CHANGES], { env: { A: name }, stdio: 'ignore' })
      t.after(() => child.kill('SIGKILL'))
      await once(child, 'spawn')
    }
    // Of what began before, such as the first process of a container, nobody may be able to say.
    const { start: since } = identityOf(process.pid) as { start: string }
    const asked = names.map((name) => ({ name, since }))
    assert.deepEqual([...namesInUse([...asked, { name: `${NAME}-none`, since }])].sort(), names)
    for (let look = 0; look < 60; look++) assert.deepEqual([...namesInUse(asked)].sort(), names, `look ${look}`)
  },
)

/** Where other users reach it. */
function copyOf(t: TestContext, program: string, mode: number): string {
  const folder = tempFolder(t)
  chmodSync(folder, 0o755)
  const copy = join(folder, 'program')
  copyFileSync(program, copy)
  chmodSync(copy, mode)
  return copy
}

/** A program that may be started and not read is kept from being looked at, by its own user too. */
async function closedProcess(t: TestContext): Promise<number> {
  const child = spawn(copyOf(t, '/bin/cat', 0o111), [], { ...NOBODY, stdio: ['pipe', 'pipe', 'ignore'] })
  t.after(async () => {
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  child.stdin.write('begun')
  await once(child.stdout, 'data')
  return child.pid as number
}

test('a process of this user that keeps itself to itself may use what was made before it began', asUser, async (t) => {
  const { start } = identityOf(await closedProcess(t)) as { start: string }
  const names = [
    { name: `${NAME}-3`, since: start },
    { name: `${NAME}-4`, since: NEVER },
  ]
  // Its own words hold the names: they are put together there.
  const asks = `const { namesInUse } = await import(${JSON.stringify(MODULE)})
    const names = ${JSON.stringify(names)
      .replaceAll(NAME, "${'folder-that-' + 'nobody-names'}")
      .replaceAll(/"name":"([^"]*)"/g, '"name":`$1`')}
    console.log(JSON.stringify([...namesInUse(names)]))`
  const words = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', asks]
  const node = isReachable(process.execPath) ? process.execPath : copyOf(t, process.execPath, 0o755)
  const said = execFileSync(node, words, {
    ...{ ...NOBODY, encoding: 'utf8', env: {}, cwd: '/' },
  })
  assert.deepEqual(JSON.parse(said), [`${NAME}-3`])
})
