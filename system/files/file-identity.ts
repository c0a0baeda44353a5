// What tells one state of a file from another without reading it: device, inode, owner, mode, size and times. Changing a
// file changes its ctime, which no program can set back. Remembered identities count within one boot only: after a power cut,
// the times of a file may be on disk while its bytes are not. Imports nothing of ours, because warm runs start with it.
import type { BigIntStats } from 'node:fs'

export function identityOf(stat: BigIntStats | undefined): string {
  if (!stat) return ''
  return [stat.dev, stat.ino, stat.uid, stat.gid, stat.mode, stat.size, stat.mtimeNs, stat.ctimeNs].join(':')
}
