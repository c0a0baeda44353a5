// A plugin that the system does not start in the place of octo, though nothing of it changed: the warm run leaves it to the full path,
// which says what it is.
import assert from 'node:assert/strict'
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { readWarmRun } from '../../../client/index.ts'
import { wholeFile } from '../../support/machine/whole-file.ts'
import type { LinkScene } from '../../support/operator/linked-plugins.ts'
import { aLinkScene, aNativePlugin } from '../../support/operator/linked-plugins.ts'
import type { WarmMachine } from '../../support/operator/warm-machine.ts'
import { aWarmMachine } from '../../support/operator/warm-machine.ts'

const onLinux = { skip: process.platform === 'linux' ? false : 'octo becomes a plugin on Linux only' }
/** Anybody else would have to change the rights of the file first. */
const asRoot = { skip: onLinux.skip || (process.getuid?.() !== 0 && 'only root can write to a file that nobody may') }

const SHELL = readFileSync(existsSync('/bin/dash') ? '/bin/dash' : '/bin/sh')
const SAYS = ['-c', 'echo said']
/** One word that is too long for Linux, and more of them than the 6 MiB that no limit of it exceeds. */
const LONG = {
  'a word of its is too long': ['x'.repeat(200_000)],
  'its words together are too long': Array.from({ length: 65 }, () => 'x'.repeat(100_000)),
}

let machine: WarmMachine
let scene: LinkScene
const whole = wholeFile()
before(async () => {
  if (onLinux.skip) return
  machine = await aWarmMachine(whole, { shell: SHELL })
  scene = await aLinkScene(whole, [aNativePlugin])
})

for (const [what, words] of Object.entries(LONG)) {
  test(`a plugin is left to the full path where ${what}`, onLinux, async () => {
    const before = readdirSync(machine.temporary, { recursive: true }).map(String)
    assert.equal(await machine.ask(['shell', '--', ...SAYS, ...words]), 'left')
    const left = readdirSync(machine.temporary, { recursive: true })
      .map(String)
      .filter((name) => !before.includes(name))
    assert.deepEqual(
      left,
      [`octo-run-${process.getuid?.()}`].filter((name) => left.includes(name)),
    )
    assert.equal(await machine.ask(['shell', '--', ...SAYS]), 'said', 'it goes on as before')
  })

  test(`the full path says it where ${what}`, onLinux, async () => {
    const { code, stderr } = await scene.octo('run', 'native', '--', ...SAYS, ...words)
    assert.notEqual(code, 0)
    assert.match(stderr, /error\[LIMIT_EXCEEDED\]: all arguments together are too long for this system/)
  })
}

test(
  'a plugin whose file somebody has open to write is left to the full path, and runs once it is closed',
  asRoot,
  async () => {
    const found = readWarmRun({ ...machine.base, configPath: machine.configPath, request: 'shell' })
    const writer = openSync(found?.path ?? assert.fail(), 'r+')
    assert.equal(await machine.ask(['shell', '--', ...SAYS]), 'left')
    closeSync(writer)
    assert.equal(await machine.ask(['shell', '--', ...SAYS]), 'said')
  },
)

test('the full path says that a file is open to be written', asRoot, async () => {
  const { octo, store } = scene
  assert.equal((await octo('run', 'native', '--', '-c', 'exit 5')).code, 5)
  const tree = join(store, 'v1/trees/sha256')
  const [name = ''] = readdirSync(tree)
  const [file = ''] = readdirSync(join(tree, name))
  const writer = openSync(join(tree, name, file), 'r+')
  const { code, stderr } = await octo('run', 'native', '--', '-c', 'exit 5')
  closeSync(writer)
  assert.notEqual(code, 5)
  assert.match(stderr, /error\[PLUGIN_NOT_EXECUTABLE\]: `.*` cannot be executed: ETXTBSY/)
  assert.equal((await octo('run', 'native', '--', '-c', 'exit 5')).code, 5)
})
