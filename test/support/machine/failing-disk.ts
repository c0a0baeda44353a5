// A disk of its own with a journal, in a file, which becomes read-only under whoever is writing, as a disk does that fails: open files
// keep no kernel from that. Mounting needs root and a loop device.
import { execFileSync } from 'node:child_process'
import { closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

type FailingDisk = {
  readonly folder: string
  /** From now on every write is refused. */
  fail(): void
  /** Put right as after a start of the machine: what was not synced may be gone. */
  mend(): void
}

const BYTES = 64 * 1024 * 1024

/** For `{ skip }`. */
export function whyNoFailingDisk(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'a disk that fails needs Linux and root'
  try {
    const undo: (() => void)[] = []
    const disk = aFailingDisk({ after: (end: () => void) => undo.push(end) })
    disk.fail()
    for (const end of undo) end()
    return undefined
  } catch {
    return 'there is no mkfs.ext4, or no loop device to mount'
  }
}

export function aFailingDisk(t: { after(end: () => void): void } | TestContext): FailingDisk {
  const place = realpathSync(mkdtempSync(join(tmpdir(), 'octo-failing-')))
  const image = join(place, 'image')
  const folder = join(place, 'disk')
  let mended = 0
  mkdirSync(folder)
  const file = openSync(image, 'w')
  ftruncateSync(file, BYTES)
  closeSync(file)
  const mount = (from: string) => run('mount', '-o', 'loop', from, folder)
  try {
    run('mkfs.ext4', '-qF', image)
    mount(image)
  } catch (error) {
    rmSync(place, { recursive: true })
    throw error
  }
  t.after(() => {
    run('umount', '-l', folder)
    rmSync(place, { recursive: true })
  })
  return {
    folder,
    fail: () => run('mount', '-o', 'remount,abort', folder),
    mend() {
      run('umount', folder)
      // A namespace that another test made meanwhile may still hold the disk, with the failure that it had: a copy is another disk.
      const copy = `${image}.${++mended}`
      run('cp', '--sparse=always', image, copy)
      // Its exit code says that something was put right.
      run('sh', '-c', 'fsck.ext4 -fy "$1"; [ $? -le 1 ]', 'sh', copy)
      mount(copy)
    },
  }
}

function run(program: string, ...words: readonly string[]): void {
  execFileSync(program, words, { stdio: 'pipe' })
}
