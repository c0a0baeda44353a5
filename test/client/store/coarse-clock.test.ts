// Real file systems with other clocks: what is overwritten in place right after it was hashed is never believed.
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aMachine, one } from '../../support/client/client-machine.ts'

const isRoot = process.platform === 'linux' && process.getuid?.() === 0

/** What makes each of them; undefined where this machine cannot. */
const FILE_SYSTEMS: Readonly<Record<string, (image: string, folder: string) => boolean>> = {
  'ext4 that keeps whole seconds': (image, folder) =>
    make(image, ['mkfs.ext4', '-q', '-I', '128', image]) && tried(['mount', '-o', 'loop', image, folder]),
  ext4: (image, folder) =>
    make(image, ['mkfs.ext4', '-q', '-I', '256', image]) && tried(['mount', '-o', 'loop', image, folder]),
  tmpfs: (_image, folder) => tried(['mount', '-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', folder]),
}

const tried = ([program = '', ...words]: readonly string[]) => spawnSync(program, words).status === 0

function make(image: string, command: readonly string[]): boolean {
  writeFileSync(image, Buffer.alloc(16 * 1024 * 1024))
  return tried(command)
}

function mounted(t: TestContext, mount: (image: string, folder: string) => boolean): string | undefined {
  const place = realpathSync(mkdtempSync(join(tmpdir(), 'octo-clock-')))
  const folder = join(place, 'mount')
  let isMounted = false
  t.after(() => {
    if (isMounted) execFileSync('umount', ['-l', folder])
    rmSync(place, { recursive: true })
  })
  mkdirSync(folder)
  isMounted = mount(join(place, 'image'), folder)
  return isMounted ? folder : undefined
}

for (const [name, mount] of Object.entries(FILE_SYSTEMS))
  test(`on ${name}, no change in place is believed, however soon it comes`, {
    skip: isRoot ? false : 'mounting needs Linux and root',
  }, async (t) => {
    const folder = mounted(t, mount)
    if (folder === undefined) {
      t.skip('this machine cannot make it')
      return
    }
    const { withClient, install } = await aMachine(t)
    const storeRoot = join(folder, 'store')
    const { path } = one((await install({ storeRoot })).executables)
    const good = readFileSync(path)
    const evil = Buffer.from(good.toString().replace('hello', 'jello'))
    for (let round = 0; round < 6; round++)
      await withClient({ storeRoot, frozen: true, offline: true }, async (client) => {
        const executable = one((await client.install()).executables)
        client.locate(executable)
        chmodSync(path, 0o755)
        writeFileSync(path, evil)
        chmodSync(path, 0o555)
        await expectCodeAsync('STORE_CORRUPT', async () => client.locate(executable))
        await expectCodeAsync('STORE_CORRUPT', () => install({ storeRoot, frozen: true, offline: true }))
        chmodSync(path, 0o755)
        writeFileSync(path, good)
        chmodSync(path, 0o555)
      })
  })
