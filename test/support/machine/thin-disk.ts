// A disk of its own that says that it has more room than there is behind it, as thin volumes and the images of virtual machines do: what is
// written to it is taken, and found to be lost when it is to be kept. Mounting needs root and a loop device.
import { execFileSync } from 'node:child_process'
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  realpathSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

type Ending = { after(end: () => void): void }
const MiB = 1024 * 1024

/** For `{ skip }`. */
export function whyNoThinDisk(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'a disk that keeps nothing needs Linux and root'
  const undo: (() => void)[] = []
  try {
    aThinDisk({ after: (end) => undo.push(end) })
    return undefined
  } catch {
    return 'there is no mkfs.ext4, or no loop device to mount'
  } finally {
    for (const end of undo.reverse()) end()
  }
}

/** With this much behind it that is not used yet. */
export function aThinDisk(t: Ending, leaveBytes = 2 * MiB): { readonly folder: string } {
  const place = realpathSync(mkdtempSync(join(tmpdir(), 'octo-thin-')))
  const [host, folder] = [join(place, 'host'), join(place, 'disk')]
  const undo: (() => void)[] = [() => rmSync(place, { recursive: true })]
  t.after(() => {
    for (const end of undo.reverse()) end()
  })
  for (const path of [host, folder]) mkdirSync(path)
  run('mount', '-t', 'tmpfs', '-o', `size=${8 * MiB}`, 'tmpfs', host)
  undo.push(() => run('umount', '-l', host))
  const image = join(host, 'image')
  const file = openSync(image, 'w')
  ftruncateSync(file, 64 * MiB)
  closeSync(file)
  run('mkfs.ext4', '-qF', '-O', '^has_journal', '-E', 'nodiscard,lazy_itable_init=1', image)
  run('mount', '-o', 'loop', image, folder)
  undo.push(() => run('umount', '-l', folder))
  const { bavail, bsize } = statfsSync(host)
  writeFileSync(join(host, 'filler'), Buffer.alloc(Math.max(0, bavail * bsize - leaveBytes)))
  return { folder }
}

function run(program: string, ...words: readonly string[]): void {
  execFileSync(program, words, { stdio: 'pipe' })
}
