// A small file system of its own in memory, which a test can fill up and make room on. Mounting needs root.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

type MountedDisk = {
  readonly folder: string
  readonly freeBytes: number
  /** Takes all space but so many bytes. */
  fillUp(leaveBytes: number): void
  /** Gives back what `fillUp` took. */
  makeRoom(): void
  resize(bytes: number): void
  /** Nothing can be written from now on. */
  seal(): void
}

/** Why there can be no disk here; undefined when there can. For `{ skip }`. */
export function whyNoDisk(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'mounting a small disk needs Linux and root'
  const folder = mkdtempSync(join(tmpdir(), 'octo-mount-'))
  try {
    mount(folder, 'size=64k')
    execFileSync('umount', ['-l', folder])
    return undefined
  } catch {
    return 'mounting is not allowed here, even for root'
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Unmounted, with all that is on it, when the test ends. */
export function aMountedDisk(t: Pick<TestContext, 'after'>, bytes: number): MountedDisk {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'octo-disk-')))
  mount(folder, `size=${bytes}`)
  t.after(() => {
    execFileSync('umount', ['-l', folder])
    rmSync(folder, { recursive: true })
  })
  const filler = join(folder, 'filler')
  const free = () => {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  }
  return {
    folder,
    get freeBytes() {
      return free()
    },
    fillUp(leaveBytes) {
      rmSync(filler, { force: true })
      try {
        writeFileSync(filler, Buffer.alloc(Math.max(0, free() - leaveBytes)))
      } catch (error) {
        // Whoever uses the disk took some of it meanwhile: then it is full, too.
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      }
    },
    makeRoom: () => rmSync(filler, { force: true }),
    resize: (size) => mount(folder, `remount,size=${size}`),
    seal: () => mount(folder, 'remount,ro'),
  }
}

function mount(folder: string, options: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `${options},mode=0700`, 'tmpfs', folder], { stdio: 'pipe' })
}
